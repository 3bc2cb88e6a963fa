/** What is read, where, and what comes next: a session with a speaker that takes down what it is given. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { load } from './load.mjs';

const { Session, TITLE } = await load('listening/session');
const { SleepTimer, FADE } = await load('listening/timer');

const CHAPTERS = [
  { title: '第一回', level: 1, paragraphs: [{ text: '一句。二句！' }, { text: '……' }, { text: '三句。' }] },
  { title: '第二回', level: 1, paragraphs: [{ text: '四句。五句。' }] },
  { title: '第三回', level: 1, paragraphs: [{ text: '六句。' }] },
];

/** A speaker whose listener decides how far it has come. */
class Taker {
  said = [];
  paused = false;
  stopped = 0;

  play(passages, events) {
    this.events = events;
    this.iterator = passages[Symbol.asyncIterator]();
    this.paused = false;
  }

  stop() {
    this.stopped += 1;
    this.iterator = null;
  }

  pause() {
    this.paused = true;
  }

  resume() {
    this.paused = false;
  }

  /** Takes the next passage; nothing where the session holds it back. */
  async next() {
    const asked = this.iterator.next();
    const answer = await Promise.race([asked, new Promise((resolve) => setTimeout(() => resolve('held'), 20))]);
    if (answer === 'held') return asked;
    if (!answer.done) this.said.push(answer.value.spoken.text);
    return answer.done ? null : answer.value;
  }

  hear(passage, from = 0) {
    this.events.heard(passage, from, from + 1);
  }
}

function begin() {
  const speaker = new Taker();
  const reached = [];
  const loads = [];
  const book = {
    chapters: CHAPTERS.length,
    chapter: async (index) => {
      loads.push(index);
      return CHAPTERS[index];
    },
    placed: () => [],
  };
  const failures = [];
  const session = new Session(book, speaker, {
    changed: () => {},
    reached: (spot) => reached.push(`${spot.chapter}:${spot.paragraph}:${spot.offset}`),
    failed: (error) => failures.push(error),
    chapterEnded: () => {},
  });
  return { session, speaker, reached, loads, failures };
}

test('reads from title to end, chapter after chapter, and passes over what says nothing', async () => {
  const { session, speaker } = begin();
  await session.start({ chapter: 0, paragraph: TITLE, offset: 0 });
  for (let passage = await speaker.next(); passage; passage = await speaker.next()) speaker.hear(passage);
  assert.deepEqual(speaker.said, ['第一回', '一句。二句！', '三句。', '第二回', '四句。五句。', '第三回', '六句。']);
  speaker.events.over();
  assert.equal(session.listening.status, 'ended');
});

test('follows what is heard, sentence by sentence', async () => {
  const { session, speaker, reached } = begin();
  await session.start({ chapter: 0, paragraph: 0, offset: 4 });
  const passage = await speaker.next();
  assert.equal(passage.spoken.text, '二句！');
  speaker.hear(passage, 1);
  assert.deepEqual(session.listening.sentence, { start: 3, end: 6 });
  assert.deepEqual(session.listening.word, { start: 4, end: 5 });
  assert.equal(session.listening.status, 'playing');
  assert.deepEqual(reached, ['0:0:3']);
});

test('moves by sentences, paragraphs and chapters, over their borders', async () => {
  const { session } = begin();
  const place = () => [session.listening.chapter, session.listening.paragraph, session.listening.sentence.start];
  await session.goTo({ chapter: 0, paragraph: 0, offset: 0 });
  const steps = [
    ['sentence', 1, [0, 0, 3]],
    ['sentence', 1, [0, 2, 0]],
    ['sentence', 1, [1, TITLE, 0]],
    ['sentence', 1, [1, 0, 0]],
    ['sentence', -1, [0, 2, 0]],
    ['sentence', -1, [0, 0, 3]],
    ['paragraph', 1, [0, 2, 0]],
    ['chapter', 1, [1, TITLE, 0]],
    ['chapter', 1, [2, TITLE, 0]],
    ['chapter', 1, [2, TITLE, 0]],
    ['chapter', -1, [1, TITLE, 0]],
  ];
  for (const [unit, by, expected] of steps) {
    await session.move(unit, by);
    assert.deepEqual(place(), expected, `${unit} ${by}`);
  }
});

