/** The lock screen and the buttons of a headset: one media element that plays, silently, as long as the voice reads. */

export interface MediaActions {
  play: () => void;
  pause: () => void;
  sentence: (by: 1 | -1) => void;
  chapter: (by: 1 | -1) => void;
  /** Goes to this many seconds of the chapter. */
  seek: (seconds: number) => void;
}

export interface NowPlaying {
  title: string;
  chapter: string;
  author: string;
  cover: string;
}

/** A file of this length counts as something that plays on; shorter ones are taken for signals. */
const SECONDS = 10;

export class Media {
  private readonly element: HTMLAudioElement;
  private shown = '';
  private wanted = false;

  constructor(actions: MediaActions) {
    this.element = new Audio(URL.createObjectURL(silence()));
    this.element.loop = true;
    this.element.title = 'langdu';
    // Not by this app: headphones pulled out, another app that plays.
    this.element.addEventListener('pause', () => {
      if (this.wanted) actions.pause();
    });
    const session = navigator.mediaSession;
    if (!session) return;
    const on = (action: MediaSessionAction, handler: (details: MediaSessionActionDetails) => void) => {
      try {
        session.setActionHandler(action, handler);
      } catch {
        // Not every browser knows every action.
      }
    };
    on('play', actions.play);
    on('pause', actions.pause);
    on('stop', actions.pause);
    on('previoustrack', () => actions.chapter(-1));
    on('nexttrack', () => actions.chapter(1));
    on('seekbackward', () => actions.sentence(-1));
    on('seekforward', () => actions.sentence(1));
    on('seekto', ({ seekTime }) => seekTime !== undefined && actions.seek(seekTime));
  }

  /** Where the browser refuses the element, the voice is heard all the same. */
  play(): void {
    this.wanted = true;
    this.element.play().catch(() => undefined);
    if (navigator.mediaSession) navigator.mediaSession.playbackState = 'playing';
  }

  pause(): void {
    this.wanted = false;
    this.element.pause();
    if (navigator.mediaSession) navigator.mediaSession.playbackState = 'paused';
  }

  show({ title, chapter, author, cover }: NowPlaying): void {
    const key = `${title}\n${chapter}\n${cover}`;
    if (!navigator.mediaSession || key === this.shown) return;
    this.shown = key;
    const artwork = cover ? [{ src: cover, sizes: '512x512' }] : [];
    navigator.mediaSession.metadata = new MediaMetadata({ title: chapter, artist: author, album: title, artwork });
  }

  /** Seconds of the chapter, and of it heard. */
  at(position: number, duration: number, playbackRate: number): void {
    try {
      navigator.mediaSession?.setPositionState({ duration, playbackRate, position: Math.min(position, duration) });
    } catch {
      // Without a duration there is no position.
    }
  }
}

/** A WAV file of zeros: 8000 samples a second, 16 bits. */
function silence(): Blob {
  const bytes = SECONDS * 8000 * 2;
  const view = new DataView(new ArrayBuffer(44 + bytes));
  const ascii = (at: number, text: string) => [...text].forEach((c, i) => void view.setUint8(at + i, c.charCodeAt(0)));
  ascii(0, 'RIFF');
  view.setUint32(4, 36 + bytes, true);
  ascii(8, 'WAVEfmt ');
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true);
  view.setUint16(22, 1, true);
  view.setUint32(24, 8000, true);
  view.setUint32(28, 16_000, true);
  view.setUint16(32, 2, true);
  view.setUint16(34, 16, true);
  ascii(36, 'data');
  view.setUint32(40, bytes, true);
  return new Blob([view], { type: 'audio/wav' });
}
