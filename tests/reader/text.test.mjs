/** The reader's text room: encodings, wrapped lines, chapters, rules, what is said. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { load } from './load.mjs';

const { guessEncoding } = await load('text/encoding');
const { detectLayout, Unwrapper } = await load('text/unwrap');
const { headingLevel, detectHeadings, contentsEntry } = await load('text/headings');
const { stripMarkup } = await load('text/markup');
const { splitSentences, findStretch } = await load('text/sentences');
const { splitTurns, turnsWithin } = await load('text/dialogue');
const { applyRules, compileRules, DEFAULT_RULES, ruleFault } = await load('text/rules');
const { toSpoken, toShown, toSaid, toDigits, toMarks } = await load('text/spoken');
const { findPlace, placeAt } = await load('library/places');

const TEXT =
  '第一回　灵根育孕源流出\r\n　　盖闻天地之数，有十二万九千六百岁为一元。且就一日而论：子时得阳气，而丑则鸡鸣。\r\n';

/** GB18030 and Big5 of the same sentence, as no encoder of Node's makes them. */
const GB = Buffer.from('c9cfceb0b5c4ceb0c8cbcbb5a3acced2c3c7d4dad5e2c0efb5c8c4e3a1a3', 'hex');
const BIG5 = Buffer.from('a46aa44cbba1a141a7dad4c0a662b36fb8ccb5a5a741a143b36facb0a4d1a455a4d1a46ca143', 'hex');

test('encodings are told apart', () => {
  const utf16 = Buffer.from(TEXT, 'utf16le');
  assert.equal(guessEncoding(Buffer.from(TEXT)), 'utf-8');
  assert.equal(guessEncoding(Buffer.from(`\ufeff${TEXT}`)), 'utf-8');
  assert.equal(guessEncoding(utf16), 'utf-16le');
  assert.equal(guessEncoding(Buffer.concat([Buffer.from([0xff, 0xfe]), utf16])), 'utf-16le');
  assert.equal(guessEncoding(Buffer.from(utf16).swap16()), 'utf-16be');
  assert.equal(guessEncoding(GB), 'gb18030');
  assert.equal(guessEncoding(BIG5), 'big5');
  assert.equal(guessEncoding(Buffer.from('plain English text')), 'utf-8');
});

test('a sample that ends inside a character is still UTF-8', () => {
  const bytes = Buffer.from('天'.repeat(30_000));
  for (const cut of [64 * 1024 - 1, 64 * 1024, 64 * 1024 + 1])
    assert.equal(guessEncoding(bytes.subarray(0, cut)), 'utf-8');
});

/** Turns as text, what is said in the story in braces. */
const turns = (text) =>
  splitTurns(text).map(({ start, end, quoted }) => (quoted ? `{${text.slice(start, end)}}` : text.slice(start, end)));

test('what is said in the story is told from the narrator, and from names and terms', () => {
  assert.deepEqual(turns('他推开门，问：“你怎么来了？”她笑了。'), ['他推开门，问：', '{“你怎么来了？”}', '她笑了。']);
  assert.deepEqual(turns('“我走了，”他说，“你别送。”'), ['{“我走了，”}', '他说，', '{“你别送。”}']);
  assert.deepEqual(turns('他轻轻地问道，“小栓”'), ['他轻轻地问道，', '{“小栓”}']);
  assert.deepEqual(turns('「走吧」'), ['{「走吧」}']);
  assert.deepEqual(turns('他只说了句：“好”。'), ['他只说了句：', '{“好”。}']);
  assert.deepEqual(turns('她说:"走吧!"又说:"快!"'), ['她说:', '{"走吧!"}', '又说:', '{"快!"}']);
  for (const narrated of [
    '所谓“自由”，不过如此。',
    '我知道，“自由”不是这样。',
    '这就是「面子」。',
    '他叫“老五”',
    '山里很静。',
    '',
  ])
    assert.deepEqual(turns(narrated), narrated ? [narrated] : []);
});

test('speech that goes on in the next paragraph is not closed', () => {
  assert.deepEqual(turns('“第一件事，你要记住。'), ['{“第一件事，你要记住。}']);
  assert.deepEqual(turns('他说：“第一件事，你要记住。'), ['他说：', '{“第一件事，你要记住。}']);
  assert.deepEqual(turns('一个没有关上的“引号，'), ['一个没有关上的“引号，']);
});

