/** Audiobooks, looked at by ffprobe. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { after, before, describe, test } from 'node:test';
import { load } from '../reader/load.mjs';
import { makeBooks } from './books/make.mjs';
import { browsers } from './browsers.mjs';
import { chromiumPage, open, prefer } from './reader.mjs';

const probe = (path) =>
  JSON.parse(
    execFileSync('ffprobe', ['-v', 'error', '-show_format', '-show_streams', '-show_chapters', '-of', 'json', path], {
      encoding: 'utf8',
    }),
  );
/** Seconds that really decode, and the loudest sample in dB. */
function decode(path) {
  const args = ['-hide_banner', '-i', path, '-map', '0:a', '-af', 'volumedetect', '-f', 'null', '-'];
  const said = execFileSync('sh', ['-c', `ffmpeg ${args.map((arg) => `'${arg}'`).join(' ')} 2>&1`], {
    encoding: 'utf8',
  });
  const [, hours, minutes, seconds] = [...said.matchAll(/time=(\d+):(\d+):([\d.]+)/g)].at(-1);
  return {
    seconds: Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds),
    loudest: Number(/max_volume: (-?[\d.]+) dB/.exec(said)[1]),
  };
}

/** The cues of an SRT file. */
function cuesOf(path) {
  const args = ['-v', 'error', '-f', 'srt', '-show_packets', '-of', 'json', path];
  return JSON.parse(execFileSync('ffprobe', args, { encoding: 'utf8' })).packets;
}

/** F0 in Hz of what is heard from one second to another, in the median. */
async function pitchOf(path, from, to) {
  const { pitch } = await load('listening/pitch');
  const rate = 16_000;
  const args = ['-v', 'error', '-ss', from, '-to', to, '-i', path, '-ac', 1, '-ar', rate, '-f', 'f32le', '-'];
  const bytes = execFileSync('ffmpeg', args.map(String));
  const samples = new Float32Array(new Uint8Array(bytes).buffer);
  const found = [];
  for (let at = 0; at + 1024 <= samples.length; at += 256) found.push(pitch(samples.subarray(at, at + 1024), rate));
  const voiced = found.filter((f0) => f0 !== null).toSorted((a, b) => a - b);
  return voiced[voiced.length >> 1];
}

