/** How soon a page can be seen and used on a slow phone: `npx tsx bench/pages.ts`, after `npm run build`. */
import { readFileSync } from 'node:fs';
import { brotliCompressSync } from 'node:zlib';
import { ask } from '../test/rig/api.ts';
import { launchBrowser } from '../test/rig/browser.ts';
import { startServer, testCredentials } from '../test/rig/server-process.ts';

const rounds = 9;
// A slow phone on a slow network: 1.6 Mbit/s, 150 ms round trip, a quarter of this machine's speed.
const network = { offline: false, latency: 150, downloadThroughput: 200_000, uploadThroughput: 93_750 };
const slowdown = 4;

const credentials = testCredentials();
const key = credentials.SALLYPORT_SECRET_KEY;
const server = await startServer({ ...credentials, SALLYPORT_LOG_LEVEL: 'warn' });
const browser = await launchBrowser();

async function urlOf(user: string, isKnown: boolean): Promise<string> {
  if (isKnown) {
    const body = { verificationMethod: 'EMAIL_OTP', email: `${user}@example.com` };
    await ask(server.url, 'POST', `/v1/users/${user}/authenticators`, { key, body });
  }
  const tracked = await ask(server.url, 'POST', `/v1/users/${user}/actions/signIn`, { key, body: {} });
  return String(tracked.body.url);
}

/** Milliseconds from the navigation to the first contentful paint, and until the page responds to input. */
async function visit(url: string): Promise<{ readonly seen: number; readonly usable: number; readonly bytes: number }> {
  const context = await browser.newContext({ viewport: { width: 390, height: 800 } });
  const page = await context.newPage();
  await page.addInitScript(`new MutationObserver(() => {
    if (document.documentElement.classList.contains('started')) window.usableMs ??= performance.now();
  }).observe(document, { subtree: true, attributes: true, attributeFilter: ['class'] });`);
  const session = await context.newCDPSession(page);
  await session.send('Network.enable');
  let bytes = 0;
  session.on('Network.loadingFinished', ({ encodedDataLength }) => (bytes += encodedDataLength));
  await session.send('Network.emulateNetworkConditions', network);
  await session.send('Emulation.setCPUThrottlingRate', { rate: slowdown });
  await page.goto(url);
  await page.locator('html.started').waitFor({ state: 'attached' });
  await page.waitForTimeout(300);
  const seen = Number(await page.evaluate('performance.getEntriesByName("first-contentful-paint")[0].startTime'));
  const usable = Number(await page.evaluate('window.usableMs'));
  await context.close();
  return { seen, usable, bytes };
}

const median = (values: readonly number[]) =>
  [...values].sort((left, right) => left - right)[Math.floor(values.length / 2)] ?? 0;

try {
  console.log('| first screen | seen after | usable after | bytes in all |');
  console.log('| --- | ---: | ---: | ---: |');
  await visit(await urlOf('warm', false));
  for (const [name, isKnown] of [
    ['choosing what to set up', false],
    ['entering a code sent by e-mail', true],
  ] as const) {
    const runs: Awaited<ReturnType<typeof visit>>[] = [];
    for (let round = 0; round < rounds; round += 1) runs.push(await visit(await urlOf(`${isKnown}-${round}`, isKnown)));
    const of = (pick: (run: (typeof runs)[number]) => number) => Math.round(median(runs.map(pick)));
    console.log(
      `| ${name} | ${of(({ seen }) => seen)} ms | ${of(({ usable }) => usable)} ms | ${(of(({ bytes }) => bytes) / 1000).toFixed(1)} kB |`,
    );
  }
  const files = JSON.parse(readFileSync(new URL('../dist/pages/files.json', import.meta.url), 'utf8')) as {
    readonly entry: string;
    readonly always: readonly string[];
    readonly chunks: Readonly<Record<string, readonly string[]>>;
  };
  const size = (url: string) =>
    brotliCompressSync(readFileSync(new URL(`../dist/pages/browser/${url.split('/').at(-1) ?? ''}`, import.meta.url)))
      .length;
  console.log('\n| JavaScript for | compressed |\n| --- | ---: |');
  for (const [screen, chunks] of Object.entries(files.chunks)) {
    const sum = [files.entry, ...files.always, ...chunks].reduce((total, url) => total + size(url), 0);
    console.log(`| ${screen} | ${(sum / 1000).toFixed(1)} kB |`);
  }
} finally {
  await browser.close();
  await server.stop();
}
