/** Draws the app's icons from `icon.svg` into `pictures/`: `node www/reader/draw-icons.mjs`. */
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

const here = new URL('.', import.meta.url);
const svg = await readFile(new URL('icon.svg', here), 'utf8');
/** A maskable icon fills its square; what matters keeps to the middle. */
const maskable = svg
  .replace(/<rect[^>]*\/>/, '<rect width="64" height="64" fill="#b5362a" />')
  .replace('<g ', '<g transform="translate(9.6 9.6) scale(.7)" ');
const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu'] });
for (const [name, size, drawing] of [
  ['icon-192', 192, svg],
  ['icon-512', 512, svg],
  ['icon-maskable-512', 512, maskable],
]) {
  const page = await browser.newPage({ viewport: { width: size, height: size } });
  await page.setContent(`<style>body{margin:0}svg{display:block;width:100vw;height:100vh}</style>${drawing}`);
  await page.screenshot({ path: fileURLToPath(new URL(`pictures/${name}.png`, here)), omitBackground: true });
}
await browser.close();
