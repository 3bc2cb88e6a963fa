/** The same few verbs for both browsers: Playwright drives Chromium, WebDriver drives Firefox. */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chromium } from 'playwright-core';
import { Builder, By } from 'selenium-webdriver';
import firefox from 'selenium-webdriver/firefox.js';

const CHROMIUM = '/usr/bin/chromium';
const FIREFOX = ['/usr/bin/firefox-esr', '/usr/bin/firefox'].find(existsSync);
const SCRIPT_MS = 20_000;

/**
 * @typedef {object} Page
 * @property {(url: string) => Promise<void>} open
 * @property {(body: Function, argument?: unknown) => Promise<any>} run  calls a function in the page
 * @property {(expression: string) => Promise<any>} peek  evaluates without counting as a touch of the user
 * @property {(selector: string) => Promise<void>} click
 * @property {(selector: string, text: string) => Promise<void>} fill
 * @property {(paths: string[]) => Promise<void>} [drop]  drops files or folders on the page; in Chromium only
 * @property {(rate: number) => Promise<void>} [throttle]  slows the page's own thread; in Chromium only
 * @property {() => Promise<void>} close
 *
 * @typedef {object} Browser
 * @property {string} name
 * @property {(settings?: { locked?: boolean }) => Promise<Page>} page  `locked`: no sound before a click
 */

export const CHROMIUM_FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-quic',
];

/** @type {Browser} */
const chromiumBrowser = {
  name: 'Chromium',
  async page({ locked = false } = {}) {
    const policy = locked ? 'document-user-activation-required' : 'no-user-gesture-required';
    const browser = await chromium.launch({
      executablePath: CHROMIUM,
      args: [...CHROMIUM_FLAGS, `--autoplay-policy=${policy}`],
      ignoreDefaultArgs: ['--mute-audio'],
    });
    const page = await browser.newPage({ locale: 'zh-CN' });
    page.setDefaultTimeout(SCRIPT_MS);
    const session = await page.context().newCDPSession(page);
    return {
      open: async (url) => void (await page.goto(url)),
      run: (body, argument) => page.evaluate(body, argument),
      peek: async (expression) =>
        (await session.send('Runtime.evaluate', { expression, returnByValue: true })).result.value,
      click: (selector) => page.click(selector),
      fill: (selector, text) => page.fill(selector, text),
      drop: async (files) => {
        const data = { items: [], files, dragOperationsMask: 1 };
        for (const type of ['dragEnter', 'dragOver', 'drop']) {
          await session.send('Input.dispatchDragEvent', { type, x: 300, y: 300, data });
        }
      },
      throttle: async (rate) => void (await session.send('Emulation.setCPUThrottlingRate', { rate })),
      close: () => browser.close(),
    };
  },
};

/** @type {Browser} */
const firefoxBrowser = {
  name: 'Firefox',
  async page({ locked = false } = {}) {
    soundServer();
    const options = new firefox.Options()
      .setBinary(FIREFOX ?? '')
      .addArguments('-headless')
      .setPreference('intl.accept_languages', 'zh-CN')
      .setPreference('media.autoplay.default', locked ? 1 : 0)
      .setPreference('media.autoplay.block-webaudio', locked);
    const driver = await new Builder().forBrowser('firefox').setFirefoxOptions(options).build();
    await driver.manage().setTimeouts({ script: SCRIPT_MS });
    const find = (selector) => driver.findElement(By.css(selector));
    return {
      open: (url) => driver.get(url),
      run: async (body, argument) => {
        const answer = await driver.executeAsyncScript(
          `const done = arguments[arguments.length - 1];
           Promise.resolve().then(() => (${body})(arguments[0]))
             .then((value) => done({ value }), (error) => done({ error: String(error) }));`,
          argument ?? null,
        );
        if (answer.error) throw new Error(answer.error);
        return answer.value;
      },
      peek: (expression) => driver.executeScript(`return ${expression}`),
      click: (selector) => find(selector).click(),
      // Typing a long text key by key would take minutes.
      fill: (selector, text) =>
        driver.executeScript(
          `const field = document.querySelector(arguments[0]);
           field.value = arguments[1];
           field.dispatchEvent(new Event('input', { bubbles: true }));`,
          selector,
          text,
        ),
      close: () => driver.quit(),
    };
  },
};

/** Firefox's audio clock stands still without a sound server; this one plays into nothing. */
function soundServer() {
  try {
    execFileSync('pulseaudio', ['--check'], { stdio: 'ignore' });
  } catch {
    const modules = ['-L', 'module-native-protocol-unix', '-L', 'module-null-sink'];
    execFileSync('pulseaudio', ['--start', '--exit-idle-time=-1', '-n', ...modules], { stdio: 'ignore' });
  }
}

/** @type {Browser[]} */
export const browsers = process.env.BROWSER
  ? [chromiumBrowser, firefoxBrowser].filter(({ name }) => name.toLowerCase() === process.env.BROWSER)
  : [chromiumBrowser, firefoxBrowser];

/** Waits until `expression` holds in the page. */
export async function until(page, expression, patience = 30_000) {
  const deadline = Date.now() + patience;
  while (!(await page.peek(expression))) {
    if (Date.now() > deadline) throw new Error(`never happened: ${expression}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
