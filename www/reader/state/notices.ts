/** Short messages at the foot of the page, one at a time. */
import { signal } from '@preact/signals';

export interface Notice {
  text: string;
  /** What can be done about it. */
  action?: { label: string; run: () => void };
  kind: 'info' | 'error';
  /** The error's code, for those who look for it. */
  code?: string;
}

export const notice = signal<Notice | null>(null);

const SECONDS = { info: 5, action: 8 };
let timer: ReturnType<typeof setTimeout> | undefined;

/** Errors stay until they are closed. */
export function notify(next: Notice): void {
  clearTimeout(timer);
  notice.value = next;
  if (next.kind === 'error') return;
  timer = setTimeout(dismiss, 1000 * (next.action ? SECONDS.action : SECONDS.info));
}

export function dismiss(): void {
  notice.value = null;
}
