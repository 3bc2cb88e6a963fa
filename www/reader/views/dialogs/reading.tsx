/** «Wrong reading?»: another reading for a word, here, in this book, or everywhere. */
import { useEffect, useState } from 'preact/hooks';
import { t } from '../../language/index.js';
import { TITLE } from '../../listening/session.js';
import { book, changeOpenBook, chapter, index, listening, placed, speakAnew } from '../../state/desk.js';
import { voiceNamed } from '../../state/engine.js';
import { describeError } from '../../state/faults.js';
import { notify } from '../../state/notices.js';
import { change, settings } from '../../state/settings.js';
import { toDigits, toMarks } from '../../text/spoken.js';
import { spotOf } from '../book/marks.js';
import { type ReadSyllable, readSyllables } from '../book/pinyin.js';
import { Choice, Dialog } from '../parts.js';

type Scope = 'here' | 'book' | 'always';

interface Place {
  paragraph: number;
  start: number;
  end: number;
}

/** What is selected in the text, or else the word that is heard. */
function chosenPlace(): Place | null {
  const selection = getSelection();
  if (selection && !selection.isCollapsed && selection.rangeCount) {
    const { startContainer, startOffset } = selection.getRangeAt(0);
    const spot = spotOf(startContainer, startOffset);
    const length = selection.toString().trim().length;
    if (spot && spot.paragraph !== TITLE && length > 0 && length <= 8)
      return { paragraph: spot.paragraph, start: spot.offset, end: spot.offset + length };
  }
  const heard = listening.value;
  if (!heard || heard.chapter !== index.value || heard.paragraph === TITLE) return null;
  const { start, end } = heard.word ?? { start: heard.sentence.start, end: heard.sentence.start + 1 };
  return { paragraph: heard.paragraph, start, end };
}

export function WrongReading({ onClose }: { onClose: () => void }) {
  const [place, setPlace] = useState(chosenPlace);
  const paragraph = place && chapter.value?.paragraphs[place.paragraph];
  return (
    <Dialog title={t('reading.title')} onClose={onClose} id="reading-dialog">
      {place && paragraph ? (
        <Form place={place} text={paragraph.text} onPlace={setPlace} onClose={onClose} />
      ) : (
        <p>{t('reading.select')}</p>
      )}
    </Dialog>
  );
}

function Form({
  place,
  text,
  onPlace,
  onClose,
}: {
  place: Place;
  text: string;
  onPlace: (place: Place) => void;
  onClose: () => void;
}) {
  const word = text.slice(place.start, place.end);
  const [syllables, setSyllables] = useState<ReadSyllable[]>([]);
  const [said, setSaid] = useState('');
  const [scope, setScope] = useState<Scope>('book');
  useEffect(() => {
    readSyllables({ text }, placed(index.value, place.paragraph)).then(setSyllables, () => undefined);
  }, [text]);
  const inside = syllables.filter(({ start, end }) => start >= place.start && end <= place.end);
  const current = inside.map(({ pinyin }) => pinyin);
  useEffect(() => setSaid(current.join(' ')), [current.join(' ')]);
  const fault = faultOf(word, said);
  const grow = (from: number, to: number) => {
    const start = Math.min(Math.max(0, place.start + from), text.length - 1);
    onPlace({ ...place, start, end: Math.min(text.length, Math.max(start + 1, place.end + to)) });
  };
  const save = async () => {
    const reading = toDigits(said) ?? said.trim();
    await keep(scope, place, word, reading);
    onClose();
    speakAnew();
  };
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (!fault) void save();
      }}
    >
      <p class="word-choice">
        <button type="button" class="small" aria-label={t('reading.growLeft')} onClick={() => grow(-1, 0)}>
          ‹
        </button>
        <strong lang="zh">{word}</strong>
        <button type="button" class="small" aria-label={t('reading.growRight')} onClick={() => grow(0, 1)}>
          ›
        </button>
        <button
          type="button"
          class="small"
          disabled={word.length < 2}
          aria-label={t('reading.shrink')}
          onClick={() => grow(0, -1)}
        >
          −
        </button>
      </p>
      <p>{t('reading.now', { pinyin: toMarks(current.join(' ')) || '—' })}</p>
      <Choices syllables={inside} said={said} onSaid={setSaid} />
      <label class="field">
        <span>{t('reading.write')}</span>
        <input
          id="pinyin-field"
          value={said}
          autocomplete="off"
          spellcheck={false}
          aria-describedby="pinyin-fault"
          aria-invalid={fault !== null}
          onInput={(event) => setSaid(event.currentTarget.value)}
        />
      </label>
      <p id="pinyin-fault" class="hint" role="status">
        {fault ?? toMarks(toDigits(said) ?? '')}
      </p>
      <Choice
        id="scope"
        label={t('reading.scope')}
        value={scope}
        choices={[
          ['here', t('reading.here')],
          ['book', t('reading.book')],
          ['always', t('reading.always')],
        ]}
        onChange={setScope}
      />
      <div class="actions">
        <button type="button" onClick={() => void hear(word, said)} disabled={fault !== null}>
          {t('reading.hear')}
        </button>
        <button type="submit" class="primary" id="save-reading" disabled={fault !== null}>
          {t('action.save')}
        </button>
      </div>
    </form>
  );
}

