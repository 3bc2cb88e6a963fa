/** The sleep timer. It counts what is heard, so that it needs no timer of the page, which a hidden tab slows down. */

/** Seconds over which the voice fades out. */
export const FADE = 8;

export class SleepTimer {
  /** Seconds still to hear; null where none is set. */
  left: number | null = null;
  private fading = false;

  constructor(
    private readonly fade: (seconds: number) => void,
    private readonly sleep: () => void,
  ) {}

  set(minutes: number | null): void {
    this.left = minutes === null ? null : minutes * 60;
    this.fading = false;
  }

  tick(seconds: number): void {
    if (this.left === null) return;
    this.left -= seconds;
    if (this.left <= 0) {
      this.set(null);
      this.sleep();
    } else if (this.left <= FADE && !this.fading) {
      this.fading = true;
      this.fade(this.left);
    }
  }
}
