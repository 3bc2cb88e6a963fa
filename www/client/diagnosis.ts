/** What is wrong with a script that the browser would not run: it says little itself. */
import { LangduError } from '../wire/errors.js';
import { refusal } from '../wire/policy.js';

/** The error of a file that has become an address that holds it. */
export function inlined(url: string): LangduError | null {
  if (!/^(data|blob):/.test(url)) return null;
  return new LangduError(
    'E_FILE_INLINED',
    `A bundler has put ${url.slice(0, 40)}… into the script that names it. It must stay a file: exclude langdu, or name baseUrl`,
  );
}

/** Why the browser does not run a script. `fallback`: the code where nothing is found to be wrong with it. */
export async function diagnose(url: string, reason: string, fallback: string): Promise<LangduError> {
  const inside = inlined(url);
  if (inside) return inside;
  const policy = await refusal(url);
  if (policy) return policy;
  let response: Response;
  try {
    response = await fetch(url);
  } catch (error) {
    return (await refusal(url)) ?? new LangduError('E_NETWORK', `${url} could not be fetched: ${error}`);
  }
  const type = response.headers.get('content-type') ?? 'no type';
  if (!response.ok) return new LangduError('E_FILE_MISSING', `${url}: ${response.status} ${response.statusText}`);
  if (type.startsWith('text/html')) {
    return new LangduError(
      'E_FILE_MISSING',
      `Where a file of langdu should be, at ${url}, there is an HTML page. Serve the files as they are (npx langdu init) and name their folder in baseUrl`,
    );
  }
  if (!/javascript|ecmascript/.test(type)) {
    return new LangduError('E_FILE_TYPE', `${url} is served as ${type}, and must be text/javascript`);
  }
  return new LangduError(fallback, reason || `${url} could not be started`);
}
