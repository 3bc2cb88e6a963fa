/** Draws the figures of the peers as bars: SVG that reads on light and on dark paper. */

const WIDTH = 720;
const LABELS = 210;
const ROW = 26;
const OURS = '#c8102e';
const THEIRS = '#8a8f98';

/** The groups of bars: title, unit, and [name, value, ours] of each bar. */
function groups({ full_vocoder_rtf: full, voice_rtf: voice, kokoro }) {
  return [
    {
      title: 'Full-size vocoder, seconds of work per second of sound',
      bars: [
        ['langdu', full.langdu, true],
        ['langdu without relaxed SIMD', full.langdu_simd128, true],
        ['onnxruntime-web', full.onnxruntime_web, false],
        ['tract', full.tract, false],
      ],
    },
    {
      title: 'Text to speech, seconds of work per second of sound',
      bars: [
        ['langdu', voice.langdu, true],
        ['the same voice, onnxruntime-web', voice.onnxruntime_web, false],
        ['Kokoro-82M q8, onnxruntime-web', kokoro.rtf, false],
      ],
    },
  ];
}

export function chart(figures) {
  const parts = [];
  let y = 0;
  for (const { title, bars } of groups(figures)) {
    y += 34;
    parts.push(`<text x="0" y="${y}" class="title">${title}</text>`);
    const scale = (WIDTH - LABELS - 60) / Math.max(...bars.map(([, value]) => value));
    for (const [name, value, ours] of bars) {
      y += ROW;
      const width = Math.max(2, value * scale).toFixed(1);
      parts.push(`<text x="${LABELS - 10}" y="${y}" text-anchor="end">${name}</text>`);
      parts.push(
        `<rect x="${LABELS}" y="${y - 13}" width="${width}" height="17" rx="3" fill="${ours ? OURS : THEIRS}"/>`,
      );
      parts.push(`<text x="${(LABELS + Number(width) + 8).toFixed(1)}" y="${y}">${value.toFixed(2)}</text>`);
    }
    y += 12;
  }
  const style =
    'text{font:13px system-ui,sans-serif;fill:#24292f}.title{font-weight:600}' +
    '@media(prefers-color-scheme:dark){text{fill:#e6edf3}}';
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${y + 8}" width="${WIDTH}" role="img" aria-label="langdu beside other engines"><style>${style}</style>${parts.join('')}</svg>\n`;
}
