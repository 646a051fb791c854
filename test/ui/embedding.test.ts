/** Worry: an app's popup hangs, or a page of another origin gets what was meant for the app. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Page } from 'playwright-core';
import { addAuthenticator, launch, popupFits, resultOf, startSite } from './site.ts';
import type { OpenPage, Site } from './site.ts';
import { keepCodes } from './ways-through.ts';

let site: Site;
const opened: OpenPage[] = [];

beforeAll(async () => {
  site = await startSite();
  // Unlike localhost, which development mode always expects, this origin is expected only by its exact name.
  await site.manage('PATCH', '/authenticator-configurations/passkey', {
    relyingParty: 'localhost',
    expectedOrigins: [site.appUrl],
  });
});
afterAll(() => site.stop());
afterEach(async () => {
  await Promise.all(opened.splice(0).map((own) => own.close()));
});

async function openApp(path = '/', origin = site.appUrl): Promise<Page> {
  const own = await site.open({ viewport: { width: 1000, height: 900 } });
  opened.push(own);
  await own.page.goto(`${origin}${path}`);
  return own.page;
}

const seenBy = (page: Page) =>
  page.evaluate('window.seen') as Promise<readonly { readonly origin: string; readonly data: unknown }[]>;
const events = async (page: Page) =>
  (await seenBy(page)).flatMap(({ data }) => (typeof data === 'string' ? [JSON.parse(data) as { event: string }] : []));

/** The page says so itself: the SDK stops waiting for that after three seconds. */
async function isReady(page: Page): Promise<void> {
  await expect.poll(async () => (await events(page)).map(({ event }) => event)).toContain('AUTHSIGNAL_READY');
  await page.locator('iframe.as-iframe-ready').waitFor();
}

async function withMail(userId: string): Promise<string> {
  const email = `${userId}@example.com`;
  await site.api('POST', `/v1/users/${userId}/authenticators`, { verificationMethod: 'EMAIL_OTP', email });
  return email;
}

