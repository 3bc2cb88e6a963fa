/** The same few verbs for every browser: Playwright drives Chromium, WebDriver drives Firefox and WebKit. */
import { execFileSync, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { Builder, By } from 'selenium-webdriver';
import firefox from 'selenium-webdriver/firefox.js';
import { chromiumContext } from './chromium.mjs';
import { profile } from './profile.mjs';

const FIREFOX = ['/usr/bin/firefox-esr', '/usr/bin/firefox'].find(existsSync);
const MINI_BROWSER = '/usr/lib/x86_64-linux-gnu/webkit2gtk-4.1/MiniBrowser';
const SCRIPT_MS = 40_000;
const PAGE_MS = 60_000;
/** A driver that has not answered by then never will. */
const STILL_MS = 90_000;
const STANDS_STILL = 'The browser itself stands still';

/**
 * @typedef {object} Page
 * @property {(url: string) => Promise<void>} open
 * @property {(body: Function, argument?: unknown) => Promise<any>} run  calls a function in the page
 * @property {(expression: string) => Promise<any>} peek  evaluates without counting as a touch of the user
 * @property {(selector: string) => Promise<void>} click
 * @property {(selector: string, text: string) => Promise<void>} fill
 * @property {(paths: string[]) => Promise<void>} [drop]  drops files or folders on the page; in Chromium only
 * @property {() => Promise<any>} [devTools]  the session of Chromium's developer tools; in Chromium only
 * @property {(rate: number) => Promise<void>} [throttle]  slows the page's own thread; in Chromium only
 * @property {() => Promise<void>} [stopWorkers]  ends the site's service workers; in Chromium only
 * @property {(url: string) => Promise<Page>} sibling  another page of the same browser; one does something at a time
 * @property {() => Promise<void>} close
 *
 * @typedef {object} Browser
 * @property {string} name
 * @property {(settings?: { locked?: boolean, incognito?: boolean, env?: Record<string, string> }) => Promise<Page>} page
 *   `locked`: no sound before a click; `incognito`: in a private window, as all of Chromium's and WebKit's are here; `env`:
 *   variables of its environment, in Firefox only
 */

/** @type {Browser} */
const chromiumBrowser = {
  name: 'Chromium',
  async page({ locked = false } = {}) {
    const { context, close } = await chromiumContext(locked);
    const page = await context.newPage();
    page.setDefaultTimeout(SCRIPT_MS);
    const session = await context.newCDPSession(page);
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
      stopWorkers: async () => {
        await session.send('ServiceWorker.enable');
        await session.send('ServiceWorker.stopAllWorkers');
      },
      sibling: async (url) => {
        const other = await context.newPage();
        await other.goto(url);
        return { run: (body, argument) => other.evaluate(body, argument), close: () => other.close() };
      },
      devTools: async () => session,
      throttle: async (rate) => void (await session.send('Emulation.setCPUThrottlingRate', { rate })),
      close,
    };
  },
};

/** The verbs of a browser that WebDriver drives, for the window that it shows. */
async function driven(driver, close) {
  await driver.manage().setTimeouts({ script: SCRIPT_MS, pageLoad: PAGE_MS });
  const own = await driver.getWindowHandle();
  let shown = own;
  /** The verbs, inside this window. */
  const windowed = (handle, verbs) => {
    const inside =
      (verb) =>
      async (...words) => {
        if (shown !== handle) await driver.switchTo().window(handle);
        shown = handle;
        return verb(...words);
      };
    return Object.fromEntries(Object.entries(verbs).map(([name, verb]) => [name, inside(verb)]));
  };
  const find = (selector) => driver.findElement(By.css(selector));
  const verbs = {
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
  };
  const sibling = async (url) => {
    await driver.switchTo().newWindow('tab');
    shown = await driver.getWindowHandle();
    await driver.get(url);
    return { ...windowed(shown, { ...verbs, close: () => driver.close() }), sibling };
  };
  return { ...windowed(own, verbs), sibling, close };
}

/** Kills a Firefox that stands still, so that whoever waits for it gets an error. */
async function watch(driver) {
  const firefox = (await driver.getCapabilities()).get('moz:processID');
  const execute = driver.execute.bind(driver);
  let still = false;
  driver.execute = async (command) => {
    const alarm = setTimeout(() => {
      still = true;
      process.kill(firefox, 'SIGKILL');
    }, STILL_MS);
    try {
      return await execute(command);
    } catch (error) {
      throw still ? new Error(STANDS_STILL) : error;
    } finally {
      clearTimeout(alarm);
    }
  };
}

