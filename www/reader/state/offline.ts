/** The service worker: keeps the app for times without a network, and offers an update when one is there. */
import { signal } from '@preact/signals';

export const updateReady = signal(false);

let registration: ServiceWorkerRegistration | undefined;

export async function stayOffline(): Promise<void> {
  const container = navigator.serviceWorker;
  if (!container) return;
  try {
    const controlled = container.controller !== null;
    let asked = false;
    container.addEventListener('controllerchange', () => {
      // The first worker that takes a page over changes nothing of it.
      if (controlled && asked) location.reload();
    });
    updateAsked = () => {
      asked = true;
    };
    registration = await container.register('sw.js');
    const watch = (worker: ServiceWorker | null) => {
      const offer = () => {
        if (worker?.state === 'installed' && container.controller) updateReady.value = true;
      };
      worker?.addEventListener('statechange', offer);
      offer();
    };
    watch(registration.waiting);
    watch(registration.installing);
    // One that had nothing to fetch may be waiting by the time it is told of.
    registration.addEventListener('updatefound', () =>
      watch(registration?.installing ?? registration?.waiting ?? null),
    );
  } catch (error) {
    // The app works all the same while there is a network.
    console.info('langdu:', error);
  }
}

let updateAsked = () => {};

/** By the reader's own wish, and so never in the middle of a sentence. */
export function applyUpdate(): void {
  updateAsked();
  registration?.waiting?.postMessage('take over');
}

/** Asks the browser not to throw the books away: once there are some. */
export async function keepStorage(): Promise<void> {
  try {
    if (!(await navigator.storage.persisted())) await navigator.storage.persist();
  } catch (error) {
    // Where nothing can be stored there is nothing to ask for.
    console.info('langdu:', error);
  }
}

/** Tells the service worker which build of the engine this browser runs, so that it keeps that one. */
export async function keepEngine(): Promise<void> {
  const loaded = performance.getEntriesByType('resource').map(({ name }) => name);
  const relaxed = loaded.some((name) => name.includes('/relaxed/'));
  const { active } = (await navigator.serviceWorker?.ready) ?? {};
  active?.postMessage({ keep: relaxed ? 'relaxed/' : '' });
}
