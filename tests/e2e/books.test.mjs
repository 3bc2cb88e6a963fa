/** Every kind of book, and what is wrong with some; installed, and for everybody. */
import assert from 'node:assert/strict';
import { mkdtempSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { brokenBooks, makeBooks } from './books/make.mjs';
import { browsers } from './browsers.mjs';
import { chromiumPage, open, shelf } from './reader.mjs';

const axe = await readFile(new URL('../../node_modules/axe-core/axe.min.js', import.meta.url), 'utf8');

describe('books in Chromium', { skip: browsers.every(({ name }) => name !== 'Chromium') }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'langdu-books-'));
  /** A text of 200 MB. */
  const long = join(folder, '长.txt');
  let app;
  let books;
  let broken;

  before(async () => {
    app = await chromiumPage({ plain: true });
    books = await makeBooks();
    broken = await brokenBooks(books);
    await writeFile(long, '他走了很远的路，谁也没有等他。\n'.repeat(4_350_000));
    await app.page.goto(app.url);
    await app.page.waitForSelector('#empty');
  });

  after(async () => {
    await app?.close();
    await rm(folder, { recursive: true });
  });

  for (const [name, expected] of [
    ['utf8.txt', { title: '山中', chapters: ['第一章　早晨', '第二章　夜'], first: '山里的早晨来得慢。先是鸟叫。' }],
    ['utf16.txt', { title: '山中', chapters: ['第一章　早晨', '第二章　夜'], first: '山里的早晨来得慢。先是鸟叫。' }],
    [
      'book.epub',
      { title: '山中', chapters: ['早晨', '夜'], first: '山里的猴来得慢。先是鸟叫。', ruby: 'hóu', cover: true },
    ],
    ['book2.epub', { title: '山中旧版', chapters: ['早晨', '夜'], first: '山里的早晨来得慢。' }],
    ['book.md', { title: '山中', chapters: ['早晨', '夜'], first: '山里的早晨来得慢。' }],
    ['page.html', { title: '山中', chapters: ['早晨', '夜'], first: '山里的早晨来得慢。' }],
    ['book.fb2', { title: '山中', chapters: ['早晨', '夜'], first: '山里的早晨来得慢。' }],
    ['book.mobi', { title: '山中', chapters: ['早晨', '夜'], first: '山里的早晨来得慢。' }],
    ['book.docx', { title: 'book', chapters: ['早晨', '夜'], first: '山里的早晨来得慢。' }],
    [
      'book.pdf',
      { title: 'book', chapters: ['第一章　早晨', '第二章　夜'], first: /^山里的早晨来得慢。先是鸟叫，.*最后才是光。/ },
    ],
    // The name says one thing, the contents another.
    [
      'wrong.txt',
      { title: '山中', chapters: ['早晨', '夜'], first: '山里的猴来得慢。先是鸟叫。', ruby: 'hóu', cover: true },
    ],
  ]) {
    test(name, async () => {
      const { page, url } = app;
      await page.goto(`${url}#/`);
      await open(page, [{ name, mimeType: '', buffer: books[name] }]);
      assert.equal(await page.textContent('.book-head h1 span'), expected.title);
      const first = await page.evaluate(() => {
        const paragraph = document.querySelector('[data-paragraph="0"]').cloneNode(true);
        const ruby = paragraph.querySelector('rt')?.textContent;
        for (const rt of paragraph.querySelectorAll('rt')) rt.remove();
        return { text: paragraph.textContent, ruby };
      });
      if (expected.first instanceof RegExp) assert.match(first.text, expected.first);
      else assert.equal(first.text, expected.first);
      assert.equal(first.ruby, expected.ruby);
      await page.click('#contents');
      await page.waitForSelector('.contents li');
      assert.deepEqual(await page.locator('.contents button > span').allTextContents(), expected.chapters);
      await page.keyboard.press('Escape');
      await page.goto(`${url}#/`);
      const card = page.locator('[data-book]').first();
      await card.locator(expected.cover ? 'img.cover' : 'span.cover').waitFor();
      const text = await page.evaluate(() => document.body.textContent);
      assert.ok(!text.includes('脚注'), 'a footnote is part of the text');
      assert.equal(await page.evaluate(() => window.ran), undefined, 'a script of a book has run');
    });
  }

  test('several at once, found by title, sorted, deleted and brought back', async () => {
    const { page, url } = app;
    await page.goto(`${url}#/`);
    const before = (await shelf(page)).length;
    await page.setInputFiles('#open', [
      { name: '甲.txt', mimeType: '', buffer: Buffer.from('甲。') },
      { name: '乙.txt', mimeType: '', buffer: Buffer.from('乙。') },
    ]);
    await page.waitForFunction((count) => document.querySelectorAll('[data-book]').length === count, before + 2);
    await page.fill('#search', '甲');
    await page.waitForFunction(() => document.querySelectorAll('[data-book]').length === 1);
    await page.click('[data-book] .icon-button');
    await page.click('[data-book] .delete');
    await page.waitForFunction(() => document.querySelectorAll('[data-book]').length === 0);
    await page.click('#notice button:not(.icon-button)');
    await page.waitForFunction(() => document.querySelectorAll('[data-book]').length === 1);
    await page.fill('#search', '');
  });

  for (const [name, code] of [
    ['empty.txt', 'E_BOOK_EMPTY'],
    ['picture.txt', 'E_BOOK_FORMAT'],
    ['torn.epub', 'E_BOOK_BROKEN'],
    ['bomb.epub', 'E_BOOK_TOO_LARGE'],
    ['drm.epub', 'E_BOOK_LOCKED'],
    ['drm.mobi', 'E_BOOK_LOCKED'],
    ['archive.zip.epub', 'E_BOOK_FORMAT'],
    ['scanned.pdf', 'E_BOOK_NO_TEXT'],
    ['torn.pdf', 'E_BOOK_BROKEN'],
  ]) {
    test(`${name} → ${code}, and the other books stay`, async () => {
      const { page, url } = app;
      await page.goto(`${url}#/`);
      const others = await shelf(page);
      await page.setInputFiles('#open', [{ name, mimeType: '', buffer: broken[name] }]);
      await page.waitForSelector(`.arrival[data-code="${code}"]`);
      assert.match(await page.textContent(`.arrival[data-code="${code}"] .fault`), /\p{Script=Han}{4}/u);
      await page.click('.arrival button');
      await page.waitForFunction(() => document.querySelector('.arrival') === null);
      assert.deepEqual(await shelf(page), others);
    });
  }

  test('a full disk: what it says, and nothing of the book is left', async () => {
    const other = await chromiumPage({ plain: true });
    const { page, url } = other;
    await page.goto(url);
    await page.waitForSelector('#empty');
    const session = await page.context().newCDPSession(page);
    await session.send('Storage.overrideQuotaForOrigin', { origin: url, quotaSize: 1000 });
    await page.setInputFiles('#files', long);
    await page.waitForSelector('.arrival.broken');
    assert.equal(await page.getAttribute('.arrival', 'data-code'), 'E_STORE_FULL');
    assert.match(await page.textContent('.arrival .fault'), /磁盘满了/);
    await page.click('.arrival button');
    await page.waitForSelector('#empty');
    const orphans = await page.evaluate(async () => {
      const db = await new Promise((resolve) => {
        const request = indexedDB.open('langdu-reader');
        request.onsuccess = () => resolve(request.result);
      });
      const all = (name) =>
        new Promise((resolve) => {
          const request = db.transaction(name).objectStore(name).getAllKeys();
          request.onsuccess = () => resolve(request.result);
        });
      const books = new Set(await all('books'));
      const left = (await all('chapters')).filter(([book]) => !books.has(book)).length;
      db.close();
      return left;
    });
    assert.equal(orphans, 0);
    await other.close();
  });

  test('200 MB come in without filling memory, can be cancelled, and a tab closed in the middle leaves nothing', async () => {
    const { page, url } = app;
    await page.goto(`${url}#/`);
    const others = await shelf(page);
    const bring = () => page.setInputFiles('#open', long);
    await bring();
    await page.waitForFunction(() => document.querySelector('.arrival progress')?.value > 0.03);
    const session = await page.context().newCDPSession(page);
    const { usedSize } = await session.send('Runtime.getHeapUsage');
    assert.ok(usedSize < 80e6, `${usedSize / 1e6} MB in use`);
    await page.click('.arrival button');
    await page.waitForFunction(() => document.querySelector('.arrival') === null);
    assert.deepEqual(await shelf(page), others);
    await bring();
    await page.waitForFunction(() => document.querySelector('.arrival progress')?.value > 0);
    await page.goto('about:blank');
    await page.goto(url);
    await page.waitForSelector('.books, #empty');
    assert.deepEqual(await shelf(page), others);
    await page.waitForFunction(async () => {
      const db = await new Promise((resolve) => {
        const request = indexedDB.open('langdu-reader');
        request.onsuccess = () => resolve(request.result);
      });
      const count = (name) =>
        new Promise((resolve) => {
          const request = db.transaction(name).objectStore(name).getAllKeys();
          request.onsuccess = () => resolve(request.result);
        });
      const [books, chapters] = [new Set(await count('books')), await count('chapters')];
      db.close();
      return chapters.every(([book]) => books.has(book));
    });
  });

  test('the library goes out as one file and comes back, with its places', async () => {
    const { page, url } = app;
    await page.goto(`${url}#/settings`);
    const titles = (await shelf(page, url)).toSorted();
    await page.goto(`${url}#/settings`);
    const [download] = await Promise.all([page.waitForEvent('download'), page.click('#backup')]);
    const path = await download.path();
    const other = await chromiumPage({ plain: true });
    try {
      await other.page.goto(`${other.url}#/settings`);
      await other.page.setInputFiles('#restore', {
        name: 'library.zip',
        mimeType: 'application/zip',
        buffer: await readFile(path),
      });
      await other.page.waitForSelector('#notice');
      assert.deepEqual((await shelf(other.page, other.url)).toSorted(), titles);
      assert.ok(await other.page.locator('#continue').count());
      await other.page.goto(`${other.url}#/settings`);
      await other.page.setInputFiles('#restore', { name: 'x.zip', mimeType: '', buffer: Buffer.from('no zip') });
      await other.page.waitForSelector('#notice[data-code="E_BACKUP_FORMAT"]');
    } finally {
      await other.close();
    }
  });

  test('takes a text and a file that another app shares', async () => {
    const { page, url } = app;
    await page.goto(url);
    await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
    const share = (fill) =>
      page.evaluate((fill) => {
        const form = Object.assign(document.createElement('form'), {
          method: 'POST',
          action: 'share',
          enctype: 'multipart/form-data',
        });
        const field = Object.assign(
          document.createElement('input'),
          fill.file ? { type: 'file', name: 'files' } : { name: 'text', value: fill.text },
        );
        if (fill.file) {
          const transfer = new DataTransfer();
          transfer.items.add(new File([fill.text], fill.file));
          field.files = transfer.files;
        }
        form.append(field);
        document.body.append(form);
        form.submit();
      }, fill);
    for (const [fill, title] of [
      [{ text: '分享来的文字。' }, '分享来的文字'],
      [{ text: '分享来的文件。', file: '文件.txt' }, '文件'],
    ]) {
      await share(fill);
      await page.waitForFunction((title) => document.querySelector('.book-head h1 span')?.textContent === title, title);
      assert.equal(await page.textContent('[data-paragraph="0"]'), fill.text);
    }
    await share({ text: 'https://example.org/novel/1' });
    await page.waitForSelector('#paste-view');
    await page.waitForSelector('#notice[data-code="E_SHARED_LINK"]');
  });

  test('encoding and headings of a book are corrected by hand; its name and its place stay', async () => {
    const { page, url } = app;
    await page.goto(`${url}#/`);
    const text = '〔一〕早晨\n山里的早晨来得慢。先是鸟叫。\n〔二〕夜\n夜里很静。\n';
    await open(page, [{ name: '手改.txt', mimeType: '', buffer: Buffer.from(text) }]);
    const titles = async () => {
      await page.click('#contents');
      await page.waitForSelector('.contents li');
      const found = await page.locator('.contents button > span').allTextContents();
      await page.keyboard.press('Escape');
      return found;
    };
    const correct = async (selector, act) => {
      await page.click('#book-settings');
      await act(page.locator(selector));
      await page.keyboard.press('Escape');
    };
    const shows = (paragraph) =>
      page.waitForFunction(
        (wanted) => document.querySelector('[data-paragraph="0"]')?.textContent.startsWith(wanted),
        paragraph,
      );
    await shows('〔一〕');
    await correct('#encoding', (field) => field.selectOption('gb18030'));
    await page.waitForFunction(() => !document.querySelector('[data-paragraph="0"]')?.textContent.includes('早'));
    await correct('#encoding', (field) => field.selectOption('utf-8'));
    await shows('〔一〕');
    await page.click('[data-paragraph="3"]');
    await page.waitForFunction(() => document.getElementById('play').getAttribute('aria-label') === '暂停');
    await page.click('#play');
    await correct('#headings', async (field) => {
      await field.fill('^〔.〕');
      await field.dispatchEvent('change');
    });
    await page.waitForFunction(() => document.querySelector('.text h2')?.textContent === '〔二〕夜');
    assert.equal(await page.textContent('[data-paragraph="0"]'), '夜里很静。');
    assert.deepEqual(await titles(), ['〔一〕早晨', '〔二〕夜']);
    assert.equal(await page.textContent('.book-head h1 span'), '手改');
  });

  test('pictures and what is said of them, by choice', async () => {
    const { page, url } = app;
    await page.goto(`${url}#/`);
    await open(page, [{ name: 'book.epub', mimeType: '', buffer: books['book.epub'] }]);
    await page.waitForSelector('figure img');
    assert.equal(await page.textContent('figcaption'), '一只猴');
    await page.click('#look');
    await page.click('.switch:has(#pictures)');
    await page.waitForSelector('figure', { state: 'detached' });
    await page.click('.switch:has(#pictures)');
    await page.waitForSelector('figure img');
    await page.keyboard.press('Escape');
  });

  for (const [view, prepare] of Object.entries({
    empty: null,
    library: async (page, url) => page.goto(`${url}#/`),
    paste: async (page, url) => page.goto(`${url}#/paste`),
    settings: async (page, url) => page.goto(`${url}#/settings`),
    book: async (page, url) => {
      await page.goto(`${url}#/`);
      await page.click('.book-link >> nth=0');
      await page.waitForSelector('.text [data-paragraph]');
    },
    contents: async (page) => page.click('#contents'),
    look: async (page) => page.click('#look'),
    voice: async (page) => page.click('#voice'),
    timer: async (page) => page.click('#timer'),
    reading: async (page) => page.click('#wrong-reading'),
    'this book': async (page) => page.click('#book-settings'),
    export: async (page) => page.click('#export'),
    keys: async (page) => page.keyboard.press('?'),
  })) {
    test(`axe finds nothing wrong: ${view}`, async () => {
      const other = prepare ? null : await chromiumPage({ plain: true });
      const { page, url } = other ?? app;
      try {
        if (other) await page.goto(url);
        await prepare?.(page, url);
        if (!['empty', 'library', 'paste', 'settings', 'book'].includes(view))
          await page.waitForSelector('dialog[open]');
        await page.waitForTimeout(150);
        for (const theme of ['light', 'dark']) {
          await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' });
          await page.evaluate(axe);
          const { violations } = await page.evaluate(() => window.axe.run());
          assert.deepEqual(
            violations.map(({ id, nodes }) => `${id}: ${nodes[0].html}`),
            [],
            theme,
          );
        }
        await page.keyboard.press('Escape');
      } finally {
        await other?.close();
      }
    });
  }

  test('fits a narrow phone and a very large screen', async () => {
    const { page, url } = app;
    for (const [width, height] of [
      [320, 568],
      [390, 844],
      [3840, 2160],
    ]) {
      await page.setViewportSize({ width, height });
      for (const hash of ['#/', '#/settings', '#/paste']) {
        await page.goto(url + hash);
        await page.waitForSelector('main');
        const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        assert.ok(over <= 0, `${hash} at ${width}: ${over} px too wide`);
      }
      await page.goto(`${url}#/`);
      await page.click('.book-link >> nth=0');
      await page.waitForSelector('.player');
      assert.ok(
        (await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)) <= 0,
        `book at ${width}`,
      );
      const target = await page.locator('#play').boundingBox();
      assert.ok(
        target.x >= 0 && target.x + target.width <= width && target.y + target.height <= height,
        'play is in view',
      );
    }
  });
});
