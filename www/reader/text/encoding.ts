/** What encoding a text is in, by its first bytes and by what makes the most ordinary Chinese of it. */

export const ENCODINGS = ['utf-8', 'gb18030', 'big5', 'utf-16le', 'utf-16be'] as const;
export type Encoding = (typeof ENCODINGS)[number];

/** Bytes that are looked at for what is UTF-8, and for what is ordinary Chinese. */
const SAMPLE = 64 * 1024;
const SCORED = 12 * 1024;

/** The commonest characters of both scripts, and the marks between them. */
const COMMON = new Set(
  '的一是不了人我在有他这中大来上个国到说们为子和你地出道也时年得就那要下以生会自着去之过家学对可里后小么心多天而能好都然没日于起还发成事只作当想看文无开手十用主行方又如前所本见经头面公同三已老从动两长' +
    '這個國到說們為時會過學對裡後麼沒於還發當無開見經頭長從動兩來爲與話聽問間實樣門點' +
    '，。、；：？！“”‘’「」『』（）《》…—　\n',
);

/** Guesses the encoding from the first part of a file. */
export function guessEncoding(bytes: Uint8Array): Encoding {
  const sample = bytes.subarray(0, SAMPLE);
  if (sample[0] === 0xff && sample[1] === 0xfe) return 'utf-16le';
  if (sample[0] === 0xfe && sample[1] === 0xff) return 'utf-16be';
  if (isUtf8(sample)) return 'utf-8';
  const others = ['gb18030', 'big5', 'utf-16le', 'utf-16be'] as const;
  const scores = others.map((encoding) => score(sample.subarray(0, SCORED), encoding));
  return others[scores.indexOf(Math.max(...scores))] ?? 'gb18030';
}

function isUtf8(sample: Uint8Array): boolean {
  try {
    // The sample may end in the middle of a character. UTF-16 without a mark shows by its zeros.
    const text = new TextDecoder('utf-8', { fatal: true }).decode(sample, { stream: true });
    return !text.includes('\0');
  } catch {
    return false;
  }
}

/** Share of common characters, less what can't be meant. */
function score(sample: Uint8Array, encoding: Encoding): number {
  const text = new TextDecoder(encoding).decode(sample, { stream: true });
  let common = 0;
  let odd = 0;
  for (const character of text) {
    if (COMMON.has(character)) common += 1;
    else if (/[\ufffd\0\p{Co}\p{Cn}]/u.test(character)) odd += 1;
  }
  return (common - 4 * odd) / Math.max(1, text.length);
}
