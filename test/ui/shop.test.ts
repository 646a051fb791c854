/** Worry: the example that people copy does not work, or teaches them a vulnerability. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { eventually } from '../rig/api.ts';
import { launchBrowser, patienceMs } from '../rig/browser.ts';
import { readInboxCode } from '../rig/read-inbox.ts';
import { tooSmall, violations, widest } from './look-at.ts';
import { addAuthenticator } from './site.ts';
import { keepCodes } from './ways-through.ts';

type Device = Awaited<ReturnType<typeof addAuthenticator>>;

let child: ChildProcess;
let output = '';
let shopUrl = '';
let serverUrl = '';
let browser: Browser;
const problems: string[] = [];

beforeAll(async () => {
  child = startShop({ SALLYPORT_PORT: '0' });
  child.stdout?.on('data', (text) => (output += text));
  child.stderr?.on('data', (text) => (output += text));
  const isOpen = () => output.includes('Its mail arrives at') || child.exitCode !== null;
  await eventually('the open shop', patienceMs, () => Promise.resolve(output), isOpen);
  shopUrl = /The shop is open at (\S+)/.exec(output)?.[1] ?? '';
  serverUrl = (/Its mail arrives at (\S+)/.exec(output)?.[1] ?? '').replace('/dev/inbox', '');
  browser = await launchBrowser();
});

function startShop(variables: Readonly<Record<string, string>>): ChildProcess {
  const file = fileURLToPath(new URL('../../examples/shop/start.mjs', import.meta.url));
  return spawn(process.execPath, [file], {
    env: { PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '', SHOP_PORT: '0', ...variables },
  });
}

afterAll(async () => {
  await browser.close();
  const ended = new Promise((resolve) => child.on('close', resolve));
  child.kill('SIGTERM');
  await ended;
  // Nothing is left behind: neither the server nor its data.
  await expect(fetch(`${serverUrl}/healthz`)).rejects.toThrow();
});

afterEach(() => {
  expect(problems.splice(0)).toEqual([]);
});

async function open(): Promise<Page> {
  const page = await (await browser.newContext({ viewport: { width: 480, height: 860 } })).newPage();
  page.on('pageerror', (error) => problems.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error' && !/Failed to load resource/.test(message.text())) problems.push(message.text());
  });
  page.on('request', (request) => {
    if (![shopUrl, serverUrl].some((own) => request.url().startsWith(own))) problems.push(`asked for ${request.url()}`);
  });
  return page;
}

const press = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).click();
const heading = (page: Page, name: string) => page.getByRole('heading', { name, exact: true }).waitFor();
const popup = (page: Page) => page.frameLocator('iframe[name="authsignal"]');

async function mailedCode(email: string, not: string): Promise<string> {
  const isNew = (code: string) => code !== '' && code !== not;
  return eventually('the mailed code', patienceMs, () => readInboxCode(serverUrl, email), isNew);
}

/** From the shop to Sallyport's pages. */
async function leaveToSignIn(page: Page, email: string): Promise<string> {
  const before = await readInboxCode(serverUrl, email);
  await page.goto(shopUrl);
  await page.getByLabel('E-mail address').fill(email);
  await press(page, 'Continue');
  // A passkey may have returned to the shop before the page has loaded completely.
  await page.waitForURL(`${serverUrl}/**`, { waitUntil: 'commit' });
  return before;
}

async function inTheShop(page: Page, how: string): Promise<void> {
  await page.getByText(`signed in with ${how}`).waitFor();
  expect(page.url()).toBe(`${shopUrl}/`);
}

/**
 * A first visit: a code verifies the address, and the recovery codes are confirmed as kept. A device that supports
 * passkeys gets one.
 */
async function signUp(page: Page, email: string, { hasDevice = false } = {}): Promise<void> {
  const before = await leaveToSignIn(page, email);
  await page.getByLabel('Code').fill(await mailedCode(email, before));
  await keepCodes(page);
  if (hasDevice) await press(page, 'Create passkey');
  await heading(page, 'All set');
  await press(page, 'Continue');
  await inTheShop(page, 'a code by e-mail');
}

/** A user of the shop with a passkey, who has signed in with it. */
async function seller(email: string): Promise<{ page: Page; device: Device }> {
  const page = await open();
  const device = await addAuthenticator(page);
  await signUp(page, email, { hasDevice: true });
  await press(page, 'Sign out');
  await leaveToSignIn(page, email);
  await inTheShop(page, 'a passkey');
  return { page, device };
}

/** What the shop's own script sends from the open page. */
function post(page: Page, path: string, body: object): Promise<{ status: number; answer: Record<string, string> }> {
  return page.evaluate(
    async ([to, sent]) => {
      const headers = { 'content-type': 'application/json' };
      const response = await fetch(to, { method: 'POST', headers, body: sent });
      return { status: response.status, answer: (await response.json()) as Record<string, string> };
    },
    [path, JSON.stringify(body)] as const,
  );
}

