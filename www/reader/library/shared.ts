/** What comes from outside: files that the system opens, what another app shares, the app's shortcuts. */
import { go } from '../router.js';
import { openBook, play } from '../state/desk.js';
import { describeError } from '../state/faults.js';
import { notify } from '../state/notices.js';
import { latest } from '../state/shelf.js';
import { openFiles } from '../views/library/dropped.js';
import { keepText } from '../views/library/paste.js';

interface LaunchParams {
  files: { getFile: () => Promise<File> }[];
}

declare global {
  interface Window {
    launchQueue?: { setConsumer: (consumer: (params: LaunchParams) => void) => void };
  }
}

/** Where the service worker leaves what was shared. */
export const SHARED = 'langdu-shared';

export async function receiveShared(): Promise<void> {
  window.launchQueue?.setConsumer(({ files }) => {
    if (files.length) void Promise.all(files.map((handle) => handle.getFile())).then(openFiles);
  });
  const wanted = new URLSearchParams(location.search);
  if (wanted.size === 0) return;
  // A reload must not bring it a second time.
  history.replaceState(null, '', location.pathname + location.hash);
  if (wanted.has('shared')) await takeShared();
  else if (wanted.has('paste')) go({ view: 'paste' }, true);
  else if (wanted.has('continue') && latest.value) {
    const { id } = latest.value.book;
    await openBook(id);
    go({ view: 'book', id }, true);
    play();
  }
}

async function takeShared(): Promise<void> {
  const cache = await caches.open(SHARED);
  const files: File[] = [];
  for (const request of await cache.keys()) {
    const response = await cache.match(request);
    const name = decodeURIComponent(new URL(request.url).searchParams.get('name') ?? '');
    if (response && name) files.push(new File([await response.blob()], name));
    else if (response) await keepShared(await response.text());
    await cache.delete(request);
  }
  if (files.length) await openFiles(files);
}

/** A page cannot be fetched from another site: of a link without words the reader is told what to do. */
async function keepShared(text: string): Promise<void> {
  if (/^\s*https?:\/\/\S+\s*$/.test(text)) {
    go({ view: 'paste' }, true);
    notify({ kind: 'error', ...describeError({ code: 'E_SHARED_LINK' }, 'E_SHARED_LINK') });
    return;
  }
  const book = await keepText(text);
  if (book) go({ view: 'book', id: book.id });
}