test('a quotation within speech is part of it, and signs go with what they stand by', () => {
  assert.deepEqual(turns('“他说‘走吧。’就走了。”众人都笑。'), ['{“他说‘走吧。’就走了。”}', '众人都笑。']);
  assert.deepEqual(turns('……“走！”——“不走！”'), ['{……“走！”——“不走！”}']);
});

test('turns of a piece are counted from its start', () => {
  const all = splitTurns('他问：“你怎么来了？我不信。”她笑了。');
  assert.deepEqual(turnsWithin(all, { start: 10, end: 17 }), [
    { start: 0, end: 5, quoted: true },
    { start: 5, end: 7, quoted: false },
  ]);
});

test('markup that was left over vanishes, signs of less and more stay', () => {
  assert.deepEqual(stripMarkup('<p>诗曰：</p><p>混沌&nbsp;未分&#8212;&#x4e00;</p>').filter(Boolean), [
    '诗曰：',
    '混沌 未分—一',
  ]);
  assert.deepEqual(stripMarkup('若 a<b 且 b>c，则 &lt;好&gt;'), ['若 a<b 且 b>c，则 <好>']);
});

const unwrap = (lines) => {
  const unwrapper = new Unwrapper(detectLayout(lines));
  return [...lines.map((line) => unwrapper.push(line)), unwrapper.flush()].filter(Boolean).map(({ text }) => text);
};

test('lines broken in the middle of sentences are joined', () => {
  const paragraph =
    '我不见他，已是三十多年；今天见了，精神分外爽快。才知道以前的三十多年，全是发昏；然而须十分小心。不然，那赵家的狗，何以看我两眼呢？';
  const lines = [];
  for (let i = 0; i < 6; i += 1) {
    const indented = `　　${paragraph}`;
    for (let at = 0; at < indented.length; at += 20) lines.push(indented.slice(at, at + 20));
    lines.push('');
  }
  assert.deepEqual(unwrap(lines), Array(6).fill(paragraph));
});

test('lines that are paragraphs stay apart', () => {
  const verse = [
    '混沌未分天地乱，茫茫渺渺无人见。',
    '自从盘古破鸿蒙，开辟从兹清浊辨。',
    '覆载群生仰至仁，发明万物皆成善。',
    '欲知造化会元功，须看西游释厄传。',
  ];
  assert.deepEqual(unwrap([...verse, ...verse, ...verse]), [...verse, ...verse, ...verse]);
  assert.deepEqual(unwrap(['他说', '。好']), ['他说。好']);
});

test('headings of chapters, and what only looks like one', () => {
  const none = { listed: false, bare: false, titles: new Set(), own: null };
  const level = (line) => headingLevel(line, none);
  for (const line of [
    '第一回　灵根育孕源流出，心性修持大道生',
    '第一零零回　径回东土',
    '第12章 雨',
    '第三百二十一章',
    '楔子',
    '番外 一个下午',
    'Chapter 7: Rain',
    '正文 第二章 起程',
    '尾声',
    '第５话',
  ])
    assert.equal(level(line), 1, line);
  for (const line of ['第一卷 少年', '卷二　江湖', '第三部']) assert.equal(level(line), 0, line);
  assert.equal(level('第二节 方法'), 2);
  for (const line of [
    '第一章的内容是这样的。',
    '第一回见他，是在春天，',
    '他想起第三章里写的事',
    '序幕拉开了，人们都在等着看这一场好戏什么时候开始，谁也不肯先走。',
  ])
    assert.equal(level(line), null, line);
});

test('weaker patterns count where nothing stronger is there', () => {
  const numbered = detectHeadings(['一、起', '文字。', '二、承', '文字。', '三、转', '文字。'], null);
  assert.equal(headingLevel('四、合', numbered), 1);
  const chapters = detectHeadings(['第一章 起', '一、甲', '二、乙', '三、丙', '第二章 承'], null);
  assert.equal(headingLevel('四、丁', chapters), null);
  const own = detectHeadings([], /^卷宗\d+/u);
  assert.equal(headingLevel('卷宗12', own), 1);
  assert.equal(headingLevel('第一章', own), null);
});

