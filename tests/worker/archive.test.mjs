/** Zip archives that people bring along as voices, whole and otherwise. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { zipSync } from 'fflate';
import { load } from '../reader/load.mjs';

const { openArchive } = await load('../worker/archive');

const GRAPHS = ['encoder', 'prosody', 'duration', 'decoder', 'postnet', 'vocoder'];
const encoder = new TextEncoder();
/** Bytes that do not shrink. */
const noise = (length) => Uint8Array.from({ length }, (_, at) => (at * 2654435761) >>> 13);

/** Files of a voice by their path in an archive, in a folder that begins with `folder`. */
function voice(folder = '', change = () => {}) {
  const graphs = GRAPHS.map((graph, number) => [graph, noise(40_000 + number)]);
  const listed = graphs.map(([graph, bytes]) => [graph, { path: `${graph}.onnx`, bytes: bytes.length }]);
  const files = Object.fromEntries(graphs.map(([graph, bytes]) => [`${folder}${graph}.onnx`, bytes]));
  const manifest = { files: Object.fromEntries(listed) };
  change(manifest, files);
  return { ...files, [`${folder}voice.json`]: encoder.encode(JSON.stringify(manifest)) };
}

const open = async (archive) => openArchive(archive);
const refused = (archive, code) => assert.rejects(open(archive), (error) => error.code === code);

for (const [name, folder, options] of [
  ['deflated', '', { level: 6 }],
  ['stored', '', { level: 0 }],
  ['a folder that was zipped whole', '声音/voice/', { level: 6 }],
]) {
  test(`an archive is opened: ${name}`, async () => {
    const files = voice(folder);
    const copies = { 'other/deeper/still/voice.json': encoder.encode('{}'), 'a note.txt': encoder.encode('x') };
    const { manifest, graphs } = await open(zipSync({ ...files, ...copies }, options));
    assert.equal(manifest, new TextDecoder().decode(files[`${folder}voice.json`]));
    assert.deepEqual(Object.keys(graphs), GRAPHS);
    for (const graph of GRAPHS) assert.deepEqual(graphs[graph], files[`${folder}${graph}.onnx`]);
  });
}

test('what is no archive is refused', async () => {
  await refused(encoder.encode('not a zip archive'), 'E_VOICE_FORMAT');
  await refused(new Uint8Array(), 'E_VOICE_FORMAT');
});

test('an archive that breaks off is refused, wherever it does', async () => {
  const whole = zipSync(voice());
  const ends = whole.length - 1000;
  for (let at = 1; at < ends; at += 9973) {
    await assert.rejects(open(whole.subarray(0, at)), (error) => /^E_VOICE_(FORMAT|MISSING)$/.test(error.code));
  }
});

test('a file that is missing is named', async () => {
  await refused(zipSync({ 'readme.txt': encoder.encode('x') }), 'E_VOICE_MISSING');
  await refused(zipSync({ 'my-voice.json': encoder.encode('{}') }), 'E_VOICE_MISSING');
  await assert.rejects(
    open(zipSync(voice('', (_, files) => delete files['postnet.onnx']))),
    (error) => error.code === 'E_VOICE_MISSING' && error.message.includes('postnet.onnx'),
  );
});

test('a description that is none is refused', async () => {
  for (const text of ['', 'null', '7', '"x"', '{"files":null', '{"files":7}', '[', '\u0000']) {
    await refused(zipSync({ 'voice.json': encoder.encode(text) }), 'E_VOICE_FORMAT');
  }
});

test('what unpacks to more than it says is not unpacked to its end', async () => {
  const zeros = new Uint8Array(64 << 20);
  const packed = zipSync({ 'encoder.onnx': zeros });
  // Whoever goes on to the end finds that it is broken.
  packed.fill(0xff, packed.length >> 1, packed.length - 200);
  // More than it says, and as much as it says, which is more than weights can shrink.
  for (const bytes of [40_000, zeros.length]) {
    const files = voice('', (manifest, files) => {
      manifest.files.encoder.bytes = bytes;
      delete files['encoder.onnx'];
    });
    const archive = Buffer.concat([packed.subarray(0, packed.length - 200), zipSync(files)]);
    await assert.rejects(
      open(archive),
      (error) => error.code === 'E_VOICE_FORMAT' && /not as large/.test(error.message),
    );
  }
});

test('a file that says no size is refused, and so is a description without end', async () => {
  const sizeless = voice('', ({ files }) => delete files.encoder.bytes);
  await refused(zipSync(sizeless), 'E_VOICE_FORMAT');
  await refused(zipSync({ 'voice.json': new Uint8Array(2 << 20) }), 'E_VOICE_FORMAT');
});