describe('audiobooks in Chromium', { skip: browsers.every(({ name }) => name !== 'Chromium') }, () => {
  let app;

  before(async () => {
    app = await chromiumPage({ plain: true });
    const books = await makeBooks();
    await app.page.goto(app.url);
    await open(app.page, [{ name: 'book.epub', mimeType: '', buffer: books['book.epub'] }]);
  });

  after(() => app?.close());

  /** Orders the whole book; returns the paths of the files. */
  const make = async (container, subtitles) => {
    const { page } = app;
    await page.click('#export');
    await page.waitForSelector('#start-export');
    await page.check('#range input[value=all]', { force: true });
    await page.check(`#container input[value=${container}]`, { force: true });
    await page.check(`#subtitles input[value="${subtitles}"]`, { force: true });
    await page.click('#start-export');
    return collect();
  };
  const collect = async () => {
    const { page } = app;
    await page.waitForSelector('[data-status=done] [data-file]', { timeout: 90_000 });
    const paths = [];
    for (const button of await page.locator('[data-file]').all()) {
      const [download] = await Promise.all([page.waitForEvent('download'), button.click()]);
      paths.push(await download.path());
    }
    await page.click('#discard-export');
    await page.waitForSelector('#start-export');
    await page.keyboard.press('Escape');
    return paths;
  };

  test('M4A with chapters, cover, tags, and subtitles beside it', async () => {
    const [path, subtitles] = await make('m4a', 'srt');
    const { format, streams, chapters } = probe(path);
    assert.equal(format.tags.title, '山中');
    assert.equal(format.tags.artist, '某人');
    assert.deepEqual(streams.map(({ codec_name }) => codec_name).toSorted(), ['aac', 'png']);
    assert.deepEqual(
      chapters.map(({ tags }) => tags.title),
      ['早晨', '夜'],
    );
    const duration = Number(format.duration);
    const { seconds, loudest } = decode(path);
    assert.ok(Math.abs(seconds - duration) < 0.2, `${duration} s by its head, ${seconds} s by its sound`);
    assert.ok(duration > 4 && duration < 20, `${duration} s`);
    assert.ok(loudest > -30, `${loudest} dB`);
    assert.ok(Number(chapters[1].start_time) > 2 && Number(chapters[1].start_time) < duration);
    const srt = execFileSync('cat', [subtitles], { encoding: 'utf8' });
    assert.match(srt, /^1\n00:00:00,\d{3} --> 00:00:\d\d,\d{3}\n早晨\n\n2\n/);
    assert.match(srt, /山里的猴来得慢。/);
    const cues = cuesOf(subtitles);
    assert.equal(cues.length, 6);
    assert.ok(Number(cues.at(-1).pts_time) < duration);
  });

  for (const [container, codec] of [
    ['opus', 'opus'],
    ['mp3', 'mp3'],
    ['wav', 'pcm_s16le'],
  ]) {
    test(`${container}, whole and not silent`, async () => {
      const [path, subtitles] = await make(container, 'vtt');
      const { format, streams } = probe(path);
      assert.ok(streams.some(({ codec_name }) => codec_name === codec));
      const { seconds, loudest } = decode(path);
      assert.ok(
        Math.abs(seconds - Number(format.duration)) < 0.3,
        `${format.duration} s by its head, ${seconds} s by its sound`,
      );
      assert.ok(seconds > 4 && seconds < 20 && loudest > -30, `${seconds} s, ${loudest} dB`);
      const tags = [format, ...streams].flatMap(({ tags }) => Object.entries(tags ?? {}));
      const title = tags.find(([name]) => name.toLowerCase() === 'title')?.[1];
      if (container !== 'wav') assert.equal(title, '山中');
      assert.match(execFileSync('cat', [subtitles], { encoding: 'utf8' }), /^WEBVTT\n\n00:00:00\.\d{3} --> /);
    });
  }

  test('a full disk: it says so, and goes on when there is room', async () => {
    const { page, url } = app;
    const session = await page.context().newCDPSession(page);
    await session.send('Storage.overrideQuotaForOrigin', { origin: url, quotaSize: 1000 });
    await page.click('#export');
    await page.waitForSelector('#start-export');
    await page.click('#start-export');
    await page.waitForSelector('[data-status=paused] .fault[data-code=E_STORE_FULL]');
    await session.send('Storage.overrideQuotaForOrigin', { origin: url });
    await page.click('#resume-export');
    const [path] = await collect();
    assert.ok(decode(path).seconds > 2);
  });

  test('goes on after the tab was closed in the middle of it', async () => {
    const { page, url } = app;
    await page.goto(`${url}#/`);
    const text = Array.from(
      { length: 6 },
      (_, at) => `第${at + 1}章\n${'山里的早晨来得慢，先是鸟叫，然后是水声。'.repeat(3)}\n`,
    ).join('');
    await open(page, [{ name: '六章.txt', mimeType: '', buffer: Buffer.from(text) }]);
    await page.click('#export');
    await page.waitForSelector('#start-export');
    await page.check('#range input[value=all]', { force: true });
    await page.click('#start-export');
    await page.waitForFunction(() => document.querySelector('.export-state progress')?.value > 0.3, undefined, {
      timeout: 60_000,
    });
    const { hash } = new URL(page.url());
    await page.goto('about:blank');
    await page.goto(url + hash);
    await page.click('#export');
    await page.waitForSelector('[data-status=paused]');
    assert.match(await page.textContent('.export-state p'), /停在第 [2-6] 章，共 6 章/);
    await page.click('#resume-export');
    const [path] = await collect();
    const { chapters, format } = probe(path);
    assert.equal(chapters.length, 6);
    const lengths = chapters.map(({ start_time, end_time }) => Number(end_time) - Number(start_time));
    assert.ok(
      lengths.every((length) => Math.abs(length - lengths[1]) < 1.5),
      `chapters of ${lengths.map((length) => length.toFixed(1))} s`,
    );
    assert.ok(Number(format.duration) > 60);
  });

  test('what is said in the story has its own speaker', async () => {
    const { page, url } = app;
    await page.goto(`${url}#/`);
    await prefer(page, { dialogue: 'chenlang' });
    const text = '山里的早晨来得慢，先是鸟叫。“今天天气真不错，我们出去走走吧！”她在门口等着大家。\n';
    await open(page, [{ name: '对话.txt', mimeType: '', buffer: Buffer.from(text) }]);
    const [path, subtitles] = await make('wav', 'srt');
    const cues = cuesOf(subtitles).slice(-3);
    const heard = [];
    for (const { pts_time, duration_time } of cues)
      heard.push(await pitchOf(path, Number(pts_time), Number(pts_time) + Number(duration_time)));
    const [before, said, after] = heard.map((f0) => 12 * Math.log2(f0 / heard[0]));
    assert.ok(said < before - 6 && Math.abs(after) < 3, `${heard.map(Math.round)} Hz`);
  });
});
