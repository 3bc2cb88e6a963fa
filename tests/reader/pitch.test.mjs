/** Pitch and loudness of sounds that are known. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { load } from './load.mjs';

const { level, pitch } = await load('listening/pitch');
const RATE = 16_000;

/** A window of a sound with overtones, as a voice has them. */
const voiced = (f0) =>
  Float32Array.from({ length: 1024 }, (_, at) =>
    [1, 2, 3].reduce((sum, n) => sum + (0.2 / n) * Math.sin((2 * Math.PI * f0 * n * at) / RATE), 0),
  );

test('the pitch of a voiced sound is found, an octave neither above nor below', () => {
  for (const f0 of [95, 150, 220, 310, 440]) {
    const found = pitch(voiced(f0), RATE);
    assert.ok(found !== null && Math.abs(found / f0 - 1) < 0.03, `${f0}: ${found}`);
  }
});

test('noise and silence have none', () => {
  let state = 1;
  const random = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  };
  assert.equal(pitch(Float32Array.from({ length: 1024 }, random), RATE), null);
  assert.equal(pitch(new Float32Array(1024), RATE), null);
});

test('the level is in decibels of full scale', () => {
  assert.ok(Math.abs(level(new Float32Array(1024).fill(0.1)) + 20) < 0.1);
  assert.ok(level(new Float32Array(1024)) < -90);
});
