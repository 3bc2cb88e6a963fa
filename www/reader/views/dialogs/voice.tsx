/** Who reads, and how. */
import { useEffect, useState } from 'preact/hooks';
import { hasWords, type Key, language, t } from '../../language/index.js';
import { book, changeOpenBook, chooseVoice, setStepwise, setVolume, speakAnew } from '../../state/desk.js';
import { BUNDLED, engine, library, type Wanted } from '../../state/engine.js';
import { describeError } from '../../state/faults.js';
import { notify } from '../../state/notices.js';
import { change, settings } from '../../state/settings.js';
import { Choice, Dialog, IconButton, Slider, Switch } from '../parts.js';
import { changeSpeed, FASTEST, SLOWEST } from '../player/speed.js';

export function VoiceDialog({ onClose }: { onClose: () => void }) {
  return (
    <Dialog title={t('voice.title')} onClose={onClose} id="voice-dialog">
      <VoiceChoices />
    </Dialog>
  );
}

export const emotionName = (emotion: string): string =>
  hasWords(`emotion.${emotion}`) ? t(`emotion.${emotion}` as Key) : emotion;

let settling: ReturnType<typeof setTimeout> | undefined;
/** A slider that is dragged is heard when it rests. */
function settle(): void {
  clearTimeout(settling);
  settling = setTimeout(speakAnew, 300);
}

export function VoiceChoices() {
  const all = settings.value;
  const own = book.value?.settings ?? {};
  const emotion = own.emotion ?? all.emotion;
  const semitones = (value: number) =>
    value === 0 ? t('voice.plain') : t('voice.semitones', { n: `${value > 0 ? '+' : '−'}${Math.abs(value)}` });
  const seconds = (value: number) => (value === 0 ? t('voice.natural') : `+${value.toFixed(1)} s`);
  const { speakers } = engine.value;
  const choose = (part: { speaker: string } | { dialogue: string } | { emotion: string }) => {
    if (book.value)
      void changeOpenBook((kept) => ({ ...kept, settings: { ...kept.settings, ...part } })).then(speakAnew);
    else change(part);
  };
  const named = speakers.map(
    ({ name, description }) => [name, description[language.value === 'en' ? 'en' : 'zh'] ?? name] as const,
  );
  return (
    <>
      {speakers.length > 1 && (
        <Choice
          id="speaker"
          label={t('voice.speaker')}
          value={own.speaker ?? (all.speaker || (speakers[0]?.name ?? ''))}
          choices={named}
          onChange={(speaker) => choose({ speaker })}
        />
      )}
      {speakers.length > 1 && (
        <Choice
          id="dialogue"
          label={t('voice.dialogue')}
          value={own.dialogue ?? all.dialogue}
          choices={[['', t('voice.sameSpeaker')] as const, ...named]}
          onChange={(dialogue) => choose({ dialogue })}
        />
      )}
      <Slider
        id="speed-slider"
        label={t('voice.speed')}
        min={SLOWEST}
        max={FASTEST}
        step={0.05}
        value={own.speed ?? all.speed}
        format={(value) => `${value}×`}
        onChange={changeSpeed}
      />
      <Slider
        label={t('voice.pitch')}
        min={-6}
        max={6}
        step={0.5}
        value={all.pitch}
        format={semitones}
        disabled={!engine.value.pitch}
        hint={engine.value.pitch ? '' : t('voice.noPitch')}
        onChange={(pitch) => {
          change({ pitch });
          settle();
        }}
      />
      <Slider
        label={t('voice.volume')}
        min={0}
        max={2}
        step={0.05}
        value={all.volume}
        format={(value) => `${Math.round(value * 100)}%`}
        onChange={(volume) => {
          change({ volume });
          setVolume();
        }}
      />
      <Choice
        id="emotion"
        label={t('voice.emotion')}
        value={emotion}
        choices={engine.value.emotions.map((name) => [name, emotionName(name)] as const)}
        onChange={(emotion) => choose({ emotion })}
      />
      <Slider
        label={t('voice.intensity')}
        min={0}
        max={1}
        step={0.05}
        value={all.intensity}
        format={(value) => `${Math.round(value * 100)}%`}
        onChange={(intensity) => {
          change({ intensity });
          settle();
        }}
      />
      <Slider
        label={t('voice.sentencePause')}
        min={0}
        max={2}
        step={0.1}
        value={all.sentencePause}
        format={seconds}
        onChange={(sentencePause) => {
          change({ sentencePause });
          settle();
        }}
      />
      <Slider
        label={t('voice.paragraphPause')}
        min={0}
        max={3}
        step={0.1}
        value={all.paragraphPause}
        format={seconds}
        onChange={(paragraphPause) => {
          change({ paragraphPause });
          settle();
        }}
      />
      <Switch
        id="stepwise"
        label={t('voice.stepwise')}
        hint={t('voice.stepwiseHint')}
        checked={all.stepwise}
        onChange={(stepwise) => {
          change({ stepwise });
          setStepwise(stepwise);
        }}
      />
      <Switch
        id="keep-awake"
        label={t('voice.keepAwake')}
        checked={all.keepAwake}
        onChange={(keepAwake) => change({ keepAwake })}
      />
      <Voices />
    </>
  );
}

/** The voice of the app, and those that a person has brought along. */
function Voices() {
  const [kept, setKept] = useState<string[]>([]);
  const list = async () => {
    const { listVoices } = await library();
    setKept(await listVoices());
  };
  const chosen = book.value?.settings.voice ?? settings.value.voice;
  useEffect(() => void list().catch(() => undefined), [chosen]);
  const choose = (wanted: Wanted) =>
    chooseVoice(wanted)
      .then(list)
      .catch(() => undefined);
  return (
    <fieldset class="voices" id="voices">
      <legend>{t('voice.who')}</legend>
      {[BUNDLED, ...kept.filter((name) => name !== BUNDLED)].map((name) => (
        <div key={name} class="voice-row">
          <label>
            <input
              type="radio"
              name="voice"
              value={name}
              checked={name === chosen}
              onChange={() => void choose({ voice: name })}
            />
            <span>{name === BUNDLED ? t('voice.bundled') : name}</span>
          </label>
          {name !== BUNDLED && (
            <IconButton
              icon="delete"
              class="small"
              label={t('voice.remove', { name })}
              onClick={() => {
                void library()
                  .then(({ removeVoice }) => removeVoice(name))
                  .then(() => (name === chosen ? choose({ voice: BUNDLED }) : undefined))
                  .then(list)
                  .catch((error) => notify({ kind: 'error', ...describeError(error, 'E_VOICE_STORE') }));
              }}
            />
          )}
        </div>
      ))}
      <label class="text-button">
        {t('voice.add')}
        <input
          class="unseen"
          type="file"
          id="voice-file"
          accept=".zip,application/zip"
          onChange={(event) => {
            const files = [...(event.currentTarget.files ?? [])];
            event.currentTarget.value = '';
            if (files.length) void choose({ pack: files });
          }}
        />
      </label>
    </fieldset>
  );
}
