/** Keeps the screen on while the voice reads, by choice. */
export class WakeLock {
  private wanted = false;
  private lock: WakeLockSentinel | null = null;

  constructor() {
    // The system takes the lock away with the page.
    document.addEventListener('visibilitychange', () => void this.update());
  }

  want(wanted: boolean): void {
    if (wanted === this.wanted) return;
    this.wanted = wanted;
    void this.update();
  }

  private async update(): Promise<void> {
    if (!('wakeLock' in navigator)) return;
    try {
      if (this.wanted && document.visibilityState === 'visible') {
        if (!this.lock || this.lock.released) this.lock = await navigator.wakeLock.request('screen');
      } else if (!this.wanted) {
        await this.lock?.release();
        this.lock = null;
      }
    } catch {
      // With a low battery the system may refuse: then the screen goes off.
    }
  }
}
