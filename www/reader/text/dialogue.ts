/** Who speaks in a paragraph: the narrator, or somebody in quotation marks. */
import { isSpeakable, type Stretch } from './sentences.js';

export interface Turn extends Stretch {
  /** Said by somebody in the story. */
  quoted: boolean;
}

const CLOSING: Record<string, string> = { '“': '”', '「': '」', '『': '』', '"': '"' };
/** What somebody says ends in one of these; a word in quotation marks has none. */
const SPEECH_ENDS = /[。！？!?…—～~，,；;]$/;
/** Before what somebody says, where it is no sentence. */
const INTRODUCED = /(?:[:：]|(?:[说說问問答喊叫]|(?<!知)道)[,，])\s*$/;

/** Whether what stands in quotation marks from `start` to `end` is said by somebody, and not a name or a term. */
function isSpeech(text: string, start: number, end: number, closed: boolean): boolean {
  const [before, after] = [text.slice(0, start), text.slice(end)];
  // What goes on in the next paragraph is not closed.
  if (!closed) return !isSpeakable(before) || INTRODUCED.test(before);
  const said = text.slice(start + 1, end - 1);
  return SPEECH_ENDS.test(said) || INTRODUCED.test(before) || !isSpeakable(before + after);
}

/** Turns that cover the text without a gap, each with something that can be said, where there is anything. */
export function splitTurns(text: string): Turn[] {
  const turns: Turn[] = [];
  const add = (start: number, end: number, quoted: boolean) => {
    if (start === end) return;
    const last = turns.at(-1);
    if (last && (last.quoted === quoted || !isSpeakable(text.slice(start, end)))) last.end = end;
    else if (last && turns.length === 1 && !isSpeakable(text.slice(last.start, last.end)))
      turns[0] = { start: 0, end, quoted };
    else turns.push({ start, end, quoted });
  };
  let narrated = 0;
  for (let at = 0; at < text.length; at += 1) {
    const closing = CLOSING[text[at] ?? ''];
    if (!closing) continue;
    const found = text.indexOf(closing, at + 1);
    const end = found < 0 ? text.length : found + 1;
    if (isSpeech(text, at, end, found >= 0)) {
      add(narrated, at, false);
      add(at, end, true);
      narrated = end;
    } else if (found < 0) continue;
    at = end - 1;
  }
  add(narrated, text.length, false);
  return turns;
}

/** Those of the turns that lie in a stretch, counted from its start. */
export function turnsWithin(turns: Turn[], { start, end }: Stretch): Turn[] {
  return turns
    .filter((turn) => turn.end > start && turn.start < end)
    .map((turn) => ({
      ...turn,
      start: Math.max(turn.start, start) - start,
      end: Math.min(turn.end, end) - start,
    }));
}
