/** The sleep timer. */
import { t } from '../../language/index.js';
import { setSleep, sleepChapters, sleepLeft } from '../../state/desk.js';
import { Dialog } from '../parts.js';

const MINUTES = [5, 10, 15, 20, 30, 45, 60, 90];
const CHAPTERS = [1, 2, 3, 5];

export function Timer({ onClose }: { onClose: () => void }) {
  const choose = (minutes: number | null, chapters: number | null) => () => {
    setSleep(minutes, chapters);
    onClose();
  };
  return (
    <Dialog title={t('timer.title')} onClose={onClose} id="timer-dialog">
      <div class="choices">
        <button
          type="button"
          aria-pressed={sleepLeft.value === null && sleepChapters.value === null}
          onClick={choose(null, null)}
        >
          {t('timer.off')}
        </button>
        {MINUTES.map((minutes) => (
          <button
            key={minutes}
            type="button"
            data-minutes={minutes}
            aria-pressed={sleepLeft.value === minutes}
            onClick={choose(minutes, null)}
          >
            {t('time.minutes', { n: minutes })}
          </button>
        ))}
        {CHAPTERS.map((chapters) => (
          <button
            key={chapters}
            type="button"
            aria-pressed={sleepChapters.value === chapters}
            onClick={choose(null, chapters)}
          >
            {chapters === 1 ? t('timer.chapterEnd') : t('timer.chapters', { n: chapters })}
          </button>
        ))}
      </div>
      <p class="hint">{t('timer.hint')}</p>
    </Dialog>
  );
}
