/** The keyboard. */
import { signal } from '@preact/signals';
import { t } from '../language/index.js';
import { route } from '../router.js';
import { move, toggle } from '../state/desk.js';
import { dialog } from './book/dialogs.js';
import { Dialog } from './parts.js';
import { stepSpeed } from './player/speed.js';

export const helping = signal(false);

const KEYS: [string, () => void][] = [
  ['space', toggle],
  ['arrowleft', () => void move('sentence', -1)],
  ['arrowright', () => void move('sentence', 1)],
  ['shift+arrowleft', () => void move('paragraph', -1)],
  ['shift+arrowright', () => void move('paragraph', 1)],
  ['ctrl+arrowleft', () => void move('chapter', -1)],
  ['ctrl+arrowright', () => void move('chapter', 1)],
  ['[', () => stepSpeed(-1)],
  [']', () => stepSpeed(1)],
  [
    'c',
    () => {
      dialog.value = 'contents';
    },
  ],
  [
    'r',
    () => {
      dialog.value = 'reading';
    },
  ],
];

export function listenToKeys(): void {
  addEventListener('keydown', (event) => {
    const { target, key, isComposing, repeat, metaKey, altKey } = event;
    const element = target as Element;
    if (isComposing || metaKey || altKey || element.closest('input, textarea, select, dialog')) return;
    if (key === '?') {
      helping.value = true;
      return;
    }
    if (route.value.view !== 'book' || (key === ' ' && element.closest('button, a, summary'))) return;
    const name = `${event.ctrlKey ? 'ctrl+' : ''}${event.shiftKey && key.length > 1 ? 'shift+' : ''}${key === ' ' ? 'space' : key.toLowerCase()}`;
    const action = KEYS.find(([keys]) => keys === name)?.[1];
    if (!action) return;
    event.preventDefault();
    // A key that is held must not toggle thirty times a second.
    if (!repeat || name.includes('arrow')) action();
  });
}

export function Help() {
  if (!helping.value) return null;
  const rows: [string, string][] = [
    ['Space', t('keys.toggle')],
    ['← →', t('keys.sentence')],
    ['Shift ← →', t('keys.paragraph')],
    ['Ctrl ← →', t('keys.chapter')],
    ['[ ]', t('keys.speed')],
    ['C', t('book.contents')],
    ['R', t('reading.title')],
    ['?', t('keys.help')],
  ];
  return (
    <Dialog
      title={t('keys.title')}
      id="help-dialog"
      onClose={() => {
        helping.value = false;
      }}
    >
      <dl class="keys">
        {rows.map(([keys, meaning]) => (
          <div key={keys}>
            <dt>
              <kbd>{keys}</kbd>
            </dt>
            <dd>{meaning}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
