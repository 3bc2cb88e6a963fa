/** The reader in a tab that nobody sees, for as many minutes as HIDDEN_MINUTES says. */
import assert from 'node:assert/strict';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { By } from 'selenium-webdriver';
import { elementLocated } from 'selenium-webdriver/lib/until.js';
import { browsers } from './browsers.mjs';
import { windowDriver } from './reader.mjs';

describe('a hidden tab in Chromium', { skip: browsers.every(({ name }) => name !== 'Chromium') }, () => {
  test('reads on from chapter to chapter without a gap', async () => {
    const minutes = Number(process.env.HIDDEN_MINUTES ?? 0.2);
    const folder = mkdtempSync(join(tmpdir(), 'langdu-hidden-'));
    const chapter = (at) => `第${at + 1}章\n${`这是第${at + 1}章里的一句话。山里的早晨来得慢。\n`.repeat(2)}`;
    const text = Array.from({ length: 20 + minutes * 60 }, (_, at) => chapter(at)).join('');
    writeFileSync(join(folder, '夜读.txt'), text);
    const app = await windowDriver();
    const { driver } = app;
    const found = (selector) => driver.wait(elementLocated(By.css(selector)), 30_000);
    const holds = (expression) => driver.wait(() => driver.executeScript(`return ${expression}`), 30_000);
    try {
      await driver.get(app.url);
      await (await found('#files')).sendKeys(join(folder, '夜读.txt'));
      await (await found('#play')).click();
      await holds('window.probe.heard().sounding > 500');
      await driver.executeScript(`
        window.hidden = 0;
        document.addEventListener('visibilitychange', () => {
          window.hidden = document.hidden ? performance.now() : performance.now() - window.hidden;
        });`);
      const reading = await driver.getWindowHandle();
      await driver.switchTo().newWindow('tab');
      await new Promise((resolve) => setTimeout(resolve, minutes * 60_000));
      await driver.switchTo().window(reading);
      const { hidden, seconds, silence, chapters } = await driver.executeScript(() => {
        const times = window.probe.blocks.filter(({ sounding }) => sounding > 0).map(({ time }) => time);
        const silences = times.map((at, index) => at - (times[index - 1] ?? at));
        return {
          hidden: (document.hidden ? performance.now() - window.hidden : window.hidden) / 1000,
          seconds: times.at(-1) - times[0],
          silence: Math.max(...silences),
          chapters: document.querySelector('.text h2').textContent,
        };
      });
      console.log(
        `hidden for ${hidden.toFixed(0)} s: ${seconds.toFixed(0)} s of sound, longest silence ${silence.toFixed(2)} s, at ${chapters}`,
      );
      assert.ok(hidden > minutes * 60 * 0.95, `hidden for ${hidden} s`);
      assert.ok(seconds > minutes * 60 * 0.95, `${seconds} s of sound`);
      assert.ok(silence < 1.2, `a silence of ${silence} s`);
      assert.notEqual(chapters, '第1章');
    } finally {
      await app.close();
      await rm(folder, { recursive: true });
    }
  });
});
