/** In a pocket: the lock screen, a call that comes in, other tabs, a tab that dies. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { makeBooks } from './books/make.mjs';
import { browsers } from './browsers.mjs';
import { choose, chromiumPage, marked, open, playing, sentence, shelf } from './reader.mjs';

/** Ahead of the page: what it tells the system, and what the system could do to it. */
const BEFORE = `
  window.actions = {};
  window.positions = [];
  window.elements = new Set();
  window.ends = 0;
  const { mediaSession } = navigator;
  const setActionHandler = mediaSession.setActionHandler.bind(mediaSession);
  mediaSession.setActionHandler = (name, handler) => {
    window.actions[name] = handler;
    setActionHandler(name, handler);
  };
  const setPositionState = mediaSession.setPositionState.bind(mediaSession);
  mediaSession.setPositionState = (position) => {
    setPositionState(position);
    window.positions.push(position);
  };
  const play = HTMLMediaElement.prototype.play;
  HTMLMediaElement.prototype.play = function () {
    if (!window.elements.has(this)) for (const name of ['pause', 'ended', 'emptied']) this.addEventListener(name, () => { window.ends += 1; });
    window.elements.add(this);
    return play.call(this);
  };
  const Context = window.AudioContext;
  window.AudioContext = class extends Context {
    constructor(options) {
      super(options);
      window.context = this;
    }
  };
`;
const sounds = async (page) => {
  const from = await page.evaluate(() => performance.now());
  await page.waitForFunction((from) => window.probe.heard(from).sounding > 500, from);
};

