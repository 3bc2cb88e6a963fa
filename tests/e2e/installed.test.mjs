/** The app as the system has it: installed, with shortcuts, and opening files of every kind. */
import assert from 'node:assert/strict';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { makeBooks } from './books/make.mjs';
import { browsers } from './browsers.mjs';
import { installedPage } from './reader.mjs';

describe('installed in Chromium', { skip: browsers.every(({ name }) => name !== 'Chromium') }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'langdu-files-'));
  let app;
  let session;
  let manifestId;
  let manifest;

  before(async () => {
    app = await installedPage();
    await app.page.goto(app.url);
    await app.page.waitForSelector('#empty');
    session = await app.context.newCDPSession(app.page);
    manifestId = (await session.send('Page.getAppId')).appId;
  });

  after(async () => {
    await app?.close();
    await rm(folder, { recursive: true });
  });

  test('nothing stands against it, and everything that it names is there', async () => {
    assert.deepEqual((await session.send('Page.getInstallabilityErrors')).installabilityErrors, []);
    const { errors, data } = await session.send('Page.getAppManifest');
    assert.deepEqual(errors, []);
    manifest = JSON.parse(data);
    for (const { src } of [...manifest.icons, ...manifest.screenshots])
      assert.ok((await app.page.request.get(new URL(src, app.url).href)).ok(), src);
    assert.equal(manifest.display, 'standalone');
    assert.deepEqual(
      manifest.icons.map(({ sizes, purpose }) => `${sizes}${purpose ? ` ${purpose}` : ''}`),
      ['any', '192x192', '512x512', '512x512 maskable'],
    );
    assert.deepEqual(
      manifest.screenshots.map(({ form_factor }) => form_factor),
      ['narrow', 'wide'],
    );
    assert.equal(manifest.share_target.method, 'POST');
    await session.send('PWA.install', { manifestId });
  });

  test('opens a file of every kind that the system hands it', async () => {
    const books = await makeBooks();
    const accepted = manifest.file_handlers.flatMap(({ accept }) => Object.values(accept).flat());
    for (const [name, body] of Object.entries(books)) {
      if (name === 'wrong.txt' || name === 'utf16.txt') continue;
      const path = join(folder, name);
      assert.ok(accepted.includes(name.slice(name.lastIndexOf('.'))), `${name} is not among ${accepted}`);
      writeFileSync(path, body);
      await app.page.evaluate(() => history.replaceState(null, '', '#/'));
      await session.send('PWA.launchFilesInApp', { manifestId, files: [path] });
      const expected = name === 'book2.epub' ? '山中旧版' : /docx|pdf/.test(name) ? 'book' : '山中';
      await app.page.waitForFunction(
        (title) =>
          location.hash.startsWith('#/book/') && document.querySelector('.book-head h1 span')?.textContent === title,
        expected,
      );
    }
    await app.page.goto(`${app.url}#/`);
    await app.page.waitForSelector('.books');
    assert.equal(await app.page.locator('[data-book]').count(), Object.keys(books).length - 2);
  });

  test('its shortcuts paste, and go on with the last book', async () => {
    const { page, url } = app;
    const [last, paste] = manifest.shortcuts;
    await page.goto(new URL(paste.url, url).href);
    await page.waitForSelector('#text');
    await page.goto(new URL(last.url, url).href);
    await page.waitForSelector('.text [data-paragraph]');
    await page.waitForFunction(() => document.getElementById('play')?.getAttribute('aria-label') === '暂停');
  });
});
