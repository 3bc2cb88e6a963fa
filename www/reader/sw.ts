/**
 * The service worker of the app: keeps every file of one build, so that the app works without a network, and takes what
 * other apps share. Files are kept under the hash of their contents; an update brings its files in beside the old ones,
 * checked, and waits until the reader wants it.
 */
declare const self: ServiceWorkerGlobalScope;

export {};

/** Path to SHA-256 of every file of this build, filled in by the build. */
declare const FILES: Record<string, string>;

const NAME = 'langdu-files';
const SHARED = 'langdu-shared';
/** There are two builds of the engine; a browser uses one, and needs to keep no more. */
const RELAXED = 'relaxed/';
const PLAIN = ['worker.js', 'vocoder.js', 'engine.js', 'engine_bg.wasm'];

self.addEventListener('install', (event) => event.waitUntil(install()));
self.addEventListener('activate', (event) => event.waitUntil(activate()));
self.addEventListener('message', (event) => {
  if (event.data === 'take over') void self.skipWaiting();
  // The page says which build of the engine it has loaded.
  else if (event.data?.keep !== undefined) event.waitUntil(keep(engineFiles(event.data.keep === RELAXED)));
});
self.addEventListener('fetch', (event) => {
  const { request } = event;
  const path = pathOf(new URL(request.url));
  if (path === undefined) return;
  if (request.method === 'POST' && path === 'share') event.respondWith(share(request));
  else if (request.method === 'GET') event.respondWith(answer(path, request));
});

const engineFiles = (relaxed: boolean) =>
  Object.keys(FILES).filter((path) => (relaxed ? path.startsWith(RELAXED) : PLAIN.includes(path)));

async function install(): Promise<void> {
  const cache = await caches.open(NAME);
  const kept = (await cache.keys()).map(({ url }) => pathOf(new URL(url)) ?? '');
  // An update needs the engine that the build before it had.
  const engines = [true, false].filter((relaxed) => engineFiles(relaxed).some((path) => kept.includes(path)));
  const app = Object.keys(FILES).filter((path) => !path.startsWith(RELAXED) && !PLAIN.includes(path));
  await keep([...app, ...engines.flatMap(engineFiles)]);
}

async function keep(paths: string[]): Promise<void> {
  const cache = await caches.open(NAME);
  await Promise.all(
    paths.map(async (path) => {
      const key = `${path}?${FILES[path]}`;
      if (await cache.match(key)) return;
      const response = await fetch(path, { cache: 'no-cache' });
      const body = await response.arrayBuffer();
      if (!response.ok || (await sha256(body)) !== FILES[path]) throw new Error(`${path} is not of this build`);
      // A response that was redirected may not answer a navigation: what is kept is a plain one.
      await cache.put(key, new Response(body, { headers: response.headers }));
    }),
  );
}

async function activate(): Promise<void> {
  await self.clients.claim();
  const { installing, waiting } = self.registration;
  // Pages of the build before still need its files, and a build that is on its way has brought its own.
  if (installing || waiting || (await self.clients.matchAll()).length > 1) return;
  const cache = await caches.open(NAME);
  const ours = new Set(
    Object.entries(FILES).map(([path, hash]) => new URL(`${path}?${hash}`, self.location.href).href),
  );
  for (const { url } of await cache.keys()) if (!ours.has(url)) await cache.delete(url);
}

/** The path within the app; undefined for what is not of it. */
function pathOf({ origin, pathname }: URL): string | undefined {
  const scope = new URL(self.registration.scope);
  if (origin !== scope.origin || !pathname.startsWith(scope.pathname)) return undefined;
  return decodeURIComponent(pathname.slice(scope.pathname.length)) || 'index.html';
}

async function answer(path: string, request: Request): Promise<Response> {
  const cache = await caches.open(NAME);
  const hash = FILES[path];
  // A page of the build before asks for parts whose names have changed since.
  const find = () => (hash ? cache.match(`${path}?${hash}`) : cache.match(path, { ignoreSearch: true }));
  const kept = await find();
  if (kept || !hash) return kept ?? fetch(request);
  // The browser has thrown it away, or it is of the engine, which is kept when it is asked for.
  await keep([path]).catch(() => undefined);
  return (await find()) ?? fetch(request);
}

/** Leaves what was shared where the page finds it. */
async function share(request: Request): Promise<Response> {
  const data = await request.formData();
  const cache = await caches.open(SHARED);
  const put = (name: string, body: Blob | string) =>
    cache.put(
      new URL(`shared?at=${Math.random()}&name=${encodeURIComponent(name)}`, self.location.href),
      new Response(body),
    );
  for (const file of data.getAll('files')) if (file instanceof File) await put(file.name, file);
  const words = ['title', 'text', 'url']
    .map((key) => data.get(key))
    .filter((value) => typeof value === 'string' && value !== '');
  if (words.length) await put('', [...new Set(words)].join('\n\n'));
  return Response.redirect(new URL('./?shared', self.location.href).href, 303);
}

async function sha256(bytes: ArrayBuffer): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return [...digest].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