test('starts where it was sent, also while that is being looked up', async () => {
  const { session, speaker } = begin();
  const sent = session.goTo({ chapter: 1, paragraph: 0, offset: 0 });
  session.resume();
  await sent;
  assert.equal(session.listening.status, 'starting');
  assert.equal((await speaker.next()).spoken.text, '四句。五句。');
});

test('leads in again by whole sentences, within the chapter', async () => {
  const { session } = begin();
  const led = async (characters) => {
    await session.goTo({ chapter: 0, paragraph: 2, offset: 0 });
    await session.rewind(characters);
    const { chapter, paragraph, sentence, status } = session.listening;
    assert.equal(status, 'starting');
    return [chapter, paragraph, sentence.start];
  };
  assert.deepEqual(await led(0), [0, 2, 0]);
  assert.deepEqual(await led(3), [0, 0, 3]);
  assert.deepEqual(await led(4), [0, 0, 0]);
  assert.deepEqual(await led(1000), [0, 0, 0]);
});

test('what was queued before a jump is never heard of again', async () => {
  const { session, speaker } = begin();
  await session.start({ chapter: 0, paragraph: 0, offset: 0 });
  const old = await speaker.next();
  const { events } = speaker;
  await session.start({ chapter: 1, paragraph: 0, offset: 0 });
  events.heard(old, 0, 1);
  assert.equal(session.listening.chapter, 1);
  assert.equal((await speaker.next()).spoken.text, '四句。五句。');
});

test('stops after each sentence for learners', async () => {
  const { session, speaker } = begin();
  session.stepwise = true;
  await session.start({ chapter: 0, paragraph: 0, offset: 0 });
  const first = await speaker.next();
  assert.equal(first.spoken.text, '一句。');
  speaker.hear(first);
  let second = speaker.next();
  await new Promise((resolve) => setTimeout(resolve, 40));
  speaker.events.finished(first);
  assert.equal(session.listening.status, 'paused');
  session.resume();
  second = (await second).value;
  assert.equal(second.spoken.text, '二句！');
});

test('ends with the chapter where it was asked to, and stands at the next', async () => {
  const { session, speaker } = begin();
  await session.start({ chapter: 0, paragraph: 2, offset: 0 });
  session.chaptersLeft = 1;
  speaker.hear(await speaker.next());
  assert.equal(await speaker.next(), null);
  speaker.events.over();
  await new Promise((resolve) => setTimeout(resolve, 5));
  assert.equal(session.listening.status, 'idle');
  assert.equal(session.listening.chapter, 1);
});

test('ends with the chapter that is heard, though the next one has been begun ahead of it', async () => {
  const { session, speaker } = begin();
  await session.start({ chapter: 0, paragraph: 2, offset: 0 });
  speaker.hear(await speaker.next());
  assert.equal((await speaker.next()).chapter, 1);
  session.chaptersLeft = 1;
  await new Promise((resolve) => setTimeout(resolve, 5));
  assert.equal((await speaker.next()).spoken.text, '三句。');
  assert.equal(await speaker.next(), null);
});

test('a chapter is fetched when it is needed, and few are held', async () => {
  const { session, speaker, loads } = begin();
  await session.start({ chapter: 2, paragraph: TITLE, offset: 0 });
  await speaker.next();
  assert.deepEqual(loads, [2]);
});

test('a failure keeps the place', async () => {
  const { session, speaker, failures } = begin();
  await session.start({ chapter: 1, paragraph: 0, offset: 3 });
  speaker.hear(await speaker.next());
  speaker.events.failed(new Error('engine'));
  assert.equal(failures.length, 1);
  assert.equal(session.listening.status, 'idle');
  assert.deepEqual([session.listening.chapter, session.listening.sentence.start], [1, 3]);
});

test('the sleep timer counts what is heard, fades, and ends', () => {
  const events = [];
  const timer = new SleepTimer(
    (seconds) => events.push(`fade ${Math.round(seconds)}`),
    () => events.push('sleep'),
  );
  timer.set(1);
  for (let second = 0; second < 60; second += 1) timer.tick(1);
  assert.deepEqual(events, [`fade ${FADE}`, 'sleep']);
  assert.equal(timer.left, null);
});