/** @type {Browser} */
const firefoxBrowser = {
  name: 'Firefox',
  async page({ locked = false, incognito = false, env } = {}) {
    if (!env) soundServer();
    const start = (folder) => {
      const service = new firefox.ServiceBuilder().setEnvironment({
        ...process.env,
        ...(env ?? { PULSE_SINK: PROMPT }),
      });
      const options = new firefox.Options()
        .setBinary(FIREFOX ?? '')
        .addArguments('-headless', '-profile', folder)
        .setPreference('browser.startup.page', 0)
        .setPreference('browser.newtabpage.enabled', false)
        .setPreference('intl.accept_languages', 'zh-CN')
        .setPreference('browser.privatebrowsing.autostart', incognito)
        .setPreference('media.autoplay.default', locked ? 1 : 0)
        .setPreference('media.autoplay.block-webaudio', locked);
      return new Builder().forBrowser('firefox').setFirefoxOptions(options).setFirefoxService(service).build();
    };
    const folder = await profile(start);
    const gone = () => rm(folder, { recursive: true, force: true });
    const driver = await start(folder).catch((error) => gone().then(() => Promise.reject(error)));
    await watch(driver);
    return driven(driver, () => driver.quit().finally(gone));
  },
};

/** @type {Browser} The engine of Safari, as GNOME ships it. */
const webkitBrowser = {
  name: 'WebKit',
  async page({ locked = false } = {}) {
    soundServer();
    const display = await announced('Xvfb', ['-displayfd', '1', '-screen', '0', '1280x800x24'], /^(\d+)$/m);
    const port = await freePort();
    const env = {
      ...process.env,
      DISPLAY: `:${display.found}`,
      WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS: '1',
      // Pages that live for seconds alone keep its slowest compiler busy with functions that are hardly used: ten times its threshold.
      JSC_thresholdForOMGOptimizeAfterWarmUp: '500000',
    };
    const service = spawn('WebKitWebDriver', [`--port=${port}`], { env, stdio: 'ignore' });
    const end = () => {
      service.kill();
      display.process.kill();
    };
    try {
      const url = `http://127.0.0.1:${port}`;
      await answering(url);
      const options = {
        binary: MINI_BROWSER,
        args: ['--automation', `--autoplay-policy=${locked ? 'allow-without-sound' : 'allow'}`],
      };
      const driver = await new Builder()
        .usingServer(url)
        .withCapabilities({ browserName: 'MiniBrowser', 'webkitgtk:browserOptions': options })
        .build();
      return await driven(driver, async () => {
        await driver.quit();
        end();
      });
    } catch (error) {
      end();
      throw error;
    }
  },
};

/** Starts a program that announces something on its standard output. */
export function announced(command, args, pattern) {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'ignore'] });
  return new Promise((resolve, reject) => {
    let output = '';
    child.stdout.on('data', (part) => {
      output += part;
      const found = pattern.exec(output)?.[1];
      if (found) resolve({ process: child, found });
    });
    child.on('error', reject);
    child.on('exit', () => reject(new Error(`${command} ended at once`)));
  });
}

function freePort() {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

/** Waits until a driver answers. */
async function answering(url, patience = 20_000) {
  const deadline = Date.now() + patience;
  for (;;) {
    try {
      if ((await fetch(`${url}/status`)).ok) return;
    } catch (error) {
      if (Date.now() > deadline) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** A sink that holds little back: from another one, Firefox takes two seconds to part. */
const PROMPT = 'prompt';

/** Without a sound server the audio clock of Firefox and WebKit stands still; this one plays into nothing, and ends a minute after them. */
export function soundServer() {
  try {
    execFileSync('pulseaudio', ['--check'], { stdio: 'ignore' });
  } catch {
    const modules = ['-L', 'module-native-protocol-unix', '-L', 'module-null-sink'];
    execFileSync('pulseaudio', ['--start', '--exit-idle-time=60', '-n', ...modules], { stdio: 'ignore' });
  }
  const sinks = execFileSync('pactl', ['list', 'short', 'sinks'], { encoding: 'utf8' });
  if (sinks.includes(`\t${PROMPT}\t`)) return;
  execFileSync('pactl', ['load-module', 'module-null-sink', `sink_name=${PROMPT}`, 'norewinds=1'], { stdio: 'ignore' });
}

const ALL = [chromiumBrowser, firefoxBrowser, webkitBrowser];

/** @type {Browser[]} All of them, or the one that LANGDU_BROWSER names. */
export const browsers = chosen(process.env.LANGDU_BROWSER);

function chosen(name) {
  if (!name) return ALL;
  const one = ALL.filter((browser) => browser.name.toLowerCase() === name.toLowerCase());
  if (one.length === 0) throw new Error(`LANGDU_BROWSER is ${name}; there are ${ALL.map((b) => b.name).join(', ')}`);
  return one;
}

/** Waits until `expression` holds in the page. */
export async function until(page, expression, patience = 30_000) {
  const deadline = Date.now() + patience;
  while (!(await page.peek(expression))) {
    if (Date.now() > deadline) throw new Error(`never happened: ${expression}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