test('a dotted contents list names the titles', () => {
  assert.equal(contentsEntry('狂人日记................................................KuangRen'), '狂人日记');
  assert.equal(contentsEntry('他说……然后走了。'), null);
  assert.equal(contentsEntry('如果还能过意不去，……'), null);
  assert.equal(contentsEntry('他走了……'), null);
  const headings = detectHeadings(
    ['药......................................................Yao', '　　药', '秋天的后半夜。'],
    null,
  );
  assert.equal(headingLevel('药⑴', headings), 1);
});

test('sentences cover a paragraph, quotes and all', () => {
  const text =
    '邵康节曰："冬至子之半，天心无改移。一阳初动处，万物未生时。"到此，天始有根……“你告诉我！”他们可就跑了。OK. Fine';
  const sentences = splitSentences(text);
  assert.equal(sentences.map(({ start, end }) => text.slice(start, end)).join(''), text);
  assert.deepEqual(
    sentences.map(({ start, end }) => text.slice(start, end)),
    [
      '邵康节曰："冬至子之半，天心无改移。',
      '一阳初动处，万物未生时。"',
      '到此，天始有根……',
      '“你告诉我！”',
      '他们可就跑了。',
      'OK. ',
      'Fine',
    ],
  );
  assert.equal(findStretch(sentences, text.indexOf('天始')), 2);
});

test('rules take out advertisements and leave the story', () => {
  const replace = compileRules(DEFAULT_RULES);
  for (const line of [
    '请收藏本站：www.example.com',
    '手机用户请浏览 m.example.com 阅读',
    '求月票，求推荐票！',
    '———————————',
    '（本章完）',
  ])
    assert.equal(replace(line), '', line);
  for (const line of ['他把书收藏起来，谁也不给看。', '她说：“这里是 example 。”', '本章讲的是一个老人。'])
    assert.equal(replace(line), line);
  assert.notEqual(ruleFault({ pattern: '(', regex: true }), null);
  const chapter = { title: '', level: 1, paragraphs: [{ text: '求月票！' }, { text: '好。', ruby: [[0, 1, 'hao3']] }] };
  assert.deepEqual(applyRules(chapter, DEFAULT_RULES).paragraphs, [{ text: '好。', ruby: [[0, 1, 'hao3']] }]);
  const dollars = compileRules([{ name: '', pattern: '钱', replacement: '$&', regex: false, enabled: true }]);
  assert.equal(dollars('钱'), '$&');
});

test('note marks are not said, readings are, and every place leads back', () => {
  const paragraph = { text: '美猴⑴王长大了[1]。', ruby: [[1, 2, 'hóu']] };
  const spoken = toSpoken(paragraph, [{ start: 4, end: 5, word: '长', reading: 'zhang3' }]);
  assert.equal(spoken.text, '美猴[hou2]王长[zhang3]大了。');
  for (const character of '美猴王长大了。') {
    const said = spoken.text.indexOf(character);
    const { start, end } = toShown(spoken, said, said + 1);
    assert.equal(paragraph.text.slice(start, end), character);
    assert.equal(toSaid(spoken, start), said);
  }
  assert.equal(toSpoken({ text: '长大' }, [{ start: 0, end: 1, word: '成', reading: 'cheng2' }]).text, '长大');
});

test('pinyin is understood in both spellings', () => {
  assert.equal(toDigits('hóu'), 'hou2');
  assert.equal(toDigits('lǚ xíng'), 'lv3 xing2');
  assert.equal(toDigits('chong2 qing4'), 'chong2 qing4');
  assert.equal(toDigits('还'), null);
  for (const [digits, marks] of [
    ['hou2', 'hóu'],
    ['lv3', 'lǚ'],
    ['xue2', 'xué'],
    ['gui4', 'guì'],
    ['liu2', 'liú'],
    ['de5', 'de'],
  ]) {
    assert.equal(toMarks(digits), marks);
    assert.equal(toDigits(marks), digits);
  }
});

test('a place is found again when the text has been cleaned in another way', () => {
  const before = {
    paragraphs: [{ text: '广告' }, { text: '诗曰：' }, { text: '混沌未分天地乱，茫茫渺渺无人见。自从盘古破鸿蒙。' }],
  };
  const place = placeAt(before, 0, 2, 16);
  const after = { paragraphs: before.paragraphs.slice(1) };
  assert.deepEqual(findPlace(after, place), { paragraph: 1, offset: 16 });
  assert.deepEqual(findPlace({ paragraphs: [{ text: '别的' }] }, place), { paragraph: 0, offset: 0 });
});
