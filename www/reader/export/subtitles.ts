/** Subtitles: a cue for each sentence. Times are in seconds. */

export interface Caption {
  start: number;
  end: number;
  text: string;
}

function stamp(seconds: number, decimal: ',' | '.'): string {
  const ms = Math.round(seconds * 1000);
  const two = (value: number) => String(Math.floor(value)).padStart(2, '0');
  return `${two(ms / 3_600_000)}:${two((ms / 60_000) % 60)}:${two((ms / 1000) % 60)}${decimal}${String(ms % 1000).padStart(3, '0')}`;
}

export const SUBTITLES = {
  srt: {
    head: '',
    cue: ({ start, end, text }: Caption, number: number) =>
      `${number}\n${stamp(start, ',')} --> ${stamp(end, ',')}\n${text}\n\n`,
  },
  vtt: {
    head: 'WEBVTT\n\n',
    cue: ({ start, end, text }: Caption) =>
      `${stamp(start, '.')} --> ${stamp(end, '.')}\n${text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')}\n\n`,
  },
} as const;

export type SubtitleFormat = keyof typeof SUBTITLES;
