/** `langdu serve` as the tests and the benchmark run it. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export const LANGDU = process.env.LANGDU ?? fileURLToPath(new URL('../../target/release/langdu', import.meta.url));

/**
 * Starts it on a free port; resolves when it can be reached.
 * @param {string[]} options
 */
export async function startServer(...options) {
  const child = spawn(LANGDU, ['serve', '--port', '0', ...options], { stdio: ['ignore', 'pipe', 'pipe'] });
  let errors = '';
  child.stderr.on('data', (text) => {
    errors += text;
  });
  const ended = once(child, 'exit');
  const line = await Promise.race([once(createInterface(child.stdout), 'line'), ended]);
  const address = /http:\S+/.exec(String(line[0]));
  if (!address) throw new Error(`langdu serve did not start: ${errors}`);
  return {
    base: address[0],
    process: child,
    /** Asks it to end; the code it ends with. */
    stop: async (signal = 'SIGTERM') => {
      child.kill(signal);
      const [code] = await ended;
      return { code, errors };
    },
  };
}
