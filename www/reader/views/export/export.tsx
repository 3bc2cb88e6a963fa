/** Makes an audiobook of a chapter, some chapters or the whole book. */
import { useEffect, useState } from 'preact/hooks';
import type { Order } from '../../export/audiobook.js';
import { CONTAINERS, type Container } from '../../export/kinds.js';
import type { SubtitleFormat } from '../../export/subtitles.js';
import { formatBytes, formatDuration, t } from '../../language/index.js';
import { type BookRecord, type Entry, getContents } from '../../library/store.js';
import { book, estimate, index } from '../../state/desk.js';
import { discard, download, make, makings, restoreMaking, stopMaking } from '../../state/exports.js';
import { Choice, Dialog, Icon, Progress } from '../parts.js';
import { exportBook } from './open.js';

export function ExportDialog({ record }: { record: BookRecord }) {
  const [entries, setEntries] = useState<Entry[]>([]);
  useEffect(() => {
    void getContents(record.id).then(setEntries);
    void restoreMaking(record.id).catch(() => undefined);
  }, [record.id]);
  return (
    <Dialog
      title={t('export.title')}
      id="export-dialog"
      onClose={() => {
        exportBook.value = null;
      }}
    >
      {makings.value[record.id] ? (
        <Running id={record.id} />
      ) : (
        entries.length > 0 && <Form record={record} entries={entries} />
      )}
    </Dialog>
  );
}

type Range = 'chapter' | 'select' | 'all';

function Form({ record, entries }: { record: BookRecord; entries: Entry[] }) {
  const current = book.value?.id === record.id ? index.value : 0;
  const [range, setRange] = useState<Range>('chapter');
  const [chosen, setChosen] = useState({ from: current, to: current });
  const [container, setContainer] = useState<Container>('m4a');
  const [bitrate, setBitrate] = useState<number>(CONTAINERS.m4a.bitrates[0]);
  const [subtitles, setSubtitles] = useState<SubtitleFormat | ''>('');
  const { from, to } =
    range === 'all'
      ? { from: 0, to: entries.length - 1 }
      : range === 'chapter'
        ? { from: current, to: current }
        : chosen;
  const characters = entries.slice(from, to + 1).reduce((sum, entry) => sum + entry.characters, 0);
  const seconds = estimate(characters);
  const start = () => {
    const order: Order = {
      id: record.id,
      title: record.title,
      author: record.author,
      container,
      bitrate,
      subtitles,
      from,
      to,
      done: [],
      files: [],
    };
    void make(order);
  };
  const chapters = entries.map(({ title }, at) => (
    <option key={at} value={at}>
      {title}
    </option>
  ));
  return (
    <>
      <Choice
        id="range"
        label={t('export.range')}
        value={range}
        choices={[
          ['chapter', t('export.chapter')],
          ['select', t('export.select')],
          ['all', t('export.all')],
        ]}
        onChange={setRange}
      />
      {range === 'select' && (
        <div class="fields">
          <label class="field">
            <span>{t('export.from')}</span>
            <select
              id="from"
              value={from}
              onChange={(event) =>
                setChosen({
                  from: Number(event.currentTarget.value),
                  to: Math.max(to, Number(event.currentTarget.value)),
                })
              }
            >
              {chapters}
            </select>
          </label>
          <label class="field">
            <span>{t('export.to')}</span>
            <select
              id="to"
              value={to}
              onChange={(event) =>
                setChosen({
                  from: Math.min(from, Number(event.currentTarget.value)),
                  to: Number(event.currentTarget.value),
                })
              }
            >
              {chapters}
            </select>
          </label>
        </div>
      )}
      <Choice
        id="container"
        label={t('export.format')}
        value={container}
        choices={(Object.keys(CONTAINERS) as Container[]).map((name) => [name, t(`export.${name}`)] as const)}
        onChange={(next) => {
          setContainer(next);
          setBitrate(CONTAINERS[next].bitrates[0]);
        }}
      />
      {container !== 'wav' && (
        <Choice
          id="bitrate"
          label={t('export.quality')}
          value={String(bitrate)}
          choices={CONTAINERS[container].bitrates.map((rate) => [String(rate), `${rate / 1000} kbit/s`] as const)}
          onChange={(rate) => setBitrate(Number(rate))}
        />
      )}
      <Choice
        id="subtitles"
        label={t('export.subtitles')}
        value={subtitles}
        choices={[
          ['', '—'],
          ['srt', 'SRT'],
          ['vtt', 'VTT'],
        ]}
        onChange={setSubtitles}
      />
      <p class="hint">
        {t('export.estimate', { duration: formatDuration(seconds), size: formatBytes((seconds * bitrate) / 8) })}
      </p>
      <p class="hint">{t('export.hint')}</p>
      <div class="actions">
        <button type="button" class="primary" id="start-export" onClick={start}>
          {t('export.start')}
        </button>
      </div>
    </>
  );
}

function Running({ id }: { id: string }) {
  const making = makings.value[id];
  if (!making) return null;
  const { order, status, progress, left, chapter, fault, code } = making;
  const total = order.to - order.from + 1;
  return (
    <div class="export-state" data-status={status}>
      {fault && (
        <p class="fault" role="alert" data-code={code}>
          {fault}
        </p>
      )}
      {status === 'running' && (
        <>
          <p>{t('export.making', { title: chapter || order.title })}</p>
          <Progress label={t('export.title')} value={progress} />
          <p class="hint">
            {Math.round(progress * 100)}% {left !== null && `· ${t('export.left', { left: formatDuration(left) })}`}
          </p>
        </>
      )}
      {status === 'paused' && <p>{t('export.paused', { n: order.done.length + 1, total })}</p>}
      {status === 'done' && (
        <ul class="export-files">
          {order.files.map((name) => (
            <li key={name} class="export-row">
              <span>{t('export.done', { name })}</span>
              <button type="button" class="primary" data-file={name} onClick={() => void download(id, name)}>
                <Icon name="export" />
                {t('export.download')}
              </button>
            </li>
          ))}
        </ul>
      )}
      <div class="actions">
        <button type="button" id="discard-export" onClick={() => void discard(id)}>
          {status === 'done' ? t('action.delete') : t('export.cancel')}
        </button>
        {status === 'running' && (
          <button type="button" id="pause-export" onClick={() => stopMaking(id)}>
            {t('export.pause')}
          </button>
        )}
        {status === 'paused' && (
          <button type="button" class="primary" id="resume-export" onClick={() => void make(order)}>
            {t('export.resume')}
          </button>
        )}
      </div>
    </div>
  );
}
