/** The reader: a sheet of paper, a few knobs, and a button. */
import { Langdu, LangduError, type SpeakerInfo, type SpeechOptions } from 'langdu';
import { Lexicon } from './lexicon.js';
import { Reading } from './reading.js';
import { describeError, nameEmotions, SAMPLES, SOURCES } from './texts.js';
import { BUNDLED, Voices } from './voices.js';

const ICONS = { speak: 'M8 5v14l11-7z', pause: 'M7 5h3.5v14H7zM13.5 5H17v14h-3.5z' };

function find<T extends Element = HTMLElement>(id: string): T {
  const element = document.getElementById(id);
  if (!element) throw new Error(`#${id} is missing`);
  return element as unknown as T;
}

const text = find<HTMLTextAreaElement>('text');
const controls = find<HTMLFormElement>('controls');
const speak = find<HTMLButtonElement>('speak');
const stop = find<HTMLButtonElement>('stop');
const download = find<HTMLButtonElement>('download');
const reading = new Reading(find('reading'), find('reading-text'), find('cursor'), find('tags'));

const lexicon = new Lexicon(find<HTMLTextAreaElement>('lexicon'));

let langdu: Langdu | null = null;
let saving = false;
let chosen = BUNDLED;
let turn = Promise.resolve();
/** Sentences of the speech under way, by where their sound came from. */
const sources = new Map<string, number>();

const voices = new Voices(find('voice-list'), find<HTMLInputElement>('voice-file'), {
  choose: (voice) => choose({ voice }),
  bring: (pack) => choose({ pack }),
  failed: (error) => showError(error),
});

function options(): SpeechOptions {
  const form = new FormData(controls);
  return {
    ...(form.has('speaker') && { speaker: String(form.get('speaker')) }),
    emotion: String(form.get('emotion')),
    intensity: Number(form.get('intensity')),
    speed: Number(form.get('speed')),
    pitch: Number(form.get('pitch')),
    volume: Number(form.get('volume')),
    ssml: /^\s*<speak[\s>]/.test(text.value),
    lexicon: lexicon.entries,
  };
}

function showError(error: unknown, ofPack = false): void {
  const code = error instanceof LangduError ? error.code : 'E_WORKER';
  find('alert-text').textContent = describeError(code, ofPack);
  find('alert').dataset.code = code;
  find('alert').hidden = false;
  if (error instanceof LangduError && error.charIndex !== undefined) {
    // Shows where the text is wrong.
    text.focus();
    text.setSelectionRange(error.charIndex, error.charIndex + 1);
  }
}

function clearError(): void {
  find('alert').hidden = true;
  delete find('alert').dataset.code;
}

/** Brings buttons and sheet in line with what the engine is doing. */
function refresh(): void {
  const speaking = langdu?.speaking ?? false;
  const playing = speaking && !langdu?.paused;
  find('speak-label').textContent = playing ? '暂停' : speaking ? '继续' : '朗读';
  find('speak-icon').setAttribute('d', playing ? ICONS.pause : ICONS.speak);
  find('download-label').textContent = saving ? '生成中…' : '下载 WAV';
  speak.disabled = !langdu;
  stop.disabled = !speaking && !saving;
  download.disabled = !langdu || saving;
  text.hidden = speaking;
  if (!speaking) reading.close();
}

function toggle(): void {
  if (!langdu) return;
  if (langdu.paused) langdu.resume();
  else if (langdu.speaking) langdu.pause();
  else {
    clearError();
    find('first-sound').textContent = '…';
    sources.clear();
    const spoken = langdu.speak(text.value, options());
    const typing = document.activeElement === text;
    reading.open(text.value);
    if (typing) find('reading').focus();
    spoken.catch(() => undefined).then(refresh);
  }
  refresh();
}

function halt(): void {
  langdu?.cancel();
  refresh();
}

