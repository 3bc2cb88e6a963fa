/** Starts the app: what was chosen, the shelf, the view, and then the voice. */
import './trusted.js';
import { render } from 'preact';
import { receiveShared } from './library/shared.js';
import { startRouter } from './router.js';
import { voiceNamed } from './state/engine.js';
import { keepEngine, keepStorage, stayOffline } from './state/offline.js';
import { loadSettings, settings } from './state/settings.js';
import { refreshShelf, shelf, tidy } from './state/shelf.js';
import { App } from './views/app.js';
import { listenToKeys } from './views/keys.js';

async function start(): Promise<void> {
  await loadSettings();
  startRouter();
  listenToKeys();
  render(<App />, document.getElementById('app') as HTMLElement);
  await refreshShelf();
  await receiveShared();
  // The rest can wait until the first view is there.
  requestAnimationFrame(() =>
    setTimeout(() => {
      voiceNamed(settings.value.voice)
        .then(keepEngine)
        // Most books are plain texts.
        .then(() => import('./formats/txt.js'))
        .catch(() => undefined);
      void stayOffline();
      void tidy().catch(() => undefined);
      if (shelf.value?.length) void keepStorage();
    }),
  );
}

void start();
