/** Words and the readings they shall have, a line each. */
import { useState } from 'preact/hooks';
import { t } from '../../language/index.js';
import { toDigits } from '../../text/spoken.js';

export function parseLexicon(lines: string): Record<string, string> {
  const entries: Record<string, string> = {};
  for (const line of lines.split('\n')) {
    const [, word, said] = /^\s*(\S+)\s+(\S.*?)\s*$/.exec(line) ?? [];
    if (word && said) entries[word] = toDigits(said) ?? said;
  }
  return entries;
}

export const formatLexicon = (lexicon: Record<string, string>): string =>
  Object.entries(lexicon)
    .map(([word, said]) => `${word} ${said}`)
    .join('\n');

export function Lexicon({
  lexicon,
  onChange,
}: {
  lexicon: Record<string, string>;
  onChange: (lexicon: Record<string, string>) => void;
}) {
  const [text, setText] = useState(() => formatLexicon(lexicon));
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  const unfinished = lines.filter((line) => !/\S\s+\S/.test(line.trim()));
  return (
    <label class="field">
      <span class="hint">{t('lexicon.hint')}</span>
      <textarea
        class="lexicon"
        rows={4}
        spellcheck={false}
        placeholder={'重庆 chong2 qing4\nGPU G P U'}
        value={text}
        onInput={(event) => setText(event.currentTarget.value)}
        onChange={(event) => onChange(parseLexicon(event.currentTarget.value))}
      />
      {unfinished.length > 0 && <span class="hint">{t('lexicon.unfinished', { word: unfinished[0] ?? '' })}</span>}
    </label>
  );
}
