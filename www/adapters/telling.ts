/** What an utterance hears while langdu speaks it: words and sentences out of syllables, and marks. */
import type { Langdu } from 'langdu';

interface Told {
  charIndex?: number;
  charLength?: number;
  elapsedTime?: number;
  name?: string;
}

interface Span {
  charIndex: number;
  charLength: number;
}

export class Telling {
  private readonly words: Span[];
  private readonly sentences: Span[] = [];
  private job: number | null = null;
  private word = -1;
  private readonly listening: (() => void)[];

  constructor(
    langdu: Langdu,
    text: string,
    start: () => void,
    private readonly tell: (type: 'boundary' | 'mark', told: Told) => void,
  ) {
    this.words = Array.from(
      new Intl.Segmenter('zh', { granularity: 'word' }).segment(text),
      ({ index, segment }): Span => ({ charIndex: index, charLength: segment.length }),
    );
    this.listening = [
      langdu.on('sentence', ({ charIndex, charLength }) => this.sentences.push({ charIndex, charLength })),
      langdu.on('start', ({ job }) => {
        if (this.job !== null) return;
        this.job = job;
        start();
      }),
      langdu.on('boundary', ({ job, charIndex, elapsedTime }) => {
        if (job === this.job) this.syllable(charIndex, elapsedTime);
      }),
      langdu.on('mark', ({ job, name, elapsedTime }) => {
        if (job === this.job) this.tell('mark', { name, elapsedTime });
      }),
    ];
  }

  stop(): void {
    for (const off of this.listening) off();
  }

  private syllable(charIndex: number, elapsedTime: number): void {
    const sentence = this.sentences[0];
    if (sentence && charIndex >= sentence.charIndex) {
      this.sentences.shift();
      this.tell('boundary', { name: 'sentence', ...sentence, elapsedTime });
    }
    const word = this.words.findLastIndex((word) => word.charIndex <= charIndex);
    if (word === this.word) return;
    this.word = word;
    this.tell('boundary', { name: 'word', ...this.words[word], elapsedTime });
  }
}
