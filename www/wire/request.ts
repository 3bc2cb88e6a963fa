/** Files of the site, or why they can't be had. */
import { LangduError } from './errors.js';
import { refusal } from './policy.js';
import { MANIFEST, parseManifest } from './voice.js';

/** The manifest of a voice; `locate` says where each of its files lies. */
export async function fetchManifest(locate: (path: string) => URL): Promise<string> {
  const manifest = await text(locate(MANIFEST));
  parseManifest(manifest);
  return manifest;
}

async function text(url: URL): Promise<string> {
  const response = await request(url, 'E_VOICE_UNKNOWN');
  try {
    return await response.text();
  } catch {
    throw new LangduError('E_NETWORK', `${url}: the connection broke off`);
  }
}

/** Fails with `code` where there is no such file. */
export async function request(url: URL, code: string): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(url);
  } catch {
    throw (await refusal(url.href)) ?? new LangduError('E_NETWORK', `${url} could not be fetched`);
  }
  const page = response.headers.get('content-type')?.startsWith('text/html');
  if (response.ok && !page) return response;
  const missing = page || response.status === 404 || response.status === 410;
  const found = page ? 'there is an HTML page' : `${response.status} ${response.statusText}`;
  throw new LangduError(missing ? code : 'E_NETWORK', `${url}: ${found}`);
}
