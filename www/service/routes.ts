/** Which address is answered by what. */
import { version } from '../../package.json';
import { describe } from './pages.js';
import { Refusal, refuse, success, toRefusal } from './refusal.js';
import { audio, cloud, jobCount, type Place, QUEUE, stream, tts } from './speech.js';

declare const self: ServiceWorkerGlobalScope;

type Answer = (request: Request, place: Place) => Promise<Response>;
type Method = 'GET' | 'POST';

const file =
  (name: string): Answer =>
  (_request, { files }) =>
    fetch(new URL(`docs/${name}`, files));

const ROUTES: [pattern: RegExp, answers: Partial<Record<Method, Answer>>][] = [
  [/^tts$/, { POST: tts }],
  [/^tts\/stream$/, { GET: stream, POST: stream }],
  [/^tts\/audio\/[^/]+$/, { GET: audio }],
  [/^v1\/audio\/speech$/, { POST: cloud }],
  [/^voices$/, { GET: voices }],
  [/^health$/, { GET: health }],
  [/^openapi\.json$/, { GET: file('openapi.json') }],
  [/^docs$/, { GET: docs }],
  [/^docs\/[\w.-]+$/, { GET: docsFile }],
];

/** Whether a name below `path` is no route, but that of a file: the package's own may lie there. */
export function isFile(name: string): boolean {
  return /\.\w+$/.test(name) && !ROUTES.some(([pattern]) => pattern.test(name));
}

/** The answer to a request to `path` or below. What is none of the routes goes to the network: the site may have more there. */
export async function answer(request: Request, place: Place): Promise<Response> {
  const route = new URL(request.url).pathname.slice(place.path.pathname.length);
  const answers = ROUTES.find(([pattern]) => pattern.test(route))?.[1];
  try {
    if (!answers) return await elsewhere(request);
    const allow = Object.keys(answers).flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : [method]));
    const headers = { allow: allow.join(',') };
    if (request.method === 'OPTIONS') return new Response(null, { status: 204, headers });
    const method = request.method === 'HEAD' ? 'GET' : (request.method as Method);
    const done = answers[method];
    if (!done) throw new Refusal('E_REQUEST_METHOD', 'this is not done by that method', { headers });
    const response = await done(request, place);
    return request.method === 'HEAD' ? new Response(null, response) : response;
  } catch (error) {
    return refuse(toRefusal(error));
  }
}

async function elsewhere(request: Request): Promise<Response> {
  const response = await fetch(request).catch(() => undefined);
  if (response && response.status !== 404) return response;
  throw unknown();
}

function unknown(): Refusal {
  return new Refusal('E_REQUEST_ROUTE', 'there is nothing here; `docs` lists what there is');
}

/** The page of the description. It makes the sound that is tried there, since no other page may be open. */
async function docs(_request: Request, { files }: Place): Promise<Response> {
  const response = await fetch(new URL('docs/index.html', files));
  if (!response.ok) throw unknown();
  const script = new URL('service-page.js', files);
  script.searchParams.set('worker', self.location.href);
  const page = (await response.text()).replace('</body>', `<script type="module" src="${script}"></script></body>`);
  const headers = new Headers(response.headers);
  for (const name of ['content-length', 'content-encoding', 'etag']) headers.delete(name);
  return new Response(page, { headers });
}

/** What the page of the description needs. */
async function docsFile(request: Request, { files }: Place): Promise<Response> {
  const name = new URL(request.url).pathname.split('/').at(-1);
  const response = await fetch(new URL(`docs/${name}`, files));
  if (!response.ok) throw unknown();
  return response;
}

async function voices(): Promise<Response> {
  const { voice } = await describe();
  const { name, language, sampleRate, speakers, emotions, pitch } = voice;
  return success([
    { name, language, sample_rate: sampleRate, speakers: speakers.map((speaker) => speaker.name), emotions, pitch },
  ]);
}

async function health(): Promise<Response> {
  const { formats } = await describe();
  return success({ status: 'ok', version, jobs: jobCount(), queue: QUEUE, formats });
}
