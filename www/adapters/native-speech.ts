/** The browser's own voices, for what langdu does not speak. */
import { type SynthesisErrorCode, SynthesisErrorEvent, SynthesisEvent, type Utterance } from './utterance.js';

const LANGUAGE = /^(zh|cmn)\b/i;

export class BrowsersOwn {
  private constructor(
    private readonly synthesis: globalThis.SpeechSynthesis,
    private readonly makeUtterance: typeof SpeechSynthesisUtterance,
  ) {}

  /** Null where the browser has none, or where it has been replaced already. */
  static find(changed: () => void): BrowsersOwn | null {
    const { speechSynthesis, SpeechSynthesisUtterance } = globalThis;
    if (!speechSynthesis || !/\[native code\]/.test(String(SpeechSynthesisUtterance))) return null;
    speechSynthesis.addEventListener('voiceschanged', changed);
    return new BrowsersOwn(speechSynthesis, SpeechSynthesisUtterance);
  }

  voices(): SpeechSynthesisVoice[] {
    return this.synthesis.getVoices();
  }

  /** Whether an utterance asks for one of the browser's voices, or for another language that one of them speaks. */
  speaks({ voice, lang }: Utterance): boolean {
    const voices = this.voices();
    if (voice) return voices.some((own) => own === voice);
    if (lang === '' || LANGUAGE.test(lang)) return false;
    const [language] = lang.toLowerCase().split(/[-_]/);
    return voices.some((own) => own.lang.toLowerCase().startsWith(language ?? ''));
  }

  /** Speaks; resolves when it is over, however it ends. */
  say(utterance: Utterance, signal: AbortSignal, start: () => void): Promise<void> {
    const { text, lang, voice, volume, rate, pitch } = utterance;
    const own = new this.makeUtterance(text);
    Object.assign(own, { lang, volume, rate, pitch, voice });
    return new Promise((resolve) => {
      const over = () => {
        signal.removeEventListener('abort', cancel);
        resolve();
      };
      const cancel = () => this.synthesis.cancel();
      signal.addEventListener('abort', cancel);
      own.onstart = start;
      for (const type of ['end', 'pause', 'resume', 'mark', 'boundary'] as const) {
        own.addEventListener(type, ({ charIndex, charLength, elapsedTime, name }) => {
          utterance.dispatchEvent(new SynthesisEvent(type, { utterance, charIndex, charLength, elapsedTime, name }));
          if (type === 'end') over();
        });
      }
      own.addEventListener('error', ({ error }) => {
        utterance.dispatchEvent(new SynthesisErrorEvent('error', { utterance, error: error as SynthesisErrorCode }));
        over();
      });
      this.synthesis.speak(own);
    });
  }

  pause(): void {
    this.synthesis.pause();
  }

  resume(): void {
    this.synthesis.resume();
  }

  cancel(): void {
    this.synthesis.cancel();
  }
}
