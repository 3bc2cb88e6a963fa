/** The app's words, in the language of the browser or the one that was chosen. */
import { signal } from '@preact/signals';
import zhCN from './zh-CN.json' with { type: 'json' };

export type Key = keyof typeof zhCN;
type Words = Record<Key, string>;

export const LANGUAGES = { 'zh-CN': '简体中文', 'zh-TW': '繁體中文', en: 'English' } as const;
export type Language = keyof typeof LANGUAGES;

const others: Record<Exclude<Language, 'zh-CN'>, () => Promise<{ default: Words }>> = {
  'zh-TW': () => import('./zh-TW.json', { with: { type: 'json' } }) as Promise<{ default: Words }>,
  en: () => import('./en.json', { with: { type: 'json' } }) as Promise<{ default: Words }>,
};

export const language = signal<Language>('zh-CN');
const words = signal<Words>(zhCN);

/** The best of the languages that the browser asks for. */
export function preferredLanguage(wanted: readonly string[] = navigator.languages): Language {
  for (const tag of wanted) {
    if (/^zh\b.*(?:hant|tw|hk|mo)/i.test(tag)) return 'zh-TW';
    if (/^zh\b/i.test(tag)) return 'zh-CN';
    if (/^en\b/i.test(tag)) return 'en';
  }
  return 'en';
}

export async function useLanguage(next: Language): Promise<void> {
  words.value = next === 'zh-CN' ? zhCN : (await others[next]()).default;
  language.value = next;
  document.documentElement.lang = next;
  document.title = t('app.name');
}

/** The words for this key, with `{names}` filled in. */
export function t(key: Key, values: Record<string, string | number> = {}): string {
  return (words.value[key] ?? key).replace(/\{(\w+)\}/g, (_whole, name: string) => String(values[name] ?? ''));
}

export function hasWords(key: string): key is Key {
  return key in words.value;
}

/** «1 小时 5 分», «12 分», «40 秒» */
export function formatDuration(seconds: number): string {
  const minutes = Math.round(seconds / 60);
  if (seconds < 60) return t('time.seconds', { n: Math.max(0, Math.round(seconds)) });
  if (minutes < 60) return t('time.minutes', { n: minutes });
  return t('time.hours', { h: Math.floor(minutes / 60), m: minutes % 60 });
}

export function formatBytes(bytes: number): string {
  return bytes < 1e6 ? `${Math.max(1, Math.round(bytes / 1e3))} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}

export function formatCount(count: number): string {
  const chinese = language.value !== 'en';
  if (chinese && count >= 10_000) return t('count.wan', { n: (count / 10_000).toFixed(count < 100_000 ? 1 : 0) });
  return t('count.characters', { n: count.toLocaleString(language.value) });
}

export function formatWhen(at: number): string {
  const days = Math.floor((Date.now() - at) / 86_400_000);
  const format = new Intl.RelativeTimeFormat(language.value, { numeric: 'auto' });
  if (days < 1) {
    const minutes = Math.max(0, Math.floor((Date.now() - at) / 60_000));
    return minutes < 60 ? format.format(-minutes, 'minute') : format.format(-Math.floor(minutes / 60), 'hour');
  }
  return days < 30 ? format.format(-days, 'day') : new Date(at).toLocaleDateString(language.value);
}
