/** What went wrong, in words that say what to do. */
import { hasWords, type Key, t } from '../language/index.js';

/** `fallback` is the code of an error that has none of its own. */
export function describeError(error: unknown, fallback: string): { text: string; code: string } {
  const { name, code } = (error ?? {}) as { name?: string; code?: unknown };
  let known = typeof code === 'string' ? code : fallback;
  if (name === 'QuotaExceededError') known = 'E_STORE_FULL';
  const key = `error.${known}`;
  const text = hasWords(key) ? t(key as Key) : t('error.other', { code: known });
  return { text, code: known };
}
