/** What opens over a book. */
import { signal } from '@preact/signals';
import { lazy } from '../lazy.js';

export type DialogName = 'contents' | 'look' | 'book' | 'voice' | 'timer' | 'reading';

export const dialog = signal<DialogName | null>(null);

const close = () => {
  dialog.value = null;
};

const Contents = lazy(() => import('../dialogs/contents.js').then(({ Contents }) => Contents));
const Look = lazy(() => import('../dialogs/look.js').then(({ Look }) => Look));
const BookSettings = lazy(() => import('../dialogs/book-settings.js').then(({ BookSettings }) => BookSettings));
const VoiceSettings = lazy(() => import('../dialogs/voice.js').then(({ VoiceDialog }) => VoiceDialog));
const Timer = lazy(() => import('../dialogs/timer.js').then(({ Timer }) => Timer));
const Reading = lazy(() => import('../dialogs/reading.js').then(({ WrongReading }) => WrongReading));

export function BookDialogs() {
  switch (dialog.value) {
    case 'contents':
      return <Contents onClose={close} />;
    case 'look':
      return <Look onClose={close} />;
    case 'book':
      return <BookSettings onClose={close} />;
    case 'voice':
      return <VoiceSettings onClose={close} />;
    case 'timer':
      return <Timer onClose={close} />;
    case 'reading':
      return <Reading onClose={close} />;
    default:
      return null;
  }
}
