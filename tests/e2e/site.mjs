/** The built page as the tests see it: with the probe in front, and with faults where a test asks for them. */
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { serve } from '../../www/tools/serve.mjs';

const DIST = process.env.DIST ?? fileURLToPath(new URL('../../dist/', import.meta.url));
const EXTRA = new URL('./site/', import.meta.url);
const EXTRAS = ['probe.js', 'probe.worklet.js', 'recorder.worklet.js', 'harness.html', 'harness.js'];

/**
 * Ahead of a worker: it waits longer for the database, where it goes on without after 100 or 300 ms, and gives up one that does not
 * open in 5 s. So what is found in the cache depends less on how fast the machine is.
 */
export const PATIENT = `{
  const later = self.setTimeout;
  const patience = { 100: 3000, 300: 5000, 5000: 20_000 };
  self.setTimeout = (call, ms, ...given) => later(call, patience[ms] ?? ms, ...given);
}
`;

/**
 * @param {{
 *   alter?: (path: string, body: Buffer | null) => Buffer | null,
 *   headers?: (path: string) => Record<string, string>,
 *   before?: string,
 * }} [faults]
 *   `alter` changes files on their way, `headers` what the server says of them; `before` is a script that runs ahead of the page's own.
 */
export async function site({ alter = (_path, body) => body, headers, before = '' } = {}) {
  const extras = new Map();
  for (const name of EXTRAS) extras.set(`/${name}`, await readFile(new URL(name, EXTRA)));
  extras.set('/before.js', Buffer.from(before));
  return serve({
    root: DIST,
    ...(headers && { headers }),
    alter: (path, body) => {
      const sent = alter(path, extras.get(path) ?? body);
      if (!path.endsWith('.html') || !sent) return sent;
      const scripts = '<script src="/before.js"></script><script src="/probe.js"></script>';
      return Buffer.from(sent.toString().replace('<head>', `<head>${scripts}`));
    },
  });
}
