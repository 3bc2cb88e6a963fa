/**
 * A whole service worker, for a site that has none of its own. It lies at the root of the site, and the routes below `langdu/`
 * among the package's files; `service-worker.js?path=/speech/&files=/static/langdu/` has it otherwise.
 */
import { idle, langduService } from './service.js';

declare const self: ServiceWorkerGlobalScope;

const wanted = new URL(self.location.href).searchParams;
const path = wanted.get('path') ?? 'langdu/';
langduService({ path, files: wanted.get('files') ?? path });

// A page that is open already gets its answers here, too.
self.addEventListener('install', (event) => event.waitUntil(idle().then(() => self.skipWaiting())));
self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()));
