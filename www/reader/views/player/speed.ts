/** The speed of the open book, or of the app where none is open. */
import { book, changeOpenBook, speakAnew } from '../../state/desk.js';
import { change, settings } from '../../state/settings.js';

export const PRESETS = [0.5, 0.75, 1, 1.25, 1.5, 1.75, 2, 2.5, 3];
export const SLOWEST = 0.5;
export const FASTEST = 3;

export function changeSpeed(wanted: number): void {
  const speed = Math.round(Math.min(FASTEST, Math.max(SLOWEST, wanted)) * 20) / 20;
  if (!book.value) {
    change({ speed });
    return;
  }
  const record = book.value;
  book.value = { ...record, settings: { ...record.settings, speed } };
  speakAnew();
  void changeOpenBook((kept) => ({ ...kept, settings: { ...kept.settings, speed } }));
}

export function stepSpeed(by: 1 | -1): void {
  changeSpeed((book.value?.settings.speed ?? settings.value.speed) + by * 0.1);
}