async function save(): Promise<void> {
  if (!langdu || saving) return;
  clearError();
  saving = true;
  refresh();
  const { code, msg, data } = await langdu.synthesize(text.value, options());
  saving = false;
  if (data) {
    const link = document.createElement('a');
    link.href = data.audio_url;
    link.download = `${
      text.value
        .trim()
        .slice(0, 12)
        .replace(/[\s\p{P}]+/gu, '') || '朗读'
    }.wav`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(data.audio_url), 60_000);
  } else if (code !== 'E_CANCELLED') {
    showError(new LangduError(String(code), msg));
  }
  refresh();
}

function showCount(): void {
  find('count').textContent = `${[...text.value].length} 字`;
}

function showOptions(): void {
  const { intensity = 1, speed = 1, pitch = 0, volume = 1 } = options();
  const shown: Record<string, string> = {
    intensity: `${Math.round(intensity * 100)}%`,
    speed: `${speed} 倍`,
    pitch: pitch === 0 ? '原调' : `${pitch > 0 ? '+' : '−'}${Math.abs(pitch)} 半音`,
    volume: `${Math.round(volume * 100)}%`,
  };
  for (const output of controls.querySelectorAll('output')) output.textContent = shown[output.dataset.for ?? ''] ?? '';
}

function listen(langdu: Langdu): void {
  langdu.on('start', ({ firstSoundMs }) => {
    find('first-sound').textContent = `${Math.round(firstSoundMs)} 毫秒`;
    find('underruns').textContent = '0 次';
  });
  langdu.on('boundary', ({ charIndex, charLength }) => reading.point(charIndex, charLength));
  langdu.on('underrun', ({ count }) => {
    find('underruns').textContent = `${count} 次`;
  });
  langdu.on('end', ({ rtf }) => {
    find('rtf').textContent = rtf.toFixed(2);
  });
  langdu.on('sentence', ({ charIndex, charLength, source }) => {
    if (!langdu.speaking) return;
    sources.set(source, (sources.get(source) ?? 0) + 1);
    const counts = [...sources].map(([source, count]) => `${source === 'new' ? '新' : source} ${count}`);
    find('sources').textContent = counts.sort().join(' · ');
    reading.tag(charIndex, charLength, source, SOURCES[source]);
  });
  langdu.on('end', () => {
    void showCache();
    void persist();
  });
  langdu.on('uncached', ({ error }) => {
    if (error.code === 'E_VOICE_STORE') {
      showError(error);
      return;
    }
    find('cache-size').title = describeError(error.code);
    void showCache();
  });
  langdu.on('error', ({ error }) => {
    find('first-sound').textContent = '—';
    refresh();
    showError(error);
  });
}

async function showCache(): Promise<void> {
  if (!langdu) return;
  const { bytes, stored } = await langdu.cache.stats();
  const size = `${(bytes / 1e6).toFixed(1)} MB`;
  find('cache-size').textContent = stored ? size : `${size}（关页即失）`;
  find<HTMLButtonElement>('cache-clear').disabled = bytes === 0;
}

async function clearCache(): Promise<void> {
  await langdu?.cache.clear();
  await showCache();
}

/** Keeps the page for times without a network. */
async function stay(): Promise<void> {
  try {
    await navigator.serviceWorker?.register('sw.js');
  } catch (error) {
    // The page works all the same while there is a network.
    console.info('langdu:', error);
  }
}

/** Asks the browser not to throw away what is kept: once, and when there is something. */
async function persist(): Promise<void> {
  try {
    if (localStorage.getItem('asked-to-stay')) return;
    localStorage.setItem('asked-to-stay', 'yes');
    await navigator.storage.persist();
  } catch (error) {
    // Where nothing can be stored there is nothing to ask for.
    console.info('langdu:', error);
  }
}

/** Fills a group of buttons, of which one is pressed; `choices` are values with their names for readers. */
function showChoices(group: HTMLElement, field: string, choices: [value: string, name: string][]): void {
  const labels = choices.map(([value, name], index) => {
    const input = Object.assign(document.createElement('input'), { type: 'radio', name: field, value });
    input.defaultChecked = index === 0;
    const label = document.createElement('label');
    label.append(input, Object.assign(document.createElement('span'), { textContent: name }));
    return label;
  });
  for (const label of group.querySelectorAll('label')) label.remove();
  group.append(...labels);
}