interface ChoicesProps {
  syllables: ReadSyllable[];
  said: string;
  onSaid: (said: string) => void;
}

/** A character's other readings are one tap away; a single one that has but one gets the other tones. */
function Choices({ syllables, said, onSaid }: ChoicesProps) {
  const spoken = said.split(' ');
  const [, letters] = /^([a-z]+)[1-5]$/.exec(said) ?? [];
  const tones = letters && syllables.length === 1 ? [1, 2, 3, 4, 5].map((tone) => letters + tone) : [];
  return (
    <>
      {syllables.map(({ start, choices }, at) => {
        const offered = choices.length > 1 ? choices : tones;
        if (offered.length === 0) return null;
        return (
          <div key={start} class="choices">
            {offered.map((reading) => (
              <button
                key={reading}
                type="button"
                data-reading={reading}
                aria-pressed={spoken[at] === reading}
                onClick={() => onSaid(spoken.with(at, reading).join(' '))}
              >
                {toMarks(reading)}
              </button>
            ))}
          </div>
        );
      })}
    </>
  );
}

/** Why this can't be the word's reading; null where it can. */
function faultOf(word: string, said: string): string | null {
  if (said.trim() === '') return t('reading.empty');
  if (!/^[\x20-\x7e\u00c0-\u01ff]+$/.test(said)) return null;
  const syllables = said.trim().split(/\s+/);
  const wrong = syllables.find((syllable) => toDigits(syllable) === null);
  if (wrong) return t('reading.wrong', { syllable: wrong });
  const count = [...word].length;
  return syllables.length === count ? null : t('reading.count', { n: count });
}

async function keep(scope: Scope, { paragraph, start, end }: Place, word: string, reading: string): Promise<void> {
  if (scope === 'always') {
    change({ lexicon: { ...settings.value.lexicon, [word]: reading } });
    return;
  }
  await changeOpenBook((record) => {
    const { lexicon = {}, placed = {} } = record.settings;
    if (scope === 'book')
      return { ...record, settings: { ...record.settings, lexicon: { ...lexicon, [word]: reading } } };
    const key = `${index.value}:${paragraph}`;
    const others = (placed[key] ?? []).filter((known) => known.end <= start || known.start >= end);
    return {
      ...record,
      settings: { ...record.settings, placed: { ...placed, [key]: [...others, { start, end, word, reading }] } },
    };
  });
}

async function hear(word: string, said: string): Promise<void> {
  try {
    const langdu = await voiceNamed(book.value?.settings.voice ?? settings.value.voice);
    await langdu.speak(word, { lexicon: { [word]: toDigits(said) ?? said } });
  } catch (error) {
    notify({ kind: 'error', ...describeError(error, 'E_WORKER') });
  }
}
