/** Pitch and loudness of what is heard, drawn above the player with the words they belong to. */
import { useEffect, useRef } from 'preact/hooks';
import { t } from '../../language/index.js';
import { level, pitch } from '../../listening/pitch.js';
import { listening, manner, sound, sounding } from '../../state/desk.js';
import { rangeOf } from '../book/marks.js';

/** Pixels a second at normal speed: room for the words below. */
const PACE = 110;
/** Height of the words below the curves, in pixels. */
const WORDS = 22;
/** Hz at the lower and the upper edge. */
const LOWEST = 80;
const HIGHEST = 560;
/** Hz of the lines that the pitch can be read by, an octave apart. */
const LINES = [100, 200, 400];
/** Decibels below full scale at the lower edge. */
const FLOOR = -50;
/** Semitones between two columns that no voice jumps: there the curve is broken. */
const JUMP = 5;
/** Milliseconds that a picture of the screen may come late; longer ones are gaps. */
const LATE = 100;

/** What was heard at one picture of the screen. `at`: milliseconds of sound. */
interface Column {
  at: number;
  /** From 0, silent, to 1. */
  loud: number;
  /** From 0 to 1 between the edges, null where nothing is voiced. */
  high: number | null;
  /** The word that begins here. */
  word: string;
}

const height = (hertz: number) => Math.log2(hertz / LOWEST) / Math.log2(HIGHEST / LOWEST);

/** The word that is heard, as the page shows it. */
function wordHeard(): { key: string; text: string } | null {
  const heard = listening.value;
  if (!heard?.word) return null;
  const element = document.querySelector(`[data-paragraph="${heard.paragraph}"]`);
  const text = element && rangeOf(element, heard.word)?.toString();
  return text ? { key: `${heard.paragraph}:${heard.word.start}`, text } : null;
}

function picture(context: CanvasRenderingContext2D, columns: Column[], at: number, pace: number): void {
  const { canvas } = context;
  const scale = devicePixelRatio;
  const [width, bottom] = [canvas.width / scale, canvas.height / scale - WORDS];
  const style = getComputedStyle(canvas);
  const colour = (name: string) => style.getPropertyValue(name);
  const x = (column: Column) => width - ((at - column.at) * pace) / 1000;
  const y = (share: number) => bottom * (1 - share);
  context.setTransform(scale, 0, 0, scale, 0, 0);
  context.clearRect(0, 0, width, bottom + WORDS);

  context.fillStyle = colour('--sentence');
  context.beginPath();
  const [first, last] = [columns[0], columns[columns.length - 1]];
  if (first && last) {
    context.moveTo(x(first), bottom);
    for (const column of columns) context.lineTo(x(column), y(column.loud));
    context.lineTo(x(last), bottom);
  }
  context.fill();

  context.font = '11px sans-serif';
  context.strokeStyle = colour('--line');
  context.fillStyle = colour('--soft');
  context.lineWidth = 1;
  for (const hertz of LINES) {
    const line = Math.round(y(height(hertz))) + 0.5;
    context.beginPath();
    context.moveTo(0, line);
    context.lineTo(width, line);
    context.stroke();
    context.fillText(`${hertz} Hz`, 0, line - 3);
  }

  context.strokeStyle = colour('--seal');
  context.lineWidth = 2;
  context.lineJoin = 'round';
  context.lineCap = 'round';
  context.beginPath();
  let before: number | null = null;
  for (const column of columns) {
    const { high } = column;
    if (high !== null) {
      const joined = before !== null && Math.abs(high - before) * 12 * Math.log2(HIGHEST / LOWEST) < JUMP;
      if (joined) context.lineTo(x(column), y(high));
      else context.moveTo(x(column), y(high));
    }
    before = high;
  }
  context.stroke();

  context.font = '14px sans-serif';
  context.fillStyle = colour('--ink');
  for (const column of columns) if (column.word) context.fillText(column.word, x(column), bottom + WORDS - 6);
}

function draw(canvas: HTMLCanvasElement): () => void {
  const context = canvas.getContext('2d');
  let columns: Column[] = [];
  let frame = 0;
  let [now, heard] = [0, 0];
  let [word, shown] = ['', ''];
  const listen = (meter: AnalyserNode) => {
    const samples = new Float32Array(meter.fftSize);
    meter.getFloatTimeDomainData(samples);
    const loud = Math.max(0, 1 - level(samples) / FLOOR);
    const f0 = loud > 0 ? pitch(samples, meter.context.sampleRate) : null;
    const current = wordHeard();
    const begins = current && current.key !== word;
    if (begins) word = current.key;
    columns.push({
      at: heard,
      loud,
      high: f0 && height(f0),
      word: begins ? current.text : '',
    });
  };
  const step = (time: number) => {
    frame = requestAnimationFrame(step);
    const passed = Math.min(time - now, LATE);
    now = time;
    const { meter } = sound;
    const sounds = meter !== null && sounding.value;
    if (sounds) {
      heard += passed;
      listen(meter);
    }
    const [width, size] = [canvas.clientWidth, canvas.clientHeight];
    const look = `${width} ${size} ${devicePixelRatio} ${getComputedStyle(canvas).getPropertyValue('--ink')}`;
    if (!context || (!sounds && look === shown)) return;
    if (look !== shown) {
      canvas.width = Math.round(width * devicePixelRatio);
      canvas.height = Math.round(size * devicePixelRatio);
      shown = look;
    }
    const pace = PACE * manner().speed;
    // A word that has left the picture by half is still seen.
    const oldest = heard - ((width + 100) * 1000) / pace;
    columns = columns.filter((column) => column.at > oldest);
    picture(context, columns, heard, pace);
  };
  frame = requestAnimationFrame(step);
  return () => cancelAnimationFrame(frame);
}

export function Melody() {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => (canvas.current ? draw(canvas.current) : undefined), []);
  return <canvas ref={canvas} id="melody" class="melody" role="img" aria-label={t('look.melody')} />;
}
