/** Finished files, by the address they were given; the oldest make room. They outlive the service worker. */
const NAME = 'langdu-audio';
/** Bytes of all files. */
const BUDGET = 64 << 20;

/** Where the browser keeps no files for us (private mode), as long as the service worker lives. */
const here = new Map<string, Blob>();

export async function keep(url: string, file: Blob): Promise<void> {
  const headers = { 'content-type': file.type, 'content-length': String(file.size) };
  try {
    const cache = await caches.open(NAME);
    await cache.put(url, new Response(file, { headers }));
    await makeRoom(cache);
  } catch {
    here.set(url, file);
    const sizes = () => [...here.values()].reduce((sum, { size }) => sum + size, 0);
    while (sizes() > BUDGET && here.size > 1) here.delete(here.keys().next().value ?? '');
  }
}

export async function find(url: string): Promise<Blob | undefined> {
  const kept = await caches.match(url, { cacheName: NAME }).catch(() => undefined);
  return (await kept?.blob()) ?? here.get(url);
}

/** Keys come in the order in which they were kept. */
async function makeRoom(cache: Cache): Promise<void> {
  const files = await Promise.all(
    (await cache.keys()).map(async (request) => {
      const size = Number((await cache.match(request))?.headers.get('content-length') ?? 0);
      return { request, size };
    }),
  );
  let bytes = files.reduce((sum, { size }) => sum + size, 0);
  for (const { request, size } of files.slice(0, -1)) {
    if (bytes <= BUDGET) return;
    await cache.delete(request);
    bytes -= size;
  }
}
