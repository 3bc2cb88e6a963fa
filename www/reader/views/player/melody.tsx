/** Pitch and loudness of what is heard, drawn above the player with the words they belong to. */
import { useEffect, useRef } from 'preact/hooks';
import { t } from '../../language/index.js';
import { level, pitch } from '../../listening/pitch.js';
import { listening, sound, sounding } from '../../state/desk.js';
import { rangeOf } from '../book/marks.js';

/** Pixels a column; one is drawn for each picture of the screen. */
const COLUMN = 2;
/** Height of the words below the curve, in pixels. */
const WORDS = 18;
/** Semitones above 80 Hz at the upper edge, decibels below full scale at the lower. */
const SEMITONES = 30;
const FLOOR = -50;

/** The word that is heard, as the page shows it. */
function wordHeard(): { key: string; text: string } | null {
  const heard = listening.value;
  if (!heard?.word) return null;
  const element = document.querySelector(`[data-paragraph="${heard.paragraph}"]`);
  const text = element && rangeOf(element, heard.word)?.toString();
  return text ? { key: `${heard.paragraph}:${heard.word.start}`, text } : null;
}

function draw(canvas: HTMLCanvasElement): () => void {
  const context = canvas.getContext('2d');
  const style = getComputedStyle(canvas);
  const colour = (name: string) => style.getPropertyValue(name);
  let frame = 0;
  let last = '';
  const step = () => {
    frame = requestAnimationFrame(step);
    const { meter } = sound;
    if (!context || !meter || !sounding.value) return;
    const samples = new Float32Array(meter.fftSize);
    meter.getFloatTimeDomainData(samples);
    const { width, height } = canvas;
    const curve = height - WORDS;
    context.drawImage(canvas, -COLUMN, 0);
    context.clearRect(width - COLUMN, 0, COLUMN, height);
    const loud = Math.max(0, 1 - level(samples) / FLOOR);
    context.fillStyle = colour('--sentence');
    context.fillRect(width - COLUMN, curve * (1 - loud), COLUMN, curve * loud);
    const f0 = pitch(samples, meter.context.sampleRate);
    if (f0 !== null) {
      const high = (12 * Math.log2(f0 / 80)) / SEMITONES;
      context.fillStyle = colour('--seal');
      context.fillRect(width - COLUMN, curve * (1 - high) - 1.5, COLUMN, 3);
    }
    const word = wordHeard();
    if (word && word.key !== last) {
      last = word.key;
      context.fillStyle = colour('--ink');
      context.font = '13px sans-serif';
      context.textAlign = 'right';
      context.fillText(word.text, width, height - 4);
    }
  };
  frame = requestAnimationFrame(step);
  return () => cancelAnimationFrame(frame);
}

export function Melody() {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => (canvas.current ? draw(canvas.current) : undefined), []);
  return (
    <canvas ref={canvas} id="melody" class="melody" width={640} height={96} role="img" aria-label={t('look.melody')} />
  );
}
