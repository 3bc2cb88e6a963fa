/**
 * langdu in Vite. `vite.config.js`: `plugins: [langdu()]`. Without it langdu speaks, too; with it the dependency is not moved by
 * the development server, whatever the folders are, and no file is ever put into a script as a data URL.
 */
import type { Plugin } from 'vite';

const PACKAGES = ['langdu', '@langdu/voice-xiaolang'];
const OURS = /[\\/](langdu|voice-[\w-]+)[\\/](dist[\\/])?[^\\/]+$/;

/** `voices`: names of further packages with voices. */
export default function langdu({ voices = [] }: { voices?: string[] } = {}): Plugin {
  return {
    name: 'langdu',
    config: (config) => {
      const limit = config.build?.assetsInlineLimit;
      return {
        optimizeDeps: { exclude: [...PACKAGES, ...voices] },
        build: {
          assetsInlineLimit: (path, content) => {
            if (OURS.test(path)) return false;
            return typeof limit === 'function' ? limit(path, content) : content.length < (limit ?? 4096);
          },
        },
      };
    },
  };
}