describe('in a pocket, in Chromium', { skip: browsers.every(({ name }) => name !== 'Chromium') }, () => {
  let app;

  before(async () => {
    app = await chromiumPage({ before: BEFORE });
    const books = await makeBooks();
    await app.page.goto(app.url);
    await open(app.page, [{ name: 'book.epub', mimeType: '', buffer: books['book.epub'] }]);
  });

  after(() => app?.close());

  test('the lock screen shows what is read and its buttons work, through one element that plays on', async () => {
    const { page } = app;
    const shown = () =>
      page.evaluate(() => {
        const { title, artist, album, artwork } = navigator.mediaSession.metadata;
        return { title, artist, album, cover: artwork[0].src };
      });
    const press = (name, details = {}) =>
      page.evaluate(([name, details]) => window.actions[name](details), [name, details]);
    await page.click('#play');
    await sentence(page, '先是鸟叫');
    const { cover, ...words } = await shown();
    assert.deepEqual(words, { title: '早晨', artist: '某人', album: '山中' });
    assert.equal(
      await page.evaluate(async (src) => {
        const picture = Object.assign(new Image(), { src });
        await picture.decode();
        return picture.naturalWidth;
      }, cover),
      1,
    );
    assert.equal(await page.evaluate(() => navigator.mediaSession.playbackState), 'playing');
    await sentence(page, '夜里很静');
    assert.equal((await shown()).title, '夜');
    assert.equal(await page.evaluate(() => window.ends), 0, 'the element stopped between sentences or chapters');
    await press('pause');
    await playing(page, false);
    assert.equal(await page.evaluate(() => navigator.mediaSession.playbackState), 'paused');
    await press('previoustrack');
    await page.waitForFunction(() => document.querySelector('.text h2').textContent === '早晨');
    await press('seekforward');
    await sentence(page, '山里的');
    await press('seekforward');
    await sentence(page, '先是鸟叫');
    await press('seekbackward');
    await sentence(page, '山里的');
    const { position, duration } = await page.evaluate(() => window.positions.at(-1));
    assert.ok(position >= 0 && position < duration && duration > 1, `${position} of ${duration}`);
    await press('seekto', { seekTime: duration * 0.7 });
    await sentence(page, '先是鸟叫');
    await press('play');
    await playing(page, true);
    await sounds(page);
    await press('nexttrack');
    await sentence(page, '夜里很静');
    await press('stop');
    await playing(page, false);
    assert.equal(await page.evaluate(() => window.elements.size), 1);
    assert.ok(await page.evaluate(() => [...window.elements][0].loop && [...window.elements][0].currentTime > 1));
  });

  for (const [what, take] of [
    ['a call', () => window.context.suspend()],
    ['a device that is gone', () => window.context.close()],
    ['headphones that are pulled out', () => [...window.elements][0].pause()],
  ]) {
    test(`${what}: speech stops, keeps its place, and goes on with one tap`, async () => {
      const { page } = app;
      await page.goto(`${app.url}#/`);
      const text = '第一句。第二句话说得很长，长到可以在当中停下来。第三句。';
      await open(page, [{ name: `${what}.txt`, mimeType: '', buffer: Buffer.from(text) }]);
      await page.click('#play');
      await sentence(page, '第二句');
      await page.evaluate(take);
      await playing(page, false);
      assert.ok((await marked(page)).startsWith('第二句'));
      await page.click('#play');
      await playing(page, true);
      await sounds(page);
      assert.ok((await marked(page)).startsWith('第二句'));
      await page.click('#play');
    });
  }

  test('the screen is kept on while it reads, by choice', async () => {
    const { page } = app;
    await page.evaluate(() => {
      const request = navigator.wakeLock.request.bind(navigator.wakeLock);
      navigator.wakeLock.request = async (kind) => {
        window.lock = await request(kind);
        return window.lock;
      };
    });
    await page.click('#voice');
    await choose(page, '#keep-awake');
    await page.keyboard.press('Escape');
    await page.click('#play');
    await page.waitForFunction(() => window.lock?.released === false);
    await page.click('#play');
    await page.waitForFunction(() => window.lock.released);
  });

  test('two tabs: one voice at a time, the later place counts, settings and books of both stay', async () => {
    const { page, url } = app;
    await page.goto(`${url}#/`);
    const text = Array.from({ length: 9 }, (_, at) => `第${at + 1}句话在这里。`).join('\n');
    await open(page, [{ name: '同一本.txt', mimeType: '', buffer: Buffer.from(text) }]);
    const here = page.url();
    const other = await page.context().newPage();
    await other.goto(here);
    await other.waitForSelector('.text [data-paragraph="0"]');
    await page.click('#play');
    await sentence(page, '第1句');
    await other.click('[data-paragraph="5"]');
    await playing(page, false);
    assert.match(await page.textContent('#notice'), /另一个标签页/);
    await sentence(other, '第7句');
    await other.click('#play');
    await page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')));
    // Each changes another setting.
    for (const [tab, switched] of [
      [page, '#pictures'],
      [other, '#pinyin'],
    ]) {
      await tab.click('#look');
      await tab.click(`.switch:has(${switched})`);
      await tab.keyboard.press('Escape');
    }
    const third = await page.context().newPage();
    await third.goto(here);
    await sentence(third, '第7句');
    await third.click('#look');
    assert.deepEqual([await third.isChecked('#pictures'), await third.isChecked('#pinyin')], [false, true]);
    await third.close();
    const before = await shelf(other, url);
    const card = other.locator('[data-book]').filter({ hasText: '同一本' });
    await card.locator('.icon-button').click();
    await card.locator('.delete').click();
    await page.waitForSelector('#notice[data-code="E_BOOK_GONE"]');
    await other.click('#notice button:not(.icon-button)');
    await other.waitForFunction((count) => document.querySelectorAll('[data-book]').length === count, before.length);
    await other.close();
  });

  test('a tab that dies while it reads goes on at the same sentence', async () => {
    const { page, url } = app;
    await page.goto(`${url}#/`);
    await page.locator('[data-book]', { hasText: '同一本' }).locator('.book-link').click();
    await page.waitForSelector('.text [data-paragraph="0"]');
    await page.click('[data-paragraph="2"]');
    await sentence(page, '第4句');
    const next = await page.context().newPage();
    await page.goto('chrome://crash').catch(() => undefined);
    await next.goto(url);
    await next.click('#continue');
    await sentence(next, '第4句');
  });
});