/** One speaker is no choice. */
function showSpeakers(speakers: SpeakerInfo[]): void {
  const choices = speakers.map(({ name, description }): [string, string] => [name, description.zh ?? name]);
  find('speakers').hidden = choices.length < 2;
  showChoices(find('speakers'), 'speaker', choices.length < 2 ? [] : choices);
}

/** A voice that does not know its own pitch can't change it. */
function showPitch(possible: boolean): void {
  const slider = find<HTMLInputElement>('pitch');
  slider.disabled = !possible;
  slider.title = possible ? '' : '这个声音不能改变音高';
  showOptions();
}

/** Loads a voice in place of the one that speaks, which goes on if that fails. Says whether it did. */
async function load(wanted: { voice: string } | { pack: File[] }): Promise<boolean> {
  const bar = find('loading');
  const voice = find('voice');
  const before = voice.textContent;
  clearError();
  bar.classList.remove('done');
  voice.classList.remove('ready');
  try {
    const next = await Langdu.load({
      ...wanted,
      onProgress: ({ loaded, total }) => {
        const part = total > 0 ? loaded / total : 0;
        find('loading-bar').style.transform = `scaleX(${part})`;
        bar.setAttribute('aria-valuenow', String(Math.round(part * 100)));
        voice.textContent = `正在准备声音 ${Math.round(part * 100)}%`;
      },
    });
    await langdu?.dispose();
    langdu = next;
    chosen = 'voice' in wanted ? wanted.voice : next.voice.name;
    listen(next);
    showSpeakers(next.voice.speakers);
    showChoices(find('emotions'), 'emotion', nameEmotions(next.voice.emotions));
    showPitch(next.voice.pitch);
    void showCache();
    void stay();
    voice.textContent = chosen === BUNDLED ? '声音已就绪' : `声音 ${chosen} 已就绪`;
    return true;
  } catch (error) {
    voice.textContent = langdu ? before : '声音没有准备好';
    showError(error, 'pack' in wanted);
    return false;
  } finally {
    voice.classList.toggle('ready', langdu !== null);
    bar.classList.add('done');
    refresh();
    await voices.show(chosen);
  }
}

/** Voices are loaded one after the other, however fast they are chosen. */
function choose(wanted: { voice: string } | { pack: File[] }): void {
  turn = turn.then(async () => {
    if (await load(wanted)) remember(chosen);
  });
}

/** The voice that was chosen last. Where the browser remembers nothing, it is the page's own. */
function remembered(): string {
  try {
    return localStorage.getItem('voice') ?? BUNDLED;
  } catch {
    return BUNDLED;
  }
}

function remember(voice: string): void {
  try {
    localStorage.setItem('voice', voice);
  } catch {
    // The next visit begins with the page's own voice.
  }
}

async function begin(): Promise<void> {
  const voice = remembered();
  if (!(await load({ voice })) && voice !== BUNDLED) choose({ voice: BUNDLED });
}

speak.addEventListener('click', toggle);
stop.addEventListener('click', halt);
download.addEventListener('click', () => void save());
find('cache-clear').addEventListener('click', () => void clearCache());
find('alert-close').addEventListener('click', clearError);
text.addEventListener('input', showCount);
controls.addEventListener('input', showOptions);
for (const button of document.querySelectorAll<HTMLButtonElement>('[data-sample]')) {
  button.addEventListener('click', () => {
    if (langdu?.speaking) halt();
    text.value = SAMPLES[Number(button.dataset.sample)] ?? '';
    showCount();
    text.focus();
  });
}
document.addEventListener('keydown', (event) => {
  if (event.key === 'Escape') halt();
  if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    toggle();
  }
});

showCount();
showOptions();
turn = begin();
