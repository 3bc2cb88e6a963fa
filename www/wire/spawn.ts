import { scriptUrl } from './trusted.js';

/**
 * Starts a module worker. A browser takes a worker's own file from the page's origin only; where it comes from another, a
 * file of one line that imports it does, if the Content-Security-Policy has `worker-src blob:` and the other origin in `script-src`.
 */
export function spawn(url: string, name: string): Worker {
  if (new URL(url).origin === location.origin) return new Worker(scriptUrl(url), { type: 'module', name });
  const script = new Blob([`import ${JSON.stringify(url)};`], { type: 'text/javascript' });
  const address = URL.createObjectURL(script);
  try {
    return new Worker(scriptUrl(address), { type: 'module', name });
  } finally {
    // The browser has read the address by then.
    setTimeout(() => URL.revokeObjectURL(address), 60_000);
  }
}
