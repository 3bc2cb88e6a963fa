/** What a reader has chosen for the whole app. Kept as one value; a setting that is missing has its default. */
import { effect, signal } from '@preact/signals';
import { type Language, preferredLanguage, useLanguage } from '../language/index.js';
import { getValue, mergeValue } from '../library/store.js';
import { DEFAULT_RULES, type Rule } from '../text/rules.js';
import { BUNDLED } from './engine.js';
import { onNews, tell } from './tabs.js';

export interface Settings {
  language: Language | 'auto';
  theme: 'system' | 'light' | 'sepia' | 'dark';
  fontSize: number;
  lineHeight: number;
  /** Of the text, in characters. */
  width: number;
  pinyin: boolean;
  pictures: boolean;
  /** Pitch and loudness above the player. */
  melody: boolean;
  sort: 'recent' | 'added' | 'title' | 'author';
  voice: string;
  /** Of a voice that has several. */
  speaker: string;
  /** The speaker of what is said in a story; empty: the same. */
  dialogue: string;
  emotion: string;
  intensity: number;
  speed: number;
  pitch: number;
  volume: number;
  sentencePause: number;
  paragraphPause: number;
  stepwise: boolean;
  keepAwake: boolean;
  lexicon: Record<string, string>;
  rules: Rule[];
}

export const DEFAULTS: Settings = {
  language: 'auto',
  theme: 'system',
  fontSize: 20,
  lineHeight: 1.9,
  width: 38,
  pinyin: false,
  pictures: true,
  melody: false,
  sort: 'recent',
  voice: BUNDLED,
  speaker: '',
  dialogue: '',
  emotion: 'neutral',
  intensity: 1,
  speed: 1,
  pitch: 0,
  volume: 1,
  sentencePause: 0,
  paragraphPause: 0.3,
  stepwise: false,
  keepAwake: false,
  lexicon: {},
  rules: DEFAULT_RULES,
};

export const settings = signal<Settings>(DEFAULTS);

export async function loadSettings(): Promise<void> {
  await readSettings();
  effect(applyLook);
  onNews('settings', () => void readSettings());
}

async function readSettings(): Promise<void> {
  // Where nothing is kept, the defaults serve.
  const kept = await getValue<Partial<Settings>>('settings').catch(() => undefined);
  settings.value = { ...DEFAULTS, ...kept };
  await applyLanguage();
}

/** In order, so that the last change is what is kept. */
let saving = Promise.resolve();

export function change(part: Partial<Settings>): void {
  settings.value = { ...settings.value, ...part };
  if (part.language) void applyLanguage();
  saving = saving
    .then(() => mergeValue('settings', part))
    .then(() => tell('settings'))
    .catch(() => undefined);
}

async function applyLanguage(): Promise<void> {
  const { language } = settings.value;
  await useLanguage(language === 'auto' ? preferredLanguage() : language);
}

const COLOURS = { light: '#f8f5ee', sepia: '#f1e4cb', dark: '#171513' };
const darkness = matchMedia('(prefers-color-scheme: dark)');
darkness.addEventListener('change', applyLook);

function applyLook(): void {
  const { theme, fontSize, lineHeight, width } = settings.value;
  const shown = theme === 'system' ? (darkness.matches ? 'dark' : 'light') : theme;
  const { dataset, style } = document.documentElement;
  dataset.theme = shown;
  style.setProperty('--text-size', `${fontSize / 16}rem`);
  style.setProperty('--text-leading', String(lineHeight));
  style.setProperty('--text-width', `${width}em`);
  for (const meta of document.querySelectorAll('meta[name="theme-color"]'))
    meta.setAttribute('content', COLOURS[shown]);
}
