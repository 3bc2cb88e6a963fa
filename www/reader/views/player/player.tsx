/** The player at the foot of an open book. */
import { formatDuration, t } from '../../language/index.js';
import {
  book,
  estimate,
  listening,
  move,
  pause,
  play,
  progress,
  seek,
  sleepChapters,
  sleepLeft,
  sounding,
} from '../../state/desk.js';
import { engine } from '../../state/engine.js';
import { settings } from '../../state/settings.js';
import { dialog } from '../book/dialogs.js';
import { lazy } from '../lazy.js';
import { Icon, IconButton, Progress } from '../parts.js';
import { changeSpeed, PRESETS } from './speed.js';

const Melody = lazy(async () => (await import('./melody.js')).Melody);

export function Player() {
  const on = sounding.value;
  const { status, progress: loaded, code } = engine.value;
  return (
    <section class="player" aria-label={t('player.title')}>
      {status === 'loading' && <Progress label={t('player.loading')} value={loaded} />}
      {status === 'failed' && (
        <p class="fault" role="alert" data-code={code}>
          {t('player.failed')}
        </p>
      )}
      {settings.value.melody && <Melody />}
      <Scrubber />
      <div class="player-row">
        <div class="player-left">
          <SpeedMenu />
          <button
            type="button"
            class="text-button"
            id="timer"
            aria-label={t('timer.title')}
            title={t('timer.title')}
            onClick={() => {
              dialog.value = 'timer';
            }}
          >
            <Icon name="timer" />
            {sleepLeft.value !== null && <span>{t('time.minutes', { n: sleepLeft.value })}</span>}
            {sleepChapters.value !== null && <span>{t('timer.chaptersShort', { n: sleepChapters.value })}</span>}
          </button>
        </div>
        <div class="player-main">
          <IconButton
            icon="chapterBack"
            label={t('player.previousChapter')}
            onClick={() => void move('chapter', -1)}
            class="wide-only"
          />
          <IconButton
            icon="sentenceBack"
            label={t('player.previousSentence')}
            keys="ArrowLeft"
            onClick={() => void move('sentence', -1)}
          />
          <button
            type="button"
            class="play"
            id="play"
            aria-label={on ? t('player.pause') : t('player.play')}
            aria-keyshortcuts="Space"
            onClick={on ? pause : play}
          >
            <Icon name={on ? 'pause' : 'play'} />
          </button>
          <IconButton
            icon="sentenceNext"
            label={t('player.nextSentence')}
            keys="ArrowRight"
            onClick={() => void move('sentence', 1)}
          />
          <IconButton
            icon="chapterNext"
            label={t('player.nextChapter')}
            onClick={() => void move('chapter', 1)}
            class="wide-only"
          />
        </div>
        <div class="player-right">
          <button
            type="button"
            class="text-button"
            id="wrong-reading"
            onClick={() => {
              dialog.value = 'reading';
            }}
          >
            {t('reading.title')}
          </button>
          <IconButton
            id="voice"
            icon="voice"
            label={t('voice.title')}
            onClick={() => {
              dialog.value = 'voice';
            }}
          />
        </div>
      </div>
      {/* Said to screen readers only while the voice is silent. */}
      <p class="unseen" aria-live={on ? 'off' : 'polite'}>
        {listening.value?.status === 'paused'
          ? t('player.paused')
          : listening.value?.status === 'ended'
            ? t('player.ended')
            : ''}
      </p>
    </section>
  );
}

function Scrubber() {
  const { characters, before } = progress.value;
  const part = characters > 0 ? Math.min(1, before / characters) : 0;
  const left = formatDuration(estimate(Math.max(0, characters - before)));
  return (
    <div class="scrubber">
      <input
        type="range"
        id="scrubber"
        min={0}
        max={1000}
        value={Math.round(part * 1000)}
        style={{ '--part': `${part * 100}%` }}
        aria-label={t('player.position')}
        aria-valuetext={t('player.left', { left })}
        onChange={(event) => void seek(Number(event.currentTarget.value) / 1000)}
      />
      <span class="scrubber-left" title={t('player.estimate')}>
        −{left}
      </span>
    </div>
  );
}

function SpeedMenu() {
  const speed = book.value?.settings.speed ?? settings.value.speed;
  return (
    <label class="text-button speed" title={t('voice.speed')}>
      <span class="unseen">{t('voice.speed')}</span>
      <select id="speed" value={String(speed)} onChange={(event) => changeSpeed(Number(event.currentTarget.value))}>
        {[...new Set([...PRESETS, speed])]
          .sort((a, b) => a - b)
          .map((preset) => (
            <option key={preset} value={String(preset)}>
              {preset}×
            </option>
          ))}
      </select>
    </label>
  );
}
