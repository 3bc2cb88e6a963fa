/** Chromium as the tests start it: once in a process, with a context of its own for each page. */
import { chromium } from 'playwright-core';

export const CHROMIUM = '/usr/bin/chromium';

export const CHROMIUM_FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-quic',
];

/** What starts it: where, and heard; `locked`: no sound before a click. */
export const launch = (locked = false) => ({
  executablePath: CHROMIUM,
  args: [
    ...CHROMIUM_FLAGS,
    `--autoplay-policy=${locked ? 'document-user-activation-required' : 'no-user-gesture-required'}`,
  ],
  ignoreDefaultArgs: ['--mute-audio'],
});

/** How long one without a page waits for the next. */
const LINGER_MS = 300;

/** What runs, by `locked`. */
const running = new Map();

/**
 * A context of its own, as a private window has it, in a browser that others may be in.
 * @returns {Promise<{ context: import('playwright-core').BrowserContext, close: () => Promise<void> }>}
 */
export async function chromiumContext(locked = false) {
  let shared = running.get(locked);
  if (!shared) {
    shared = { browser: chromium.launch(launch(locked)), contexts: 0 };
    running.set(locked, shared);
  }
  shared.contexts += 1;
  clearTimeout(shared.last);
  const leave = () => {
    shared.contexts -= 1;
    if (shared.contexts > 0) return;
    shared.last = setTimeout(async () => {
      running.delete(locked);
      await (await shared.browser).close();
    }, LINGER_MS);
  };
  try {
    const context = await (await shared.browser).newContext({ locale: 'zh-CN' });
    return { context, close: () => context.close().finally(leave) };
  } catch (error) {
    running.delete(locked);
    throw error;
  }
}
