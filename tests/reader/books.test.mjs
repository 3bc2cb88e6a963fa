/** Texts as readers find them, through the whole of the text room. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { BOOKS, load } from './load.mjs';

const { openText } = await load('formats/txt');

async function read(name, bytes, settings = {}) {
  const book = await openText(new File([bytes], name), settings);
  const chapters = [];
  for await (const chapter of book.chapters) chapters.push(chapter);
  return { ...book, chapters };
}

const shared = (name) => ({ skip: existsSync(BOOKS + name) ? false : `${BOOKS}${name} is not here` });
const fromShared = (name, settings) => read(name, readFileSync(BOOKS + name), settings);
const characters = (chapters) =>
  chapters.flatMap(({ paragraphs }) => paragraphs).reduce((sum, { text }) => sum + text.length, 0);

test('the whole novel in GB18030', shared('xiyouji-whole-gb18030.txt'), async () => {
  const { encoding, chapters } = await fromShared('xiyouji-whole-gb18030.txt');
  assert.equal(encoding, 'gb18030');
  assert.equal(chapters.length, 100);
  assert.equal(chapters[0].title, '第一回　灵根育孕源流出，心性修持大道生');
  assert.equal(chapters[99].title, '第一零零回　径回东土，五圣成真');
  assert.ok(characters(chapters) > 700_000);
  assert.ok(chapters.every(({ paragraphs }) => paragraphs.every(({ text }) => text === text.trim())));
});

test('paragraphs in tags, with a byte order mark', shared('xiyouji-tags-crlf.txt'), async () => {
  const { encoding, chapters } = await fromShared('xiyouji-tags-crlf.txt');
  assert.equal(encoding, 'utf-8');
  assert.equal(chapters.length, 10);
  assert.equal(chapters[0].paragraphs[0].text, '诗曰：');
  assert.ok(!JSON.stringify(chapters).match(/<\/?p>|\\r|\ufeff/));
});

test('traditional characters in Big5', shared('xiyouji-big5.txt'), async () => {
  const { encoding, chapters } = await fromShared('xiyouji-big5.txt');
  assert.equal(encoding, 'big5');
  assert.equal(chapters.length, 10);
  assert.equal(chapters[0].title, '第十一回：遊地府唐太宗還魂，進瓜果劉全續配');
});

test(
  'lines wrapped at 38 columns, titles without numbers, a dotted contents list',
  shared('nahan-hardwrap.txt'),
  async () => {
    const { meta, chapters } = await fromShared('nahan-hardwrap.txt');
    assert.equal(meta.title, '呐喊');
    assert.deepEqual(
      chapters.map(({ title }) => title),
      ['狂人日记', '药', '一件小事'],
    );
    const all = chapters.flatMap(({ paragraphs }) => paragraphs);
    assert.ok(
      all.some(({ text }) =>
        text.includes('我不见他，已是三十多年；今天见了，精神分外爽快。才知道以前的三十多年，全是发昏'),
      ),
    );
    assert.ok(
      all.every(({ text }) => !/^[。，、；：！？”]/.test(text)),
      'a paragraph begins with a mark that belongs to the one before',
    );
    assert.equal(chapters[0].paragraphs.filter(({ heading }) => heading).length, 13);
    const broken = all.filter(
      ({ text, heading }) => !heading && text.length > 20 && !/[。！？…”：—⑴-⒇]$/.test(text) && !/说，$/.test(text),
    );
    assert.deepEqual(broken, []);
  },
);

test('the same text by another encoding and another pattern', async () => {
  const { encoding, chapters } = await read('x.txt', Buffer.from('卷宗1\n甲。\n卷宗2\n乙。\n'), {
    encoding: 'utf-8',
    headings: '^卷宗\\d+$',
  });
  assert.equal(encoding, 'utf-8');
  assert.deepEqual(
    chapters.map(({ title }) => title),
    ['卷宗1', '卷宗2'],
  );
});

test('a volume stands above its chapters, an undotted contents list is not read', async () => {
  const list = '目录\n第一章 春\n第二章 夏\n第三章 秋\n';
  const body = '第一卷 四季\n第一章 春\n　　春天。\n第二章 夏\n　　夏天。\n第三章 秋\n　　秋天。\n';
  const { chapters } = await read('四季.txt', Buffer.from(list + body));
  assert.deepEqual(
    chapters.map(({ title, level, paragraphs }) => [title, level, paragraphs.length]),
    [
      ['第一卷 四季', 0, 0],
      ['第一章 春', 1, 1],
      ['第二章 夏', 1, 1],
      ['第三章 秋', 1, 1],
    ],
  );
});

test('title and author from the name of the file', async () => {
  for (const [name, title, author] of [
    ['《药》作者：鲁迅.txt', '药', '鲁迅'],
    ['药 - 鲁迅.txt', '药', '鲁迅'],
    ['xiyouji-whole-gb18030.txt', 'xiyouji-whole-gb18030', ''],
  ]) {
    const { meta } = await read(name, Buffer.from('文字在这里，很长的一行，不是书名。\n'));
    assert.deepEqual([meta.title, meta.author], [title, author]);
  }
});

test('a text without chapters opens in parts, one line of 20,000 characters too', async () => {
  const long = await read('长.txt', Buffer.from(`${'他走了很远的路。'.repeat(40)}\n`.repeat(400)));
  assert.ok(long.chapters.length > 3);
  assert.ok(long.chapters.every((chapter) => characters([chapter]) <= 31_000));
  const line = await read('行.txt', Buffer.from('天'.repeat(20_000)));
  assert.equal(characters(line.chapters), 20_000);
});

test('what is no text says so', async () => {
  await assert.rejects(read('a.txt', Buffer.alloc(0)), { code: 'E_BOOK_EMPTY' });
  await assert.rejects(read('a.txt', Buffer.from('\n\n　　\n')), { code: 'E_BOOK_EMPTY' });
  const noise = Buffer.from(Array.from({ length: 5000 }, (_, i) => (i * 7919) % 256));
  await assert.rejects(read('a.txt', noise), { code: 'E_BOOK_FORMAT' });
});
