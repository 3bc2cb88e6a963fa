/** A sound server of a test's own, whose device can be taken away and given back. */
import { execFileSync, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** @returns {Promise<{ env: Record<string, string>, vanish: () => void, appear: () => void, close: () => Promise<void> }>} */
export async function soundDevice() {
  const folder = await mkdtemp(join(tmpdir(), 'langdu-sound-'));
  const socket = join(folder, 'native');
  const protocol = `module-native-protocol-unix socket=${socket} auth-anonymous=1`;
  const given = ['-n', '--daemonize=no', '--exit-idle-time=-1', '--use-pid-file=no', '-L', protocol];
  const env = { ...process.env, PULSE_RUNTIME_PATH: folder, HOME: folder };
  const server = spawn('pulseaudio', [...given, '-L', 'module-null-sink'], { stdio: 'ignore', env });
  const deadline = Date.now() + 20_000;
  while (!existsSync(socket)) {
    if (Date.now() > deadline) throw new Error('pulseaudio does not start');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  const control = (...words) => execFileSync('pactl', ['-s', `unix:${socket}`, ...words], { env, stdio: 'ignore' });
  return {
    env: { PULSE_SERVER: `unix:${socket}` },
    vanish: () => control('unload-module', 'module-null-sink'),
    appear: () => control('load-module', 'module-null-sink'),
    close: async () => {
      server.kill();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
