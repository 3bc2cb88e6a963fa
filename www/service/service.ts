/**
 * The article's web service inside a service worker:
 *
 * ```js
 * import { langduService } from 'langdu/service';
 * langduService({ path: '/langdu/' });
 * ```
 *
 * A service worker that takes over from its version before by `skipWaiting()` does so after `await idle()`: no sound is cut off.
 *
 * It answers `tts`, `tts/stream`, `v1/audio/speech` and the others of `openapi.json` below `path`. The sound is made by a page
 * that it controls, see `answerService`.
 */
import { answer, isFile } from './routes.js';

export { idle } from './busy.js';

declare const self: ServiceWorkerGlobalScope;

export interface ServiceOptions {
  /** Where the routes shall lie, with a slash at its end; it must be within the service worker's scope. */
  path: string | URL;
  /** Where langdu's files lie; `path` when left out. */
  files?: string | URL;
}

/** Answers the requests below a path from now on. To be called while the service worker's script runs. */
export function langduService({ path, files = path }: ServiceOptions): void {
  const place = { path: new URL(path, self.location.href), files: new URL(files, self.location.href) };
  self.addEventListener('fetch', (event) => {
    const { origin, pathname } = new URL(event.request.url);
    if (origin !== place.path.origin || !pathname.startsWith(place.path.pathname)) return;
    // A page that loads what went through here is left waiting when the service worker is stopped meanwhile.
    if (isFile(pathname.slice(place.path.pathname.length))) return;
    event.respondWith(answer(event.request, place));
  });
}