test('a new seller signs in with a mailed code, is offered a passkey at once, and then needs only that', async () => {
  const { page } = await seller('ann@example.com');
  await page.context().close();
});

test('with a server of your own it needs that server’s keys, and says so', async () => {
  const lonely = startShop({ SALLYPORT_URL: `${serverUrl}/v1` });
  let said = '';
  lonely.stderr?.on('data', (text) => (said += text));
  expect(await new Promise((resolve) => lonely.on('close', resolve))).toBe(1);
  expect(said).toMatch(/^With SALLYPORT_URL set SALLYPORT_TENANT_ID and SALLYPORT_SECRET_KEY too/);
});

describe('withdrawing', () => {
  let page: Page;
  let device: Device;
  beforeAll(async () => {
    ({ page, device } = await seller('bea@example.com'));
  });
  afterAll(() => page.context().close());

  async function balanceNow(): Promise<string | null> {
    await page.goto(shopUrl);
    return page.locator('.sum').textContent();
  }

  async function withdraw(amount: string): Promise<void> {
    await page.goto(shopUrl);
    await page.getByLabel('Amount in euros').fill(amount);
    await press(page, 'Withdraw');
  }

  test('is confirmed in a popup that shows the amount, and happens once, however often the proof is sent', async () => {
    // The device's answer, which comes at once, is held back until a user would have read the amount.
    let letGo: () => void = () => undefined;
    const isRead = new Promise<void>((resolve) => (letGo = resolve));
    await page.route('**/v1/client/verify/passkey', async (route) => {
      await isRead;
      await route.continue();
    });
    const paid = page.waitForResponse((response) => response.url().endsWith('/confirm'), { timeout: 0 });
    await withdraw('40.50');
    await popup(page).getByText('Withdraw €40.50 to your account ending in 4821').waitFor();
    letGo();
    await page.getByText('€40.50 is on its way to your account.').waitFor();
    expect(await balanceNow()).toBe('€1,199.50');

    const request = (await paid).request();
    const again = await post(page, new URL(request.url()).pathname, request.postDataJSON() as object);
    expect(again.status).toBe(200);
    // It does not pay for another withdrawal either.
    const { answer } = await post(page, '/withdrawals', { amount: '500' });
    const other = await post(page, `/withdrawals/${answer['id']}/confirm`, request.postDataJSON() as object);
    expect(other.status).toBe(403);
    expect(await balanceNow()).toBe('€1,199.50');
  });

  test('is refused if the popup is closed from outside, if the user quits, and if no token arrives', async () => {
    await device.setPresent(false);
    const before = await balanceNow();
    await withdraw('70');
    await popup(page).getByRole('button', { name: 'Cancel' }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('alert').getByText('You closed the window, so no money has left.').waitFor();

    const refused = page.waitForResponse((response) => response.url().endsWith('/confirm'), { timeout: 0 });
    await press(page, 'Withdraw');
    await popup(page).getByRole('button', { name: 'Cancel' }).click();
    await page.getByRole('alert').getByText('You have not confirmed it, so no money has left.').waitFor();
    const path = new URL((await refused).url()).pathname;
    for (const body of [{}, { token: '' }, { token: 'x' }, { token: ['x'] }]) {
      expect((await post(page, path, body)).status).toBe(403);
    }
    expect(await balanceNow()).toBe(before);
  });

  test.each(['0', '-5', '1e3', '1.234', '12 000', 'all', '1300'])(
    'of %s is refused before a confirmation is requested',
    async (amount) => {
      await withdraw(amount);
      await page
        .getByRole('alert')
        .getByText(/^(Enter an amount|You have €[\d,.]+ to withdraw)/)
        .waitFor();
    },
  );

  test('of another user cannot be found', async () => {
    const { answer } = await post(page, '/withdrawals', { amount: '5' });
    const other = await open();
    await signUp(other, 'eve@example.com');
    expect((await post(other, `/withdrawals/${answer['id']}/confirm`, { token: 'x' })).status).toBe(404);
    await other.context().close();
  });
});

describe('security settings', () => {
  test('open at once for a user who has just used a passkey, and show what is set up', async () => {
    const { page } = await seller('cat@example.com');
    await press(page, 'Security');
    await page.waitForURL(`${serverUrl}/**`);
    await page.getByText('c•••@example.com').waitFor();
    expect(await page.locator('.List details').count()).toBe(2);
    await press(page, 'Done');
    await inTheShop(page, 'a passkey');
    await page.context().close();
  });

  test('ask for a proof first after a sign-in without a passkey', async () => {
    const page = await open();
    await signUp(page, 'dan@example.com');
    const before = await readInboxCode(serverUrl, 'dan@example.com');
    await press(page, 'Security');
    await heading(page, 'Check your e-mail');
    expect(await page.locator('.List details').count()).toBe(0);
    await page.getByLabel('Code').fill(await mailedCode('dan@example.com', before));
    await page.locator('.List details').first().waitFor();
    await page.context().close();
  });
});

describe('everything that the shop shows is readable, light and dark, from 320 pixels on', () => {
  let page: Page;
  beforeAll(async () => {
    page = await open();
    await page.emulateMedia({ reducedMotion: 'reduce' });
  });
  afterAll(() => page.context().close());

  /** Text that is wider than its element. */
  const cutOff = () =>
    page.evaluate(`[...document.querySelectorAll('main p, main h1, main li, main form')]
      .filter((element) => element.scrollWidth > element.clientWidth)
      .map((element) => element.outerHTML)`) as Promise<readonly string[]>;

  async function expectReadable(name: string): Promise<void> {
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      await page.setViewportSize({ width: 320, height: 640 });
      // The SDK's own frame around the popup has no name, and no option to give it one.
      expect((await violations(page)).filter((found) => !found.includes('__authsignal-popup-container'))).toEqual([]);
      expect(await cutOff(), name).toEqual([]);
      expect(await tooSmall(page), name).toEqual([]);
      expect(await widest(page), name).toBe(320);
      await page.setViewportSize({ width: 1024, height: 768 });
      expect(await widest(page), name).toBe(1024);
    }
  }

  test('the sign-in page, with and without an error, and the page for a missing address', async () => {
    await page.goto(shopUrl);
    await expectReadable('door');
    await page.goto(`${shopUrl}/?failed`);
    await page.getByRole('alert').waitFor();
    await expectReadable('door-failed');
    await page.goto(`${shopUrl}/nowhere`);
    await expectReadable('problem');
  });

  test('the shop itself, a refused withdrawal, one that waits in the popup, and a paid one', async () => {
    await signUp(page, 'looked-at@example.com');
    await expectReadable('shop');
    await page.getByLabel('Amount in euros').fill('1');
    await press(page, 'Withdraw');
    await popup(page).getByRole('button', { name: 'Cancel' }).waitFor();
    await expectReadable('popup');
    await popup(page).getByRole('button', { name: 'Cancel' }).click();
    await page.getByRole('alert').getByText('no money has left').waitFor();
    await expectReadable('refused');
    const before = await readInboxCode(serverUrl, 'looked-at@example.com');
    await press(page, 'Withdraw');
    await popup(page)
      .getByLabel('Code')
      .fill(await mailedCode('looked-at@example.com', before));
    await page.getByText('is on its way to your account.').waitFor();
    await expectReadable('paid');
  });
});

