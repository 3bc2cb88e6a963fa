/**
 * Runs the list of requests in `cases.json` against whatever answers them: `langdu serve`, or the service worker of a page. It
 * works in Node and in browsers.
 */

/** The largest rate that a voice has here; seconds of sound are counted by the voice's own. */
const RATE = 24_000;

/**
 * @param {object[]} cases
 * @param {string} base where the routes lie, with a slash at its end
 * @returns {Promise<{ name: string, failure: string | null }[]>}
 */
export async function runCases(cases, base) {
  const results = [];
  for (const { name, request, expect } of cases) {
    const failure = await check(new URL(request.path, base), request, expect).catch((error) => String(error));
    results.push({ name, failure });
  }
  return results;
}

async function check(url, request, expect) {
  const response = await fetch(url, { ...init(request), cache: 'no-store' });
  const bytes = new Uint8Array(await response.arrayBuffer());
  const text = new TextDecoder().decode(bytes);
  const json = (response.headers.get('content-type') ?? '').includes('json') && text ? JSON.parse(text) : null;
  const beginning = /^[\x20-\x7e\s]*$/.test(text.slice(0, 200)) ? text.slice(0, 200) : hex(bytes);
  const wrong = [
    response.status !== expect.status && `status ${response.status} ${beginning}`,
    'code' in expect && json?.code !== expect.code && `code ${json?.code}: ${json?.msg}`,
    typeof expect.code === 'string' &&
      (json?.data !== null || json?.error?.code !== expect.code) &&
      `form ${beginning}`,
    expect.contains && !text.includes(expect.contains) && `no ${expect.contains} in ${beginning}`,
    'bytes' in expect && bytes.length !== expect.bytes && `${bytes.length} bytes`,
    expect.start && !expect.start.some((start) => hex(bytes).startsWith(start)) && `it starts with ${hex(bytes)}`,
    expect.wav && wav(bytes, expect.wav),
    expect.pcm && within(bytes.length / 2 / RATE, expect.pcm.seconds),
    expect.base64 &&
      wav(
        Uint8Array.from(atob(json.data.audio), (letter) => letter.charCodeAt(0)),
        expect.base64,
      ),
    ...Object.entries(expect.headers ?? {}).map(([name, pattern]) => {
      const value = response.headers.get(name) ?? '';
      return !new RegExp(pattern).test(value) && `${name}: ${value}`;
    }),
    ...Object.entries(expect.data ?? {}).map(([name, range]) => within(json?.data?.[name], range, name)),
  ].filter(Boolean);
  if (wrong.length > 0) return wrong.join('; ');
  for (const { request, expect: next } of expect.follow ?? []) {
    const failure = await check(new URL(json.data.audio_url, url), request, next);
    if (failure) return `${JSON.stringify(request)}: ${failure}`;
  }
  return null;
}

function init({ method = 'GET', headers = {}, json, form, multipart, body, repeat = 1 }) {
  if (json) {
    const longer = repeat > 1 ? { ...json, text: json.text.repeat(repeat) } : json;
    return { method, headers: { 'content-type': 'application/json' }, body: JSON.stringify(longer) };
  }
  if (form) return { method, headers, body: new URLSearchParams(form) };
  if (multipart) {
    const data = new FormData();
    for (const [name, value] of Object.entries(multipart)) data.append(name, value);
    return { method, headers, body: data };
  }
  return { method, headers, ...(body !== undefined && { body }) };
}

function within(value, [low, high], what = 'seconds') {
  return !(value >= low && value <= high) && `${what}: ${value}`;
}

/** `whole`: the head tells the length; otherwise it may be open. */
function wav(bytes, { seconds, whole }) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const name = (at) => String.fromCharCode(...bytes.subarray(at, at + 4));
  if (name(0) !== 'RIFF' || name(8) !== 'WAVE') return `no WAV file: ${hex(bytes)}`;
  let at = 12;
  let rate = 0;
  while (at + 8 <= bytes.length && name(at) !== 'data') {
    if (name(at) === 'fmt ') rate = view.getUint32(at + 12, true);
    at += 8 + view.getUint32(at + 4, true);
  }
  const length = bytes.length - at - 8;
  if (whole && (view.getUint32(at + 4, true) !== length || view.getUint32(4, true) !== bytes.length - 8)) {
    return `lengths of ${view.getUint32(4, true)} and ${view.getUint32(at + 4, true)} bytes`;
  }
  if (bytes.subarray(at + 8).every((byte) => byte === 0)) return 'silence';
  return within(length / 2 / rate, seconds);
}

function hex(bytes) {
  return [...bytes.subarray(0, 8)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
