/**
 * The service worker of the page: keeps every file of one build, so that the page works without a network. Files are kept
 * under the hash of their contents. An update first brings all its files in beside the old ones, checked, and takes over
 * when the last page of the old build is closed: no page ever sees files of two builds.
 */
declare const self: ServiceWorkerGlobalScope;

export {};

/** Path to SHA-256 of every file of this build, filled in by the build. */
declare const FILES: Record<string, string>;

const NAME = 'langdu-files';

self.addEventListener('install', (event) => event.waitUntil(install()));
self.addEventListener('activate', (event) => event.waitUntil(clean()));
self.addEventListener('fetch', (event) => {
  const key = keyOf(new URL(event.request.url));
  if (key && event.request.method === 'GET') event.respondWith(answer(key, event.request));
});

async function install(): Promise<void> {
  const cache = await caches.open(NAME);
  const missing = Object.entries(FILES).map(async ([path, hash]) => {
    const key = `${path}?${hash}`;
    if (await cache.match(key)) return;
    const response = await fetch(path, { cache: 'no-cache' });
    const body = await response.clone().arrayBuffer();
    if (!response.ok || (await sha256(body)) !== hash) throw new Error(`${path} is not of this build`);
    await cache.put(key, response);
  });
  await Promise.all(missing);
}

/** Removes what this build does not have. */
async function clean(): Promise<void> {
  const cache = await caches.open(NAME);
  const ours = new Set(
    Object.entries(FILES).map(([path, hash]) => new URL(`${path}?${hash}`, self.location.href).href),
  );
  for (const { url } of await cache.keys()) if (!ours.has(url)) await cache.delete(url);
}

/** Where the file of this address is kept; nothing for what is not of this build. */
function keyOf({ origin, pathname }: URL): string | undefined {
  const scope = new URL(self.registration.scope);
  if (origin !== scope.origin || !pathname.startsWith(scope.pathname)) return undefined;
  const path = decodeURIComponent(pathname.slice(scope.pathname.length)) || 'index.html';
  const hash = FILES[path];
  return hash && `${path}?${hash}`;
}

async function answer(key: string, request: Request): Promise<Response> {
  // The browser may have thrown the files away.
  return (await (await caches.open(NAME)).match(key)) ?? fetch(request);
}

async function sha256(bytes: ArrayBuffer): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return [...digest].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
