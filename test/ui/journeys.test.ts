/** Worry: a user cannot complete a journey, or completes one that should have stopped. */
import { handleAuth0ExecutePostLogin } from '@authsignal/node';
import { Secret, TOTP } from 'otpauth';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Page } from 'playwright-core';
import { encodeCbor, softwareKey } from '../../src/testkit/authenticator.ts';
import { countInbox, readInboxLink } from '../rig/read-inbox.ts';
import { eventually } from '../rig/api.ts';
import { patienceMs } from '../rig/browser.ts';
import { addAuthenticator, appCode, startSite } from './site.ts';
import type { OpenPage, Site } from './site.ts';
import {
  byApp,
  byEmail,
  byPasskey,
  finishByKeyboard,
  heading,
  keepCodes,
  openSettings,
  options,
  pick,
  press,
  returnByRecoveryCode,
  settingsScope,
  signUpSignInStepUp,
  tidySettings,
  withTwo,
} from './ways-through.ts';

let site: Site;
const opened: OpenPage[] = [];

beforeAll(async () => {
  site = await startSite();
});
afterAll(() => site.stop());

async function open(...options: Parameters<Site['open']>): Promise<Page> {
  const own = await site.open(...options);
  opened.push(own);
  return own.page;
}

afterEach(async () => {
  const problems = opened.flatMap((own) => own.problems);
  await Promise.all(opened.splice(0).map((own) => own.close()));
  expect(problems).toEqual([]);
});

const visit = (page: Page, url: string) => site.visit(page, url);
const backAtApp = (page: Page) => site.backAtApp(page);
const mailedCode = (email: string, not?: string) => site.mailedCode(email, not);

