/** Web markup that was left over in a plain text. */

const NAMED: Record<string, string> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: ' ',
  emsp: '　',
  ensp: ' ',
  ldquo: '“',
  rdquo: '”',
  lsquo: '‘',
  rsquo: '’',
  hellip: '…',
  mdash: '—',
  middot: '·',
};

const ATTRIBUTES = '(?:\\s+[\\w:-]+(?:\\s*=\\s*(?:"[^"]*"|\'[^\']*\'|[^\\s<>"\']+))?)*\\s*';
const BREAK = new RegExp(`<(?:/(?:p|div|h[1-6]|li|tr|title)|br|p)${ATTRIBUTES}/?>`, 'gi');
const NAMES =
  'a|abbr|article|b|big|blockquote|body|center|div|em|font|h[1-6]|head|hr|html|i|img|li|link|meta|ol|p|section|small|span|strong|sub|sup|table|tbody|td|th|title|tr|u|ul';
const TAG = new RegExp(`</?(?:${NAMES})${ATTRIBUTES}/?>`, 'gi');

export function unescapeEntities(text: string): string {
  if (!text.includes('&')) return text;
  return text.replace(/&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|(\w{2,8}));/gi, (whole, decimal, hex, name) => {
    if (name) return NAMED[String(name).toLowerCase()] ?? whole;
    const code = decimal ? Number(decimal) : Number.parseInt(hex, 16);
    return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : '';
  });
}

/** The lines of a line that holds markup: paragraphs and line breaks end them, other tags vanish. */
export function stripMarkup(line: string): string[] {
  if (!line.includes('<')) return [unescapeEntities(line)];
  return line.replace(BREAK, '\n').replace(TAG, '').split('\n').map(unescapeEntities);
}