describe('what attackers try', () => {
  test('a return that was begun in another browser signs no one in', async () => {
    const [attacker, victim] = [await open(), await open()];
    await signUp(attacker, 'mal@example.com');
    await press(attacker, 'Sign out');
    const back = attacker.waitForRequest((request) => request.url().startsWith(`${shopUrl}/signed-in`), {
      timeout: 0,
    });
    await attacker.route(`${shopUrl}/signed-in*`, (route) => route.abort());
    const before = await leaveToSignIn(attacker, 'mal@example.com');
    await attacker.getByLabel('Code').fill(await mailedCode('mal@example.com', before));
    const notNow = attacker.getByRole('button', { name: 'Not now' });
    await Promise.race([back, notNow.click()]);
    await leaveToSignIn(victim, 'vic@example.com');
    await victim.goto((await back).url());
    await victim.getByText('You are not signed in.').waitFor();
    expect(victim.url()).toBe(`${shopUrl}/?failed`);
    await Promise.all([attacker, victim].map((page) => page.context().close()));
  });

  test('a request from another origin, or without an origin, does nothing', async () => {
    const page = await open();
    await signUp(page, 'fay@example.com');
    const cookies = await page.context().cookies(shopUrl);
    const cookie = cookies.map(({ name, value }) => `${name}=${value}`).join('; ');
    const ask = (headers: Record<string, string>) =>
      fetch(`${shopUrl}/withdrawals`, {
        method: 'POST',
        headers: { cookie, 'content-type': 'application/json', ...headers },
        body: '{"amount":"5"}',
      });
    expect((await ask({ origin: serverUrl })).status).toBe(403);
    expect((await ask({ origin: 'null' })).status).toBe(403);
    expect((await ask({})).status).toBe(403);
    expect((await ask({ origin: shopUrl })).status).toBe(200);
    await page.context().close();
  });

  test('the session is out of reach of scripts and other sites, and no page contains a secret', async () => {
    const page = await open();
    await signUp(page, 'gil@example.com');
    const session = (await page.context().cookies()).find(({ name }) => name === 'shop-session');
    expect(session).toMatchObject({ httpOnly: true, sameSite: 'Lax' });
    const bodies = await Promise.all(
      ['/', '/shop.js', '/shop.css', '/authsignal.js'].map(async (path) =>
        (await page.request.get(shopUrl + path)).text(),
      ),
    );
    expect(bodies.join()).not.toMatch(/sp_(server|management)_/);
    await press(page, 'Sign out');
    // What a thief has kept is worthless from now on.
    const stolen = await fetch(shopUrl, { headers: { cookie: `shop-session=${session?.value}` } });
    expect(await stolen.text()).toContain('E-mail address');
    await page.context().close();
  });
});
