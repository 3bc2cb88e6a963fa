/** Marks the sentence and the word that are heard, without touching the text's own nodes. */
import type { Listening } from '../../listening/session.js';
import type { Stretch } from '../../text/sentences.js';

/** The text nodes of a paragraph, in order, that hold its characters; readings above them are not among them. */
function textNodes(element: Element): Text[] {
  const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT, {
    acceptNode: (node) =>
      node.parentElement?.closest('rt, .mark') ? NodeFilter.FILTER_REJECT : NodeFilter.FILTER_ACCEPT,
  });
  const nodes: Text[] = [];
  while (walker.nextNode()) nodes.push(walker.currentNode as Text);
  return nodes;
}

export function rangeOf(element: Element, { start, end }: Stretch): Range | null {
  const range = document.createRange();
  let before = 0;
  let begun = false;
  for (const node of textNodes(element)) {
    const after = before + node.length;
    if (!begun && start < after) {
      range.setStart(node, Math.max(0, start - before));
      begun = true;
    }
    if (begun && end <= after) {
      range.setEnd(node, Math.max(0, end - before));
      return range;
    }
    before = after;
    if (begun) range.setEnd(node, node.length);
  }
  return begun ? range : null;
}

/** The paragraph and the offset in it of a place in the text. */
export function spotOf(node: Node, offset: number): { paragraph: number; offset: number } | null {
  const element = (node.nodeType === 1 ? (node as Element) : node.parentElement)?.closest<HTMLElement>(
    '[data-paragraph]',
  );
  if (!element) return null;
  let before = 0;
  for (const text of textNodes(element)) {
    if (text === node) return { paragraph: Number(element.dataset.paragraph), offset: before + offset };
    before += text.length;
  }
  return { paragraph: Number(element.dataset.paragraph), offset: 0 };
}

/** Where in the text a point of the screen lies; what lies there is `target`. */
export function spotAt(x: number, y: number, target: Element): { paragraph: number; offset: number } | null {
  // A reading above a character stands for it.
  const read = target.closest('rt')?.parentElement?.firstChild;
  if (read) return spotOf(read, 0);
  if (document.caretPositionFromPoint) {
    const caret = document.caretPositionFromPoint(x, y);
    return caret && spotOf(caret.offsetNode, caret.offset);
  }
  const range = document.caretRangeFromPoint?.(x, y);
  return range ? spotOf(range.startContainer, range.startOffset) : null;
}

const supported = typeof Highlight !== 'undefined' && 'highlights' in CSS;

export function clearMarks(): void {
  if (!supported) return;
  CSS.highlights.delete('sentence');
  CSS.highlights.delete('word');
}

/** Returns the range of the sentence, for the page to follow. */
export function mark(article: Element, { paragraph, sentence, word }: Listening): Range | null {
  const element = article.querySelector(`[data-paragraph="${paragraph}"]`);
  const range = element && rangeOf(element, sentence);
  if (supported) {
    const spoken = element && word && rangeOf(element, word);
    if (range) CSS.highlights.set('sentence', new Highlight(range));
    else CSS.highlights.delete('sentence');
    if (spoken) CSS.highlights.set('word', new Highlight(spoken));
    else CSS.highlights.delete('word');
  }
  return range;
}