describe('in a popup of the official SDK', () => {
  test('the page reports its height before it is ready, closes with a token that proves the action, and leaves no session in the frame', async () => {
    const email = await withMail('popup');
    const { url } = await site.track('popup', 'withdraw', { redirectUrl: 'https://elsewhere.example/' });
    const app = await openApp();
    await launch(app, url, 'popup');
    const frame = app.frameLocator('#__authsignal-popup-iframe');
    await isReady(app);
    const early = await seenBy(app);
    const readyAt = early.findIndex(({ data }) => data === '{"event":"AUTHSIGNAL_READY"}');
    // A raw number for the height, JSON text for events (7.2).
    const first = early[0]?.data as { readonly height: number };
    expect(Object.keys(first)).toEqual(['height']);
    expect(readyAt).toBeGreaterThan(0);
    expect(early.every(({ origin }) => origin === site.url)).toBe(true);
    await popupFits(app);

    await frame.getByLabel('Code').fill(await site.mailedCode(email));
    const { token } = await resultOf(app);
    expect(await site.validate(token ?? '')).toMatchObject({ state: 'CHALLENGE_SUCCEEDED' });
    expect(app.url()).toBe(`${site.appUrl}/`);
    // The existing one was set by the SDK itself, on the app's side.
    expect((await app.context().cookies()).map(({ name }) => name)).toEqual(['__as_aid']);
  });

  test('quitting closes it with the unchanged token', async () => {
    await withMail('popup-quit');
    const { url } = await site.track('popup-quit', 'withdraw');
    const app = await openApp();
    await launch(app, url, 'popup', { popupOptions: { isClosable: false } });
    await app.frameLocator('iframe').getByRole('button', { name: 'Cancel' }).click();
    const { token } = await resultOf(app);
    expect(await site.validate(token ?? '')).toMatchObject({ state: 'CHALLENGE_REQUIRED' });
  });

  test('an invalid token is shown at once, and reported to the app', async () => {
    const app = await openApp();
    await launch(app, `${site.url}/challenge?token=broken`, 'popup');
    await isReady(app);
    await app.frameLocator('iframe').getByRole('heading', { name: 'This page has expired' }).waitFor();
    await app.waitForFunction('window.errors.length > 0');
    expect(await app.evaluate('window.errors')).toEqual([{ errorCode: 'expired_token', statusCode: 401 }]);
    await popupFits(app);
    await app.frameLocator('iframe').getByRole('button', { name: 'Close' }).click();
    expect(await resultOf(app)).toEqual({});
    expect(await app.locator('iframe').count()).toBe(0);
  });

  test('ruling 57: a wildcard origin, of exactly one more label, may frame the page and get its token', async () => {
    const origin = site.appUrl.replace('localhost', '*.localhost');
    const expectedOrigins = [site.appUrl, origin];
    await site.manage('PATCH', '/authenticator-configurations/passkey', { relyingParty: 'localhost', expectedOrigins });
    await withMail('pattern');
    const { url } = await site.track('pattern', 'withdraw');
    const app = await openApp('/', origin.replace('*', 'shop'));
    await launch(app, url, 'popup');
    await isReady(app);
    // With the keyboard: the frame of another site moves under a pointer while the popup opens.
    await app.frameLocator('iframe').getByRole('button', { name: 'Cancel' }).press('Enter');
    // Polled by the clock: a window behind another one draws no frames on which to poll.
    const given = () => app.evaluate<string | undefined>('window.result?.token');
    await expect.poll(given).toBeDefined();
    const token = (await given()) ?? '';
    expect(await site.validate(token)).toMatchObject({ state: 'CHALLENGE_REQUIRED' });
    const deeper = await openApp('/', origin.replace('*', 'a.shop'));
    await launch(deeper, url, 'popup');
    await deeper.frameLocator('iframe').getByRole('heading', { name: 'This page has expired' }).waitFor();
    await site.manage('PATCH', '/authenticator-configurations/passkey', { expectedOrigins: [site.appUrl] });
  });

  test('a refusal of the API is reported to the app, and the popup stays open', async () => {
    await withMail('popup-error');
    const { url } = await site.track('popup-error', 'withdraw');
    const app = await openApp();
    await app.context().route('**/v1/client/challenge/email-otp', (route) =>
      route.fulfill({
        status: 429,
        contentType: 'application/json',
        body: JSON.stringify({ error: 'too_many_requests', errorCode: 'too_many_requests', errorDescription: 'x' }),
      }),
    );
    await launch(app, url, 'popup');
    await app.frameLocator('iframe').getByRole('alert').getByText('Too many messages').waitFor();
    expect(await app.evaluate('window.errors')).toEqual([{ errorCode: 'too_many_requests', statusCode: 429 }]);
    expect(await app.locator('iframe').count()).toBe(1);
  });

  test('a passkey works inside the frame', async () => {
    const app = await openApp();
    await addAuthenticator(app);
    const first = await site.track('popup-key', 'signIn');
    await launch(app, first.url, 'popup');
    const frame = app.frameLocator('iframe');
    await frame.getByRole('link', { name: 'Passkey' }).click();
    await frame.getByRole('button', { name: 'Create passkey' }).click();
    await keepCodes(frame);
    await frame.getByRole('button', { name: 'Continue' }).click();
    const { token } = await resultOf(app);
    expect(await site.validate(token ?? '')).toMatchObject({ state: 'CHALLENGE_SUCCEEDED' });
  });
});

