/**
 * A page of nothing but `<audio>` and `<form>` speaks with one line:
 *
 * ```html
 * <script type="module" src="/langdu/service-page.js"></script>
 * ```
 *
 * It registers the site's service worker and makes the sound that is asked of it. The address may name another `worker` than
 * the `service-worker.js` at the root of the site, and another `voice`: `service-page.js?voice=xiaolang&worker=/sw.js`. Where there
 * are no service workers, the page's `error` or `unhandledrejection` event tells `E_SERVICE_PAGE`.
 */
import { scriptUrl } from '../wire/trusted.js';
import { answerService, noServiceWorkers } from './answer.js';

const wanted = new URL(import.meta.url).searchParams;
const base = new URL('.', import.meta.url);
const voice = wanted.get('voice');
const worker = new URL(wanted.get('worker') ?? '/service-worker.js', import.meta.url);

const langdu = new URL('langdu.js', base).href;
const load = async () => {
  const { Langdu } = (await import(langdu)) as typeof import('./langdu.js');
  return Langdu.load({ baseUrl: base, ...(voice && { voice }) });
};

answerService(load);
void begin();

/** What the page has asked for before there was anybody to answer is asked for again. */
async function begin(): Promise<void> {
  const { serviceWorker } = navigator;
  const late = !serviceWorker.controller;
  const taken = new Promise((resolve) => serviceWorker.addEventListener('controllerchange', resolve, { once: true }));
  await serviceWorker.register(scriptUrl(worker.href, 'langdu-service')).catch((error) => {
    throw error.name === 'SecurityError' ? noServiceWorkers(error) : error;
  });
  if (!late) return;
  await taken;
  for (const media of document.querySelectorAll<HTMLMediaElement>('audio, video')) {
    const again = () => media.load();
    if (media.error || media.networkState === media.NETWORK_NO_SOURCE) again();
    // The refusal may still be on its way; that of a `<source>` does not bubble.
    else if (media.readyState === media.HAVE_NOTHING)
      media.addEventListener('error', again, { once: true, capture: true });
  }
}
