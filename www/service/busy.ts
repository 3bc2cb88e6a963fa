/**
 * Whether requests are under way, across versions of the service worker: Firefox ends them with the version that answers them,
 * as if their sound was complete.
 */
declare const self: ServiceWorkerGlobalScope;

const BUSY = 'langdu-service';
/** How often it is looked whether all are done, in milliseconds. */
const LOOK = 500;

/** Holds the next version back until the function that it returns is called. */
export function busy(): () => void {
  let release = () => {};
  const done = new Promise<void>((resolve) => {
    release = resolve;
  });
  void navigator.locks.request(BUSY, { mode: 'shared' }, () => done);
  return release;
}

/** Settles when the version before has had nothing to do for a moment, in which its last bytes arrive. */
export async function idle(): Promise<void> {
  if (!self.registration.active) return;
  for (let free = 0; free < 2; ) {
    await new Promise((resolve) => setTimeout(resolve, LOOK));
    // Who waited for the lock would have later requests wait behind it.
    const isFree = await navigator.locks.request(BUSY, { ifAvailable: true }, (lock) => lock !== null);
    free = isFree ? free + 1 : 0;
  }
}
