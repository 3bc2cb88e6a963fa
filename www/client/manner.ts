/** How everything is spoken that does not say otherwise, and what is being spoken when it changes. */
import { LangduError } from '../wire/errors.js';
import type { SpeechOptions } from '../wire/messages.js';

export interface MannerHandlers {
  /** What is being spoken goes on so. */
  change(options: SpeechOptions): void;
  volume(volume: number): void;
  /** What the voice can express. */
  emotions(): string[];
}

export class Manner {
  private readonly chosen: SpeechOptions = {};
  private level = 1;

  constructor(private readonly handlers: MannerHandlers) {}

  /** What has been chosen, as options of a call. */
  get options(): SpeechOptions {
    return this.chosen;
  }

  get speed(): number {
    return this.chosen.speed ?? 1;
  }
  set speed(speed: number) {
    this.choose({ speed: within(speed, 0.5, 2, 'E_OPTION_SPEED') });
  }

  get pitch(): number {
    return this.chosen.pitch ?? 0;
  }
  set pitch(pitch: number) {
    this.choose({ pitch: within(pitch, -6, 6, 'E_OPTION_PITCH') });
  }

  get emotion(): string {
    return this.chosen.emotion ?? 'neutral';
  }
  set emotion(emotion: string) {
    const known = ['neutral', ...this.handlers.emotions()];
    if (!known.includes(emotion)) {
      throw new LangduError('E_OPTION_EMOTION', `This voice does not know ${emotion}, it knows ${known.join(', ')}`);
    }
    this.choose({ emotion });
  }

  get volume(): number {
    return this.level;
  }
  set volume(volume: number) {
    this.level = within(volume, 0, 2, 'E_OPTION_VOLUME');
    this.handlers.volume(this.level);
  }

  private choose(options: SpeechOptions): void {
    Object.assign(this.chosen, options);
    this.handlers.change(options);
  }
}

function within(value: unknown, least: number, most: number, code: string): number {
  if (typeof value === 'number' && value >= least && value <= most) return value;
  throw new LangduError(code, `${value} is not between ${least} and ${most}`);
}