describe('in a window of the official SDK', () => {
  async function throughWindow(app: Page, userId: string): Promise<Page> {
    const email = await withMail(userId);
    const { url } = await site.track(userId, 'withdraw');
    const [popup] = await Promise.all([app.context().waitForEvent('page'), launch(app, url, 'window')]);
    await popup.getByLabel('Code').fill(await site.mailedCode(email));
    return popup;
  }

  test('the token reaches the app that opened it, also after a reload', async () => {
    const app = await openApp();
    const email = await withMail('window');
    const { url } = await site.track('window', 'withdraw');
    const [popup] = await Promise.all([app.context().waitForEvent('page'), launch(app, url, 'window')]);
    await popup.getByLabel('Code').waitFor();
    const code = await site.mailedCode(email);
    await popup.reload();
    // The reloaded page sends nothing: this code can still be entered (ruling 44).
    await popup.getByLabel('Code').fill(code);
    const { token } = await resultOf(app);
    expect(await site.validate(token ?? '')).toMatchObject({ state: 'CHALLENGE_SUCCEEDED' });
  });

  test('the token reaches an app whose origin the browser hides, because it is posted to each expected origin (ruling 21)', async () => {
    const app = await openApp('/no-referrer');
    await throughWindow(app, 'window-hidden');
    const { token } = await resultOf(app);
    expect(await site.validate(token ?? '')).toMatchObject({ state: 'CHALLENGE_SUCCEEDED' });
  });

  test.each(['/', '/no-referrer'])('A59: an unexpected page that opens it from %s gets no token', async (path) => {
    const stranger = await openApp(path, site.appUrl.replace('localhost', '127.0.0.1'));
    const popup = await throughWindow(stranger, `stolen${path.length}`);
    await popup.getByRole('heading', { name: 'Confirmed' }).waitFor();
    // The window stays open. An opener that hides its origin is not known to be unexpected.
    if (path === '/') await popup.getByText('You can close this page').waitFor();
    await popup.waitForTimeout(300);
    expect((await events(stranger)).filter(({ event }) => event === 'AUTHSIGNAL_CLOSE_POPUP')).toEqual([]);
    // An opener that the browser names as unexpected gets no message at all.
    if (path === '/') expect(await seenBy(stranger)).toEqual([]);
  });
});

describe('A60', () => {
  const strangeOrigin = () => site.appUrl.replace('localhost', '127.0.0.1');

  test('a page of another origin that frames it gets a page that can be closed, and neither the token nor a way to use it', async () => {
    const { url, token } = await site.track('framed', 'withdraw');
    const stranger = await openApp('/', strangeOrigin());
    await launch(stranger, url, 'popup');
    await isReady(stranger);
    const frame = stranger.frames().at(-1);
    await frame?.getByRole('heading', { name: 'This page has expired' }).waitFor();
    expect(await frame?.content()).not.toContain(token);
    await expect.poll(() => frame?.url()).not.toContain(token);
    expect(await stranger.evaluate('window.errors')).toEqual([{ errorCode: 'forbidden', statusCode: 403 }]);
    await frame?.getByRole('button', { name: 'Close' }).click();
    expect(await resultOf(stranger)).toEqual({});
    const told = await seenBy(stranger);
    expect(JSON.stringify(told)).not.toContain(token);
    expect(new Set((await events(stranger)).map(({ event }) => event))).toEqual(
      new Set(['AUTHSIGNAL_READY', 'AUTHSIGNAL_API_ERROR', 'AUTHSIGNAL_CLOSE_POPUP']),
    );
  });

  test('a page that hides its origin cannot frame it at all', async () => {
    const { url } = await site.track('framed-hidden', 'withdraw');
    const stranger = await openApp('/no-referrer', strangeOrigin());
    await stranger.evaluate(
      `document.body.append(Object.assign(document.createElement('iframe'), { src: ${JSON.stringify(`${url}&mode=popup`)} }))`,
    );
    await stranger.waitForTimeout(800);
    const frame = stranger.frames().at(-1);
    expect(await frame?.locator('#widget-container').count()).toBe(0);
  });
});

describe('A59', () => {
  test('messages that other windows send to the page have no effect', async () => {
    await withMail('forged');
    const { url, token } = await site.track('forged', 'withdraw');
    const app = await openApp();
    await launch(app, url, 'popup');
    await app.frameLocator('iframe').getByLabel('Code').waitFor();
    await app.evaluate(`for (const data of [{ event: 'AUTHSIGNAL_CLOSE_POPUP', token: 'x' }, '{"event":"AUTHSIGNAL_CLOSE_POPUP"}', null, { height: 1 }])
      document.querySelector('iframe').contentWindow.postMessage(data, '*')`);
    await app.waitForTimeout(200);
    await app.frameLocator('iframe').getByLabel('Code').waitFor();
    expect(await site.validate(token)).toMatchObject({ state: 'CHALLENGE_REQUIRED' });
  });
});
