/** Whether an app is heard. */
import { spawn } from 'node:child_process';
import { createServer } from 'node:net';

/** Opens the app, presses its button, and listens. */
export async function listen(browser, url, { offline = false } = {}) {
  const context = await browser.newContext();
  const page = await context.newPage();
  const faults = [];
  page.on('console', (message) => message.type() === 'error' && faults.push(message.text()));
  page.on('pageerror', (error) => faults.push(`${error.code ?? ''} ${error.message}`));
  const { origin } = new URL(url);
  context.on('request', (request) => {
    const outside = !request.url().startsWith(origin) && !/^(data|blob):/.test(request.url());
    if (outside) faults.push(`a request to ${request.url()}`);
  });
  await page.addInitScript(tap);
  const spoke = async () => {
    await page.goto(url);
    const failed = new Promise((_, reject) => page.once('pageerror', reject));
    await Promise.race([page.waitForSelector('#speak:enabled', { timeout: 60_000 }), failed]);
    await page.click('#speak');
    await page.waitForFunction(() => window.heard() > 20, undefined, { timeout: 30_000 });
  };
  try {
    await spoke();
    if (offline) {
      await context.setOffline(true);
      await spoke();
    }
  } catch (error) {
    faults.push(String(error).split('\n')[0]);
  } finally {
    await context.close();
  }
  return faults;
}

/** In the page: counts how often something that is not silence goes to the speakers. */
export function tap() {
  let sounding = 0;
  const { connect } = AudioNode.prototype;
  AudioNode.prototype.connect = function (target, ...rest) {
    if (target instanceof AudioDestinationNode) {
      const meter = target.context.createAnalyser();
      const samples = new Float32Array(meter.fftSize);
      connect.call(this, meter);
      setInterval(() => {
        meter.getFloatTimeDomainData(samples);
        if (samples.some((sample) => Math.abs(sample) > 0.003)) sounding += 1;
      }, 20);
    }
    return connect.call(this, target, ...rest);
  };
  window.heard = () => sounding;
}

/** Why an app says that it can't speak. */
export async function refusal(browser, url) {
  const context = await browser.newContext();
  try {
    const page = await context.newPage();
    await page.goto(url);
    const error = await page.waitForSelector('#error[data-code]', { timeout: 60_000 });
    return { code: await error.getAttribute('data-code'), message: await error.textContent() };
  } finally {
    await context.close();
  }
}

/** The app as its own development server gives it. */
export async function develop(folder, browser) {
  const port = await freePort();
  const server = spawn('npx', ['vite', '--strictPort', '--host', '127.0.0.1', '--port', String(port)], {
    cwd: folder,
    detached: true,
  });
  try {
    const url = `http://127.0.0.1:${port}/`;
    for (let i = 0; i < 100; i += 1) {
      if (
        await fetch(url).then(
          (response) => response.ok,
          () => false,
        )
      )
        break;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    return await listen(browser, url);
  } finally {
    process.kill(-server.pid);
  }
}

function freePort() {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}
