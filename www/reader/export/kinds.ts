/** The kinds of file an audiobook can be. */

export type Container = 'm4a' | 'opus' | 'mp3' | 'wav';

export interface Kind {
  codec: 'aac' | 'opus' | 'mp3' | 'pcm-s16';
  /** Bits a second that can be chosen, the best for speech first. */
  bitrates: readonly [number, ...number[]];
}

export const CONTAINERS: Record<Container, Kind> = {
  m4a: { codec: 'aac', bitrates: [64_000, 48_000, 96_000] },
  opus: { codec: 'opus', bitrates: [32_000, 24_000, 48_000] },
  mp3: { codec: 'mp3', bitrates: [64_000, 48_000, 96_000] },
  wav: { codec: 'pcm-s16', bitrates: [256_000] },
};
