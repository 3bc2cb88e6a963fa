/** Reading aloud in detail: pinyin, readings, steps, speed, rules, and a page that follows. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { browsers } from './browsers.mjs';
import { choose, chromiumPage, marked, open, playing, prefer, sentence } from './reader.mjs';

describe('listening in Chromium', { skip: browsers.every(({ name }) => name !== 'Chromium') }, () => {
  let app;

  before(async () => {
    app = await chromiumPage();
    await app.page.goto(app.url);
    await app.page.waitForSelector('#empty');
    await prefer(app.page, { speed: 2.5 });
  });

  after(() => app?.close());

  /** Brings a text in as a book and opens it. */
  const bring = async (title, text) => {
    await app.page.goto(`${app.url}#/`);
    // The book before may still be there for a moment.
    await app.page.waitForSelector('#library');
    await open(app.page, [{ name: `${title}.txt`, mimeType: '', buffer: Buffer.from(text) }]);
    await app.page.waitForFunction(
      (title) => document.querySelector('.book-head h1 span')?.textContent === title,
      title,
    );
  };
  /** Opens a dialog, turns a switch or takes a choice in it, and closes it. */
  const decide = async (dialog, input) => {
    await app.page.click(dialog);
    await choose(app.page, input);
    await app.page.keyboard.press('Escape');
  };
  /** Seconds of sound until the voice stops by itself. */
  const listen = async () => {
    const { page } = app;
    const from = await page.evaluate(() => performance.now());
    await page.click('#play');
    await playing(app.page, true);
    await playing(app.page, false);
    return page.evaluate((from) => window.probe.heard(from).sounding / 24_000, from);
  };
  const select = (paragraph, word) =>
    app.page.evaluate(
      ([paragraph, word]) => {
        const element = document.querySelector(`[data-paragraph="${paragraph}"]`);
        const all = [...element.querySelectorAll('ruby')];
        const first = all.findIndex((ruby) => ruby.firstChild.data === word[0]);
        const range = document.createRange();
        range.setStart(all[first].firstChild, 0);
        range.setEnd(all[first + word.length - 1].firstChild, 1);
        getSelection().removeAllRanges();
        getSelection().addRange(range);
      },
      [paragraph, word],
    );
  const ruby = (paragraph) =>
    app.page.evaluate((paragraph) => {
      const all = document.querySelectorAll(`[data-paragraph="${paragraph}"] ruby`);
      return [...all].map((ruby) => ruby.firstChild.data + ruby.querySelector('rt').textContent).join(' ');
    }, paragraph);
  const rubyIs = (paragraph, expected) =>
    app.page.waitForFunction(
      ([paragraph, expected]) => {
        const all = document.querySelectorAll(`[data-paragraph="${paragraph}"] ruby`);
        return (
          [...all].map((ruby) => ruby.firstChild.data + ruby.querySelector('rt').textContent).join(' ') === expected
        );
      },
      [paragraph, expected],
    );

  test('pinyin above the text, by the engine, and the marks stay where they were', async () => {
    const { page } = app;
    await bring('拼音', '他长大了，你好吗？\n重庆很远。\n');
    await decide('#look', '#pinyin');
    await rubyIs(0, '他tā 长zhǎng 大dà 了le 你ní 好hǎo 吗ma');
    assert.equal(await ruby(1), '重chóng 庆qìng 很hén 远yuǎn');
    await page.click('[data-paragraph="1"] ruby rt');
    await sentence(app.page, '重庆');
    await page.click('#play');
    assert.equal(await marked(page), '重庆很远。');
  });

  test('another reading for a place, for a book, for every book', async () => {
    const { page } = app;
    const correct = async (word, reading, scope) => {
      await select(0, word);
      await page.click('#wrong-reading');
      await page.click(`[data-reading="${reading}"]`);
      await choose(page, `#scope input[value=${scope}]`);
      await page.click('#save-reading');
      await page.waitForSelector('#reading-dialog', { state: 'detached' });
    };
    await bring('读音', '他去银行，银行。\n他去银行。\n');
    await rubyIs(0, '他tā 去qù 银yín 行háng 银yín 行háng');
    await correct('银行', 'xing2', 'here');
    await rubyIs(0, '他tā 去qù 银yín 行xíng 银yín 行háng');
    assert.equal(await ruby(1), '他tā 去qù 银yín 行háng');
    await correct('他', 'ta4', 'book');
    await rubyIs(1, '他tà 去qù 银yín 行háng');
    await bring('另一本', '他去银行。\n');
    await rubyIs(0, '他tā 去qù 银yín 行háng');
    await correct('银行', 'xing2', 'always');
    await rubyIs(0, '他tā 去qù 银yín 行xíng');
    await bring('再一本', '银行。\n');
    await rubyIs(0, '银yín 行xíng');
    await decide('#look', '#pinyin');
  });

  test('sentence by sentence, for learners', async () => {
    const { page } = app;
    await bring('一句一句', '第一句。第二句！\n第三句。\n');
    await decide('#voice', '#stepwise');
    await page.click('#play');
    for (const said of ['第一句。', '第二句！', '第三句。']) {
      await sentence(app.page, said);
      await playing(app.page, false);
      assert.equal(await marked(page), said);
      await page.click('#play');
    }
    await decide('#voice', '#stepwise');
  });

  test('marks follow through speech in quotation marks by another speaker', async () => {
    const { page } = app;
    await bring('对话', '他推开门，问：“你怎么来了？”有人说：“Да！”她笑着没有说话。\n');
    await decide('#voice', '#dialogue input[value=chenlang]');
    await page.click('#play');
    await sentence(page, '他推开门');
    await sentence(page, '她笑着');
    await playing(page, false);
  });

  test('three times as fast is a third as long, beyond what the voice itself can do', async () => {
    const { page } = app;
    await bring('快慢', '山里的早晨来得慢，先是鸟叫，然后是水声。\n');
    const seconds = {};
    for (const speed of ['2', '3']) {
      await page.selectOption('#speed', speed);
      seconds[speed] = await listen();
    }
    const ratio = seconds[3] / seconds[2];
    assert.ok(Math.abs(ratio - 2 / 3) < 0.08, `${seconds[2]} s at 2, ${seconds[3]} s at 3`);
  });

  test('goes on into the next chapter, or ends with the chapter', async () => {
    const { page } = app;
    await bring('两章', '第一章\n山里。\n第二章\n水边。\n第三章\n路上。\n');
    await page.selectOption('#speed', '3');
    await page.click('#play');
    await sentence(app.page, '水边');
    assert.equal(await page.textContent('.text h2'), '第二章');
    await page.click('#timer');
    await page.locator('#timer-dialog button', { hasText: '读完这一章' }).first().click();
    await playing(app.page, false);
    await page.waitForFunction(() => document.querySelector('.text h2').textContent === '第三章');
  });

  test('the page follows, lets go when the reader scrolls, and there is a way back', async () => {
    const { page } = app;
    await bring('长', `${'山里的早晨来得慢。\n'.repeat(120)}`);
    await page.click('#play');
    await sentence(app.page, '山里');
    await page.mouse.wheel(0, 3000);
    await page.waitForSelector('#back-to-voice');
    const heard = await page.evaluate(
      () => [...CSS.highlights.get('sentence')][0].startContainer.parentElement.dataset.paragraph,
    );
    await page.waitForFunction(
      (heard) => [...CSS.highlights.get('sentence')][0].startContainer.parentElement.dataset.paragraph !== heard,
      heard,
    );
    assert.ok((await page.evaluate(() => [...CSS.highlights.get('sentence')][0].getBoundingClientRect().bottom)) < 0);
    await page.click('#back-to-voice');
    await page.waitForFunction(() => {
      const { top, bottom } = [...CSS.highlights.get('sentence')][0].getBoundingClientRect();
      return top >= 0 && bottom <= innerHeight;
    });
    await page.click('#play');
  });

  test('after a long pause it begins a few seconds earlier', async () => {
    const { page } = app;
    await bring('久别', '第一句话在这里说完。第二句话在这里说完。第三句话在这里说完。第四句话在这里说完。\n');
    await page.selectOption('#speed', '3');
    await page.click('#play');
    await sentence(app.page, '第四句');
    await page.click('#play');
    await page.evaluate(() => {
      const { now } = Date;
      Date.now = () => now() + 6 * 60_000;
    });
    await page.click('#play');
    await sentence(app.page, '第二句');
    await page.click('#play');
    await page.goto(`${app.url}?fresh`);
  });

  test('rules of a book, seen before they are kept, take out and replace', async () => {
    const { page } = app;
    await bring('规则', '他说广告来了。\n山里很静。\n');
    await page.click('#book-settings');
    await page.fill('#title', '新名字');
    await page.dispatchEvent('#title', 'change');
    await page.waitForFunction(() => document.querySelector('.book-head h1 span').textContent === '新名字');
    await page.locator('#book-dialog summary').last().click();
    await page.locator('#book-dialog button', { hasText: '添加一条' }).click();
    await page.locator('#book-dialog .rule .code').nth(0).fill('广(.)');
    await page.locator('#book-dialog .rule .code').nth(0).dispatchEvent('change');
    await page.locator('#book-dialog .rule .inline input').check();
    await page.locator('#book-dialog .rule .code').nth(1).fill('布$1');
    await page.locator('#book-dialog .rule .code').nth(1).dispatchEvent('change');
    await page.waitForFunction(() => document.querySelector('#book-dialog .rule').textContent.includes('布告'));
    await page.keyboard.press('Escape');
    await page.waitForFunction(() => document.querySelector('[data-paragraph="0"]').textContent.includes('布告'));
  });

  test('a name that is being typed stays while something else is kept', async () => {
    const { page } = app;
    await bring('半个', '山里很静。\n');
    await page.click('#book-settings');
    await page.fill('#title', '半个名');
    // Without taking the focus away, which would end the typing.
    await page.evaluate(() => {
      const author = document.querySelectorAll('#book-dialog .field input')[1];
      author.value = '某人';
      author.dispatchEvent(new Event('change', { bubbles: true }));
    });
    await page.waitForFunction(() => document.querySelectorAll('#book-dialog .field input')[1].defaultValue === '某人');
    assert.equal(await page.inputValue('#title'), '半个名');
    await page.dispatchEvent('#title', 'change');
    await page.waitForFunction(() => document.querySelector('.book-head h1 span').textContent === '半个名');
    await page.keyboard.press('Escape');
  });

  test('keys do what the list of keys says', async () => {
    const { page } = app;
    await bring('按键', '第一句。第二句。\n第三句。\n');
    await page.keyboard.press('?');
    await page.waitForSelector('#help-dialog dl');
    await page.keyboard.press('Escape');
    await page.waitForSelector('#help-dialog', { state: 'detached' });
    await page.keyboard.press('Space');
    await sentence(page, '第一句');
    await page.keyboard.press('Space');
    await playing(app.page, false);
    await page.keyboard.press('Shift+ArrowRight');
    await sentence(app.page, '第三句');
    await page.keyboard.press('ArrowLeft');
    await sentence(app.page, '第二句');
    const speed = () => page.inputValue('#speed');
    await page.keyboard.press(']');
    assert.equal(await speed(), '2.6');
    await page.keyboard.press('[');
    assert.equal(await speed(), '2.5');
    await page.keyboard.press('c');
    await page.waitForSelector('.contents');
    await page.keyboard.press('Escape');
  });

  test('speaks the language of the browser, or the one that is chosen', async () => {
    const { page, url } = app;
    const english = await page.context().browser().newPage({ locale: 'en-GB' });
    await english.goto(url);
    await english.getByText('Open a book').first().waitFor();
    assert.equal(await english.evaluate(() => document.documentElement.lang), 'en');
    await english.goto(`${url}#/settings`);
    await choose(english, '#language input[value="zh-TW"]');
    await english.waitForFunction(() => document.documentElement.lang === 'zh-TW');
    await english.getByText('設定').first().waitFor();
    await english.close();
  });
});