describe('the first screen', () => {
  test('is rendered by the server, and says what to do if scripts are switched off', async () => {
    const { url } = await site.track('nojs', 'signIn');
    const html = await (await fetch(url)).text();
    expect(html).toContain('<h1 tabindex="-1">Set up a way to confirm it’s you</h1>');
    const page = await open({ javaScriptEnabled: false });
    await page.goto(url);
    await heading(page, 'JavaScript is switched off');
    expect(await page.getByText('Set up a way to confirm it’s you').isVisible()).toBe(false);
  });

  test('removes the token from the address at once, and a reload still works (ruling 21)', async () => {
    const { url } = await site.track('reload', 'signIn');
    const page = await open();
    await visit(page, url);
    await page.waitForURL(`${site.url}/challenge`);
    await page.reload();
    await heading(page, 'Set up a way to confirm it’s you');
    await page.waitForURL(`${site.url}/challenge`);
  });

  test('of an authenticator app opens the app on touch devices, and shows a QR code elsewhere', async () => {
    for (const [hasTouch, words] of [
      [true, 'Open your authenticator app from here'],
      [false, 'Scan this QR code'],
    ] as const) {
      const { url } = await site.track(`app-by-${hasTouch}`, 'signIn');
      const page = await open({ hasTouch, isMobile: hasTouch });
      await visit(page, url);
      await pick(page, 'Authenticator app');
      await page.getByText(words).waitFor();
      const link = page.locator('a.Button', { hasText: 'Open in an app' });
      expect(await link.isVisible()).toBe(hasTouch);
      expect(await link.getAttribute('href')).toMatch(/^otpauth:\/\/totp\//);
    }
  });

  test.each([
    ['no token', '/challenge'],
    ['a broken token', '/challenge?token=abc'],
    ['two tokens', '/challenge?token=a&token=b'],
  ])('with %s is the expired page, without a way back', async (_name, path) => {
    const page = await open();
    await page.goto(`${site.url}${path}`);
    await heading(page, 'This page has expired');
    await page.getByText('You can close this page.').waitFor();
    expect(await page.getByRole('button').count()).toBe(0);
  });
});

/** A browser that gets the page's code only when `deliver` is called. */
async function openSlowly(): Promise<{ page: Page; deliver: () => void }> {
  const page = await open();
  let deliver: () => void = () => undefined;
  const isDue = new Promise<void>((resolve) => (deliver = resolve));
  await page.route('**/assets/**', async (route) => {
    await isDue;
    await route.continue();
  });
  return { page, deliver };
}
const started = (page: Page) => page.locator('html.started').waitFor({ state: 'attached' });

describe('before the page’s code has loaded', () => {
  const withApp = (userId: string) =>
    site.api('POST', `/v1/users/${userId}/authenticators`, {
      verificationMethod: 'AUTHENTICATOR_APP',
      otpUri: 'otpauth://totp/x:y?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=x',
    });

  test('a choice that was pressed is kept, shown as pressed, and followed; the address keeps no token', async () => {
    const { url } = await site.track('early-choice', 'signIn', { email: 'early-choice@example.com' });
    const { page, deliver } = await openSlowly();
    await page.goto(url, { waitUntil: 'commit' });
    await pick(page, 'Authenticator app');
    expect(await page.locator('a:target').textContent()).toContain('Authenticator app');
    await pick(page, 'E-mail code');
    deliver();
    await heading(page, 'Check your e-mail');
    expect(page.url()).toBe(`${site.url}/challenge`);
    await press(page, 'Back');
    await heading(page, 'Set up a way to confirm it’s you');
    expect(await page.locator('a:target').count()).toBe(0);
    await page.goBack();
    await page.waitForURL(`${site.url}/challenge`);
  });

  test('typed text stays, with the caret in place; buttons show that they are not ready, in their final position', async () => {
    await withApp('early-typist');
    const { url } = await site.track('early-typist', 'withdraw');
    const { page, deliver } = await openSlowly();
    await page.goto(url, { waitUntil: 'commit' });
    const confirm = page.getByRole('button', { name: 'Confirm' });
    expect(await confirm.isDisabled()).toBe(true);
    const place = async () => Object.values((await confirm.boundingBox()) ?? {});
    const before = await place();
    const field = page.getByLabel('Code', { exact: true });
    await field.focus();
    await page.keyboard.type('1234');
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('Enter');
    deliver();
    await started(page);
    expect(await confirm.isEnabled()).toBe(true);
    // In the middle of an animation, positions are off by a fraction.
    const now = await place();
    for (const [index, pixels] of before.entries()) expect(Math.abs(pixels - (now[index] ?? NaN))).toBeLessThan(2);
    await page.keyboard.type('9');
    expect(await field.inputValue()).toBe('12394');
    await press(page, 'Confirm');
    await page.getByRole('alert').getByText('Enter all 6 digits').waitFor();
  });

  test('a complete code that was typed is kept but not sent: after a reload it could be an old one', async () => {
    await withApp('early-coder');
    const { url } = await site.track('early-coder', 'withdraw', { redirectUrl: `${site.appUrl}/early` });
    const { page, deliver } = await openSlowly();
    const sent: string[] = [];
    page.on('request', (request) => sent.push(request.url()));
    await page.goto(url, { waitUntil: 'commit' });
    await page.getByLabel('Code', { exact: true }).fill(appCode('JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP'));
    deliver();
    await started(page);
    await page.getByRole('button', { name: 'Confirm' }).isEnabled();
    expect(sent.filter((address) => address.includes('/verify/'))).toEqual([]);
    await press(page, 'Confirm');
    expect(await site.validate(await backAtApp(page))).toMatchObject({ state: 'CHALLENGE_SUCCEEDED' });
  });

  test('a focus that the user has set stays where it is', async () => {
    await withApp('early-mover');
    const { url } = await site.track('early-mover', 'withdraw', { redirectUrl: `${site.appUrl}/moved` });
    const { page, deliver } = await openSlowly();
    await page.goto(url, { waitUntil: 'commit' });
    await page.evaluate(
      `document.querySelector('.Page').insertAdjacentHTML('afterbegin', '<a id="own" href="#">x</a>')`,
    );
    await page.locator('#own').focus();
    deliver();
    await started(page);
    await page.getByRole('button', { name: 'Confirm' }).click({ trial: true });
    expect(await page.evaluate('document.activeElement.id')).toBe('own');
  });
});

test('ruling 56: an imported app with eight digits is asked for eight', async () => {
  const own = new TOTP({ secret: new Secret(), digits: 8, period: 60 });
  await site.api('POST', '/v1/users/brought-along/authenticators', {
    verificationMethod: 'AUTHENTICATOR_APP',
    otpUri: `otpauth://totp/x?secret=${own.secret.base32}&digits=8&period=60`,
  });
  const { url } = await site.track('brought-along', 'withdraw', { redirectUrl: `${site.appUrl}/eight` });
  const page = await open();
  await visit(page, url);
  // Sent as soon as it is complete.
  await page.getByLabel('Code', { exact: true }).fill(own.generate());
  expect(await site.validate(await backAtApp(page))).toMatchObject({ state: 'CHALLENGE_SUCCEEDED' });
});

describe('with nowhere to go back to', () => {
  test('“Cancel” says that nothing was confirmed and that the page can be closed, and still lets the user go on', async () => {
    const { url, token } = await site.track('nowhere', 'signIn');
    const page = await open();
    await visit(page, url);
    await press(page, 'Cancel');
    await heading(page, 'You stopped');
    await page.getByText('You can close this page').waitFor();
    expect(await site.validate(token)).toMatchObject({ state: 'CHALLENGE_REQUIRED', isValid: false });
    await press(page, 'Continue');
    await heading(page, 'Set up a way to confirm it’s you');
  });

  test.each(['BLOCK', 'CHALLENGE_FAILED', 'REVIEW_REQUIRED'])('%s says that the page can be closed', async (state) => {
    const userId = `nowhere-${state}`;
    const { url } = await site.track(userId, 'withdraw', { idempotencyKey: 'k' });
    await site.api('PATCH', `/v1/users/${userId}/actions/withdraw/k`, { state });
    const page = await open();
    await visit(page, url);
    await page.getByText('You can close this page.').waitFor();
    expect(await page.getByRole('button').count()).toBe(0);
  });

  test('settings say that the page can be closed, and offer no way to cancel', async () => {
    const email = 'nowhere-settings@example.com';
    await site.api('POST', '/v1/users/nowhere-settings/authenticators', { verificationMethod: 'EMAIL_OTP', email });
    const { url } = await site.track('nowhere-settings', 'settings', {
      redirectToSettings: true,
      scope: 'add:authenticators',
    });
    const page = await open();
    await visit(page, url);
    await heading(page, 'How you confirm it’s you');
    await page.getByText('You can close this page.').waitFor();
    expect(await page.getByRole('button').allTextContents()).not.toContain('Cancel');
  });
});

describe('from the app and back, by redirect of the official SDK', () => {
  test.each([byPasskey, byApp, byEmail])(
    '$name: sign-up with recovery codes shown once, sign-in and a step-up each give the app a token that proves it',
    async (way) => {
      const page = await open();
      if (way === byPasskey) await addAuthenticator(page);
      await signUpSignInStepUp(site, page, way);
    },
  );
});

describe('a first visit', () => {
  test('by e-mail asks for the address only if the backend has not named it', async () => {
    const named = await site.track('first-mail', 'signIn', { email: 'first-mail@example.com' });
    const page = await open();
    await visit(page, named.url);
    await pick(page, 'E-mail code');
    await heading(page, 'Check your e-mail');
    await page.getByText('first-mail@example.com').waitFor();
    await page.getByLabel('Code').fill(await mailedCode('first-mail@example.com'));
    await heading(page, 'Save your recovery codes');
    await page.locator('.Codes li').nth(9).waitFor();
    // Each on its own line, at any width, also where a page has little room.
    for (const width of [1100, 640, 480, 400, 320]) {
      await page.setViewportSize({ width, height: 700 });
      expect(
        await page.locator('.Codes li').evaluateAll((items) => items.map(({ clientHeight }) => clientHeight)),
      ).toEqual(Array.from({ length: 10 }, () => 24));
    }
    await press(page, 'Continue');
    await page.getByRole('alert').getByText('Copy or download the codes').waitFor();
    const download = page.waitForEvent('download');
    await press(page, 'Download');
    await download;
    expect(await page.getByLabel('I’ve saved them').isChecked()).toBe(true);
    await press(page, 'Continue');
    await heading(page, 'All set');
    expect(await page.locator('.List li').allTextContents()).toEqual(['E-mail code', 'Recovery codes']);

    const unnamed = await site.track('first-mail-2', 'signIn');
    const other = await open();
    await visit(other, unnamed.url);
    await pick(other, 'E-mail code');
    await other.getByLabel('E-mail address').fill('nobody');
    await press(other, 'Continue');
    await other.getByRole('alert').getByText('such as name@example.com').waitFor();
    await other.getByLabel('E-mail address').fill('first-mail-2@example.com');
    await press(other, 'Continue');
    await other.getByLabel('Code').fill(await mailedCode('first-mail-2@example.com'));
    await heading(other, 'Save your recovery codes');
  });
});

describe('a returning visit', () => {
  async function withMail(userId: string): Promise<string> {
    const email = `${userId}@example.com`;
    await site.api('POST', `/v1/users/${userId}/authenticators`, { verificationMethod: 'EMAIL_OTP', email });
    return email;
  }

  test('by e-mail: a wrong code is reported and can be corrected; a code can be pasted with surrounding text', async () => {
    const email = await withMail('back-mail');
    const { url } = await site.track('back-mail', 'withdraw', { redirectUrl: `${site.appUrl}/done` });
    const page = await open();
    await visit(page, url);
    await heading(page, 'Check your e-mail');
    await page.getByText('b•••@example.com').waitFor();
    const code = await mailedCode(email);
    await page.getByLabel('Code').fill(code === '000000' ? '111111' : '000000');
    await page.getByRole('alert').getByText('That code isn’t right').waitFor();
    expect(await page.evaluate('document.activeElement.id')).toBe('code');
    await page.getByLabel('Code').fill(`Your code: ${code.slice(0, 3)} ${code.slice(3)}`);
    const token = await backAtApp(page);
    expect(await site.validate(token)).toMatchObject({ state: 'CHALLENGE_SUCCEEDED', verificationMethod: 'EMAIL_OTP' });
  });

  test('A18: an empty or short code is not sent at all', async () => {
    await withMail('short');
    const { url, token } = await site.track('short', 'withdraw');
    const page = await open();
    const sent: string[] = [];
    page.on('request', (request) => sent.push(request.url()));
    await visit(page, url);
    await press(page, 'Confirm');
    await page.getByRole('alert').getByText('Enter all 6 digits').waitFor();
    await page.getByLabel('Code').fill('123');
    await page.keyboard.press('Enter');
    await page.getByRole('alert').getByText('Enter all 6 digits').waitFor();
    expect(sent.filter((address) => address.includes('/verify/'))).toEqual([]);
    expect(await site.validate(token)).toMatchObject({ state: 'CHALLENGE_REQUIRED' });
  });

  test('after too many wrong codes says how long to wait', async () => {
    const email = await withMail('guesser');
    const { url } = await site.track('guesser', 'withdraw');
    const page = await open();
    await visit(page, url);
    // A guess before any code was sent is not counted.
    await mailedCode(email);
    for (const guess of ['000001', '000002', '000003', '000004', '000005', '000006']) {
      await page.getByLabel('Code').fill('');
      const isAnswered = page.waitForResponse((response) => response.url().includes('/verify/email-otp'));
      await page.getByLabel('Code').fill(guess);
      await isAnswered;
    }
    const said = /Too many attempts\. You can try again in (\d+ seconds|1 minute)\./;
    await page.getByRole('alert').getByText(said).waitFor();

    const confirm = page.getByRole('button', { name: 'Confirm' });
    const left = async () => Number(/in (\d+) seconds/.exec((await page.getByRole('timer').textContent()) ?? '')?.[1]);
    const first = await left();
    await expect.poll(left).toBeLessThan(first - 1);
    // A screen reader announces the wait once, not every second.
    expect(
      await page
        .getByRole('alert')
        .filter({ hasText: `${first} seconds` })
        .count(),
    ).toBe(1);
    expect(await confirm.getAttribute('aria-disabled')).toBe('true');
    const sent: string[] = [];
    page.on('request', (request) => sent.push(request.url()));
    await page.getByLabel('Code').fill('000007');
    await page.keyboard.press('Enter');
    // Reloading the page does not end the wait.
    await page.reload();
    await page.getByRole('timer').waitFor();
    expect(await confirm.getAttribute('aria-disabled')).toBe('true');
    expect(sent.filter((address) => address.includes('/verify/'))).toEqual([]);
    await page.clock.install();
    await page.reload();
    await page.getByRole('timer').waitFor();
    await page.clock.fastForward(60_000);
    await page.getByRole('status').getByText('You can try again now.').waitFor();
    expect(await confirm.getAttribute('aria-disabled')).toBe('false');
  });

  test('ends with “Cancel”, returns the unchanged token and proves nothing', async () => {
    await withMail('quitter');
    const { url } = await site.track('quitter', 'withdraw', { redirectUrl: `${site.appUrl}/quit` });
    const page = await open();
    await visit(page, url);
    await press(page, 'Cancel');
    expect(await site.validate(await backAtApp(page))).toMatchObject({ state: 'CHALLENGE_REQUIRED', isValid: false });
  });

  test('ruling 51: returns to Auth0 with the state by which it knows the login, also after a reload', async () => {
    await withMail('auth0|b1');
    let sentTo = '';
    const api = { redirect: { sendUserTo: (to: string) => (sentTo = to) } };
    const request = { ip: '203.0.113.9', user_agent: 'x', query: {}, hostname: 'login.example' };
    const event = { user: { user_id: 'auth0|b1' }, request, secrets: {} };
    const options = { apiSecretKey: site.secretKey, apiUrl: `${site.url}/v1` };
    await handleAuth0ExecutePostLogin(event, api, { ...options, redirectUrl: `${site.appUrl}/continue` });
    const page = await open();
    // Auth0 appends its own state to every address to which it sends the browser.
    const state = 'hKFo2SBfa/+==&x';
    await visit(page, `${sentTo}&state=${encodeURIComponent(state)}`);
    await page.reload();
    await press(page, 'Cancel');
    const token = await backAtApp(page);
    const back = new URL(page.url());
    expect([back.pathname, back.searchParams.get('state')]).toEqual(['/continue', state]);
    expect(await site.validate(token)).toMatchObject({ userId: 'auth0|b1', action: 'auth0-login' });
  });

  test('with a recovery code', async () => {
    await returnByRecoveryCode(site, await open());
  });
});

describe('a passkey', () => {
  test('can be requested again if the device does not give it, or replaced by another method', async () => {
    const userId = 'key-refuser';
    const page = await open();
    const device = await addAuthenticator(page);
    const first = await site.track(userId, 'signIn', { email: 'key-refuser@example.com' });
    await visit(page, first.url);
    await pick(page, 'Passkey');
    await press(page, 'Create passkey');
    await heading(page, 'Save your recovery codes');
    await site.api('POST', `/v1/users/${userId}/authenticators`, {
      verificationMethod: 'EMAIL_OTP',
      email: 'key-refuser@example.com',
    });

    await device.setUserVerified(false);
    const again = await site.track(userId, 'withdraw', { redirectUrl: `${site.appUrl}/refused` });
    await visit(page, again.url);
    await heading(page, 'Use your passkey');
    await press(page, 'Use passkey');
    await page.getByRole('status').getByText('cancelled or timed out').waitFor();
    await press(page, 'Try another way');
    await pick(page, 'E-mail code');
    await page.getByLabel('Code').fill(await mailedCode('key-refuser@example.com'));
    expect(await site.validate(await backAtApp(page))).toMatchObject({ state: 'CHALLENGE_SUCCEEDED' });
  });

  test('is offered right after a first enrolment by e-mail, and the last screen names everything that was set up', async () => {
    const page = await open();
    await addAuthenticator(page);
    const { url } = await site.track('mail-first', 'signIn', {
      email: 'mail-first@example.com',
      redirectUrl: `${site.appUrl}/first`,
    });
    await visit(page, url);
    await page.locator('header').getByText('Sallyport', { exact: true }).waitFor();
    await pick(page, 'E-mail code');
    await page.getByLabel('Code').fill(await mailedCode('mail-first@example.com'));
    await keepCodes(page);
    await heading(page, 'Faster next time');
    await press(page, 'Create passkey');
    await heading(page, 'All set');
    expect(await page.locator('.List li').allTextContents()).toEqual(['E-mail code', 'Recovery codes', 'Passkey']);
    await press(page, 'Continue');
    expect(await site.validate(await backAtApp(page))).toMatchObject({ state: 'CHALLENGE_SUCCEEDED' });
  });

  test('is offered once after another proof, and declining it undoes nothing', async () => {
    await site.api('POST', '/v1/users/uplifted/authenticators', {
      verificationMethod: 'EMAIL_OTP',
      email: 'uplifted@example.com',
    });
    const page = await open();
    await addAuthenticator(page);
    const first = await site.track('uplifted', 'withdraw', { redirectUrl: `${site.appUrl}/uplifted` });
    await visit(page, first.url);
    const code = await mailedCode('uplifted@example.com');
    await page.getByLabel('Code').fill(code);
    await heading(page, 'Faster next time');
    await press(page, 'Not now');
    expect(await site.validate(await backAtApp(page))).toMatchObject({ state: 'CHALLENGE_SUCCEEDED' });

    const again = await site.track('uplifted', 'withdraw', { redirectUrl: `${site.appUrl}/uplifted` });
    await visit(page, again.url);
    await page.getByLabel('Code').fill(await mailedCode('uplifted@example.com', code));
    expect(await site.validate(await backAtApp(page))).toMatchObject({ state: 'CHALLENGE_SUCCEEDED' });
  });

  test('cannot be used by a browser without support, and the page says so', async () => {
    const page = await open();
    await page.addInitScript('delete window.PublicKeyCredential');
    const { url } = await site.track('old-browser', 'signIn');
    await visit(page, url);
    await pick(page, 'Passkey');
    await page.getByRole('status').getByText('This browser can’t use passkeys here').waitFor();
    expect(await page.getByRole('button', { name: 'Create passkey' }).count()).toBe(0);
    await press(page, 'Try another way');
    await heading(page, 'Set up a way to confirm it’s you');
  });
});

describe('a passkey of a kind that the tenant does not accept', () => {
  async function requireDeviceBound(value: true | null): Promise<void> {
    const list = (await site.manage('GET', '/authenticator-configurations')) as readonly Record<string, string>[];
    const of = list.find(({ verificationMethod }) => verificationMethod === 'PASSKEY')?.['authenticatorId'] ?? '';
    await site.manage('PATCH', `/authenticator-configurations/${of}`, { requireDeviceBound: value });
  }

  test('A51: is not added; the page says what to try, and offers another method', async () => {
    await requireDeviceBound(true);
    const page = await open();
    await addAuthenticator(page, { isSynced: true });
    const { url } = await site.track('synced-user', 'signIn');
    await visit(page, url);
    await pick(page, 'Passkey');
    await press(page, 'Create passkey');
    await page.getByRole('alert').getByText('This key wasn’t accepted. Try another one').waitFor();
    await press(page, 'Try another way');
    await heading(page, 'Set up a way to confirm it’s you');
    expect(await site.api('GET', '/v1/users/synced-user/authenticators')).toEqual([]);
    await requireDeviceBound(null);
  });
});

describe('a security key', () => {
  test('is added at the first visit, and proves the next', async () => {
    const page = await open();
    await addAuthenticator(page, { transport: 'usb' });
    const first = await site.track('fob-user', 'signIn', { redirectUrl: `${site.appUrl}/fob` });
    await visit(page, first.url);
    await pick(page, 'Security key');
    await press(page, 'Add security key');
    await heading(page, 'Save your recovery codes');
    const again = await site.track('fob-user', 'withdraw', { redirectUrl: `${site.appUrl}/fob-again` });
    await visit(page, again.url);
    expect(await site.validate(await backAtApp(page))).toMatchObject({
      state: 'CHALLENGE_SUCCEEDED',
      verificationMethod: 'SECURITY_KEY',
    });
  });
});

describe('a link by e-mail', () => {
  const mailedLink = (email: string) =>
    eventually(
      'the mailed link',
      patienceMs,
      () => readInboxLink(site.url, email),
      (link) => link !== '',
    );

  test('A20, A22: opened on another device it proves nothing until its button is pressed; then the first page continues', async () => {
    const email = 'linked@example.com';
    const { url, token } = await site.track('linked', 'signIn', { email, redirectUrl: `${site.appUrl}/linked` });
    const page = await open();
    await visit(page, url);
    await pick(page, 'E-mail link');
    await heading(page, 'Open the link we sent you');
    const phone = await open();
    await phone.goto(await mailedLink(email));
    await phone.getByRole('button', { name: 'Yes, it’s me' }).waitFor();
    expect(await site.validate(token)).toMatchObject({ state: 'CHALLENGE_REQUIRED' });
    await phone.getByRole('button', { name: 'Yes, it’s me' }).click();
    await heading(page, 'Save your recovery codes');
    await keepCodes(page);
    await press(page, 'Continue');
    expect(await site.validate(await backAtApp(page))).toMatchObject({ state: 'CHALLENGE_SUCCEEDED' });
    // The other device is not signed in: it has no token, no cookie and no way on.
    expect(await phone.context().cookies()).toEqual([]);
  });

  test('proves a returning visit; its mail is in the language of the page, not that of the browser', async () => {
    const email = 'linked-again@example.com';
    const authenticator = { verificationMethod: 'EMAIL_MAGIC_LINK', email };
    await site.api('POST', '/v1/users/linked-again/authenticators', authenticator);
    const { url } = await site.track('linked-again', 'withdraw', { redirectUrl: `${site.appUrl}/linked` });
    const page = await open();
    await visit(page, `${url}&locale=pl`);
    await heading(page, 'Otwórz wysłany link');
    const mail = await open({ locale: 'de-DE' });
    await mail.goto(await mailedLink(email));
    expect(await (await fetch(`${site.url}/dev/inbox`)).text()).toContain('<h2>Potwierdź w Sallyport, że to Ty</h2>');
    await heading(mail, 'Sallyport bestätigen, dass Sie es sind?');
    await press(mail, 'Ja, ich bin es');
    await heading(mail, 'Bestätigt');
    expect(await site.validate(await backAtApp(page))).toMatchObject({
      state: 'CHALLENGE_SUCCEEDED',
      verificationMethod: 'EMAIL_MAGIC_LINK',
    });
  });
});

describe('“No, it wasn’t me” behind a mailed link', () => {
  test('ruling 20: ends the journey that waits for it, on the page that waits and on one that asks for a code', async () => {
    const email = 'not-me@example.com';
    for (const verificationMethod of ['EMAIL_MAGIC_LINK', 'EMAIL_OTP']) {
      await site.api('POST', '/v1/users/not-me/authenticators', { verificationMethod, email });
    }
    const { url } = await site.track('not-me', 'withdraw', { redirectUrl: `${site.appUrl}/declined` });
    const [page, other, phone] = [await open(), await open(), await open()];
    await visit(other, url);
    await visit(page, url);
    for (const [asking, way] of [
      [other, 'E-mail code'],
      [page, 'E-mail link'],
    ] as const) {
      await press(asking, 'Try another way');
      await pick(asking, way);
    }
    await page.getByText('Waiting for you to open the link').waitFor();
    await phone.goto(
      await eventually(
        'the mailed link',
        patienceMs,
        () => readInboxLink(site.url, email),
        (link) => link !== '',
      ),
    );
    // With the keyboard alone, and without scripts.
    await phone.getByRole('button', { name: 'No, it wasn’t me' }).press('Enter');
    await heading(phone, 'Thanks for telling us');
    await heading(page, 'This was declined');
    await press(page, 'Go back');
    expect(await site.validate(await backAtApp(page))).toMatchObject({ state: 'CHALLENGE_FAILED', isValid: false });
    await other.getByLabel('Code').fill('123456');
    await heading(other, 'This was declined');
  });
});

describe('ruling 44: a page that waits for a message', () => {
  const mails = (email: string) => countInbox(site.url, email);
  const code = (page: Page) => page.getByLabel('Code', { exact: true });
  const countdown = /You can ask for a new (?:code|link) in (\d+) seconds?\./;
  const secondsLeft = async (page: Page) => {
    const shown = page.getByText(countdown);
    await shown.waitFor();
    return Number(countdown.exec((await shown.textContent()) ?? '')?.[1]);
  };

  async function returning(userId: string, verificationMethod: string, body: object = {}) {
    const email = `${userId}@example.com`;
    await site.api('POST', `/v1/users/${userId}/authenticators`, { verificationMethod, email });
    return { email, ...(await site.track(userId, 'withdraw', body)) };
  }

  test('sends nothing if it is reloaded, or opened in a second tab; the countdown goes on, and the code is valid', async () => {
    const { email, url, token } = await returning('reloads-code', 'EMAIL_OTP');
    const page = await open();
    await page.goto(url);
    const first = await secondsLeft(page);
    const sent = await mailedCode(email);
    await page.waitForTimeout(1_100);
    for (let count = 0; count < 3; count += 1) {
      await page.reload();
      expect(await secondsLeft(page)).toBeLessThan(first);
    }
    const tab = await page.context().newPage();
    await tab.goto(url);
    expect(await secondsLeft(tab)).toBeLessThan(first);
    await tab.getByText('r•••@example.com').waitFor();
    expect(await mails(email)).toBe(1);
    await code(tab).fill(sent);
    await heading(tab, 'Confirmed');
    expect(await site.validate(token)).toMatchObject({ state: 'CHALLENGE_SUCCEEDED' });
  });

  test('shows the countdown before its code has loaded, and that took no time off', async () => {
    const { email, url } = await returning('drawn-code', 'EMAIL_OTP');
    const before = await open();
    await before.goto(url);
    await secondsLeft(before);
    const { page, deliver } = await openSlowly();
    await page.goto(url, { waitUntil: 'commit' });
    const drawn = await secondsLeft(page);
    await page.waitForTimeout(2_000);
    deliver();
    await started(page);
    expect(await secondsLeft(page)).toBeLessThanOrEqual(drawn - 2);
    expect(await mails(email)).toBe(1);
  });

  test('sends once more on request, however often the button is pressed', async () => {
    const { email, url } = await returning('pressed-twice', 'EMAIL_OTP');
    const page = await open();
    await page.clock.install();
    await page.goto(url);
    await secondsLeft(page);
    const sent = await mailedCode(email);
    await page.clock.runFor(31_000);
    await page.getByRole('button', { name: 'Send a new code' }).dblclick();
    await page.getByText('A new code is on its way.').waitFor();
    expect(await secondsLeft(page)).toBeGreaterThan(20);
    expect(await mails(email)).toBe(2);
    await code(page).fill(sent);
    await page.getByText('That code isn’t right').waitFor();
    await code(page).fill(await mailedCode(email, sent));
    await heading(page, 'Confirmed');
  });

  test('sends nothing if the user looks at another method and comes back', async () => {
    const { email, url } = await returning('looks-around', 'EMAIL_OTP');
    await site.api('POST', '/v1/users/looks-around/authenticators', {
      verificationMethod: 'AUTHENTICATOR_APP',
      otpUri: 'otpauth://totp/x:y?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=x',
    });
    const page = await open();
    await page.goto(url);
    const isMail = page.getByText(/Enter the code we sent to/);
    if (!(await isMail.isVisible())) {
      await press(page, 'Try another way');
      await pick(page, 'E-mail code');
    }
    await secondsLeft(page);
    for (let count = 0; count < 2; count += 1) {
      await press(page, 'Try another way');
      await pick(page, 'Authenticator app');
      await heading(page, 'Enter the code from your app');
      await press(page, 'Back');
      await pick(page, 'E-mail code');
      await secondsLeft(page);
    }
    expect(await mails(email)).toBe(1);
    await code(page).fill(await mailedCode(email));
    await heading(page, 'Confirmed');
  });

  test('shows the entered address again, masked, and sends to another one if that is entered', async () => {
    const [one, two] = ['one-typed@example.com', 'two-typed@example.com'];
    const { url } = await site.track('types-address', 'signIn');
    const page = await open();
    await page.goto(url);
    await pick(page, 'E-mail code');
    await page.getByLabel('E-mail address').fill(one);
    await press(page, 'Continue');
    const first = await secondsLeft(page);
    const sent = await mailedCode(one);
    // Back and forth, then reloaded: the same.
    await press(page, 'Back');
    await pick(page, 'E-mail code');
    await secondsLeft(page);
    await page.waitForTimeout(1_500);
    await page.reload();
    await pick(page, 'E-mail code');
    await page.getByText('o•••@example.com').waitFor();
    expect(await secondsLeft(page)).toBeLessThan(first);
    expect(await mails(one)).toBe(1);
    await press(page, 'Use a different address');
    await page.getByLabel('E-mail address').fill(two);
    await press(page, 'Continue');
    await page.getByText(two).waitFor();
    await secondsLeft(page);
    expect([await mails(one), await mails(two)]).toEqual([1, 1]);
    await code(page).fill(sent);
    await page.getByText('That code isn’t right').waitFor();
    await code(page).fill(await mailedCode(two));
    await heading(page, 'Save your recovery codes');
  });

  test('for a link, sends nothing if it is reloaded, and continues when the link was confirmed, whichever page requested it last', async () => {
    const { email, url, token } = await returning('reloads-link', 'EMAIL_MAGIC_LINK');
    const page = await open();
    await page.goto(url);
    const first = await secondsLeft(page);
    await page.waitForTimeout(1_500);
    await page.reload();
    expect(await secondsLeft(page)).toBeLessThan(first);
    await page.getByText('Waiting for you to open the link').waitFor();
    expect(await mails(email)).toBe(1);
    // Sent again from elsewhere: another tab, or an app.
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    await fetch(`${site.url}/v1/client/challenge/email-magic-link`, { method: 'POST', headers, body: '{}' });
    expect(await mails(email)).toBe(2);
    const phone = await open();
    await phone.goto(await readInboxLink(site.url, email));
    await press(phone, 'Yes, it’s me');
    await heading(page, 'Confirmed');
  });
});

describe('settings', () => {
  async function settingsOf(userId: string, body: object = { scope: settingsScope }, prepared?: Page): Promise<Page> {
    const page = prepared ?? (await open());
    await openSettings(site, page, userId, body);
    return page;
  }

  test('rename, choose a default, remove and add, with the scopes that the backend gave', async () => {
    await tidySettings(site, await open());
  });

  test('the only way in cannot be removed, and says why', async () => {
    const email = 'only@example.com';
    await site.api('POST', '/v1/users/only/authenticators', { verificationMethod: 'EMAIL_OTP', email });
    const page = await settingsOf('only');
    await options(page, 'E-mail code');
    await page.getByText('This is your only way in').waitFor();
    expect(await page.getByRole('button', { name: 'Remove', exact: true }).count()).toBe(0);
  });

  test('the last passkey cannot be removed if the tenant keeps it, and says why; other authenticators can', async () => {
    await withTwo(site, 'keeper');
    const { credentialId, publicKey } = softwareKey();
    await site.api('POST', '/v1/users/keeper/authenticators', {
      verificationMethod: 'PASSKEY',
      credentialId: credentialId.toString('base64url'),
      credentialPublicKey: encodeCbor(publicKey).toString('base64url'),
    });
    const list = (await site.manage('GET', '/authenticator-configurations')) as readonly Record<string, string>[];
    const of = list.find(({ verificationMethod }) => verificationMethod === 'PASSKEY')?.['authenticatorId'] ?? '';
    await site.manage('PATCH', `/authenticator-configurations/${of}`, { preventRemovingLastPasskey: true });
    const page = await settingsOf('keeper');
    await options(page, 'Passkey');
    await page.getByText('This is your last passkey').waitFor();
    expect(await page.getByRole('button', { name: 'Remove', exact: true }).count()).toBe(0);
    await options(page, 'E-mail code');
    await page.getByRole('button', { name: 'Remove', exact: true }).waitFor();
    await site.manage('PATCH', `/authenticator-configurations/${of}`, { preventRemovingLastPasskey: null });
  });

  test('begin with a proof if the backend gave no scopes', async () => {
    await withTwo(site, 'prover');
    const page = await settingsOf('prover', {});
    await heading(page, 'Check your e-mail');
    await page.getByLabel('Code').fill(await mailedCode('prover@example.com'));
    await heading(page, 'How you confirm it’s you');
    await options(page, 'E-mail link');
    await press(page, 'Remove');
    await press(page, 'Remove');
    await page.getByRole('status').getByText('Removed.').waitFor();
  });

  test('ruling 17: a proof weaker than the strongest method shows what is set up, and changes none of it', async () => {
    const page = await open();
    await addAuthenticator(page);
    const first = await site.track('strong', 'signIn', { email: 'strong@example.com' });
    await visit(page, first.url);
    await pick(page, 'Passkey');
    await press(page, 'Create passkey');
    await heading(page, 'Save your recovery codes');
    await site.api('POST', '/v1/users/strong/authenticators', {
      verificationMethod: 'EMAIL_OTP',
      email: 'strong@example.com',
    });
    const weak = await open();
    // The browser's own dialog would cover the page, as it does for users, until they close it.
    await weak.addInitScript('navigator.credentials.get = () => new Promise(() => undefined)');
    await settingsOf('strong', {}, weak);
    await press(weak, 'Try another way');
    await pick(weak, 'E-mail code');
    await weak.getByLabel('Code').fill(await mailedCode('strong@example.com'));
    await heading(weak, 'How you confirm it’s you');
    await weak.getByText('first confirm in the strongest way you have').waitFor();
    expect(await weak.getByRole('button').allTextContents()).toEqual(['Done']);
  });
});

describe('with the keyboard alone', () => {
  test('a first visit can be completed, and the focus is always on what is visible', async () => {
    await finishByKeyboard(site, await open());
  });
});

describe('an action that is already decided', () => {
  test.each([
    ['BLOCK', 'We stopped this request'],
    ['CHALLENGE_FAILED', 'This was declined'],
    ['REVIEW_REQUIRED', 'This is being reviewed'],
  ])('%s says so and offers only the way back', async (state, title) => {
    const userId = `decided-${state}`;
    const body = { idempotencyKey: 'k', redirectUrl: `${site.appUrl}/decided` };
    const { url } = await site.track(userId, 'withdraw', body);
    await site.api('PATCH', `/v1/users/${userId}/actions/withdraw/k`, { state });
    const page = await open();
    await visit(page, url);
    await heading(page, title);
    expect(await page.getByRole('button').allTextContents()).toEqual(['Go back']);
    await press(page, 'Go back');
    expect(await site.validate(await backAtApp(page))).toMatchObject({ state });
  });

  test('ruling 17: a user whose authenticators are not strong enough is told so, and is offered no enrolment', async () => {
    await site.manage('POST', '/action-configurations', {
      actionCode: 'passkeyOnly',
      defaultUserActionResult: 'CHALLENGE',
      verificationMethods: ['PASSKEY'],
    });
    const authenticator = { verificationMethod: 'EMAIL_OTP', email: 'weak@example.com' };
    await site.api('POST', '/v1/users/weak/authenticators', authenticator);
    const { url } = await site.track('weak', 'passkeyOnly');
    const page = await open();
    await visit(page, url);
    await heading(page, 'This can’t be confirmed here');
    expect(await page.getByRole('link').count()).toBe(0);
  });
});
