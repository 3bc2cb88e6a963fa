/** The text while it is being read: a copy of the sheet on which a cursor glides from character to character. */
export class Reading {
  private readonly texts: { start: number; node: Text }[] = [];

  constructor(
    private readonly view: HTMLElement,
    private readonly body: HTMLElement,
    private readonly cursor: HTMLElement,
    private readonly tags: HTMLElement,
  ) {}

  open(text: string): void {
    this.texts.length = 0;
    let start = 0;
    const paragraphs = text.split('\n').map((line) => {
      const paragraph = document.createElement('p');
      const node = document.createTextNode(line);
      paragraph.append(node);
      this.texts.push({ start, node });
      start += line.length + 1;
      return paragraph;
    });
    this.body.replaceChildren(...paragraphs);
    this.tags.replaceChildren();
    this.cursor.classList.remove('shown');
    this.view.hidden = false;
    this.view.scrollTop = 0;
  }

  close(): void {
    this.view.hidden = true;
    this.body.replaceChildren();
    this.tags.replaceChildren();
    this.texts.length = 0;
  }

  /** Moves the cursor to these characters, given as UTF-16 offsets of the whole text. */
  point(charIndex: number, charLength: number): void {
    const place = this.locate(charIndex, charLength);
    if (!place) return;
    const { x, y, box, frame, text } = place;
    this.cursor.style.translate = `${x}px ${y}px`;
    this.cursor.style.width = `${box.width}px`;
    this.cursor.style.height = `${box.height}px`;
    this.cursor.dataset.text = text;
    this.cursor.classList.add('shown');
    const above = box.top < frame.top + box.height;
    const below = box.bottom > frame.bottom - box.height * 2;
    if (above || below) this.view.scrollTo({ top: y - frame.height / 3, behavior: 'smooth' });
  }

  /** Marks the beginning of a sentence with where its sound came from. */
  tag(charIndex: number, charLength: number, source: string, title: string): void {
    const place = this.locate(charIndex, charLength);
    if (!place) return;
    const tag = document.createElement('span');
    tag.className = 'tag';
    tag.dataset.source = source;
    tag.title = title;
    tag.style.translate = `${place.x}px ${place.y}px`;
    this.tags.append(tag);
  }

  /** Where these characters stand, in the view's own coordinates, and their box on the screen. */
  private locate(charIndex: number, charLength: number) {
    const at = this.texts.findLastIndex(({ start }) => start <= charIndex);
    const { start, node } = this.texts[at] ?? {};
    if (start === undefined || !node) return undefined;
    const range = document.createRange();
    range.setStart(node, Math.min(charIndex - start, node.length));
    range.setEnd(node, Math.min(charIndex - start + charLength, node.length));
    const box = range.getClientRects()[0];
    if (!box) return undefined;
    const frame = this.view.getBoundingClientRect();
    const x = box.left - frame.left + this.view.scrollLeft;
    const y = box.top - frame.top + this.view.scrollTop;
    return { x, y, box, frame, text: range.toString() };
  }
}
