/**
 * Every state that a user can see, and how to get there: for the checks that hold in all of them, and for the gallery.
 */
import { Secret, TOTP } from 'otpauth';
import type { Page } from 'playwright-core';
import { phone as newPhone } from '../../src/testkit/phone.ts';
import type { Phone } from '../../src/testkit/phone.ts';
import { eventually } from '../rig/api.ts';
import { patienceMs } from '../rig/browser.ts';
import { textSettings } from '../rig/phone.ts';
import { readInboxCode, readInboxLink } from '../rig/read-inbox.ts';
import { addAuthenticator } from './site.ts';
import type { Site } from './site.ts';
import { keepCodes } from './ways-through.ts';

export interface State {
  /** Names the picture. */
  readonly name: string;
  /** The caption in the gallery. */
  readonly caption: string;
  readonly withoutScript?: boolean;
  /** Goes there; resolves when the state is on the page. */
  reach(page: Page, site: Site, userId: string): Promise<void>;
}

const shown = (page: Page, heading: string) => page.getByRole('heading', { name: heading, exact: true }).waitFor();
const pick = (page: Page, name: string) => page.getByRole('link', { name }).click();
const press = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).click();

/** Asked to confirm a withdrawal, with a message of the tenant's and an app to go back to. */
async function challenge(page: Page, site: Site, userId: string, body: object = {}): Promise<void> {
  const custom = { amount: '250 €', payee: 'Ann Example' };
  const { url } = await site.track(userId, 'withdraw', { custom, redirectUrl: `${site.appUrl}/`, ...body });
  await page.goto(url);
}

async function firstVisit(page: Page, site: Site, userId: string, body: object = {}): Promise<void> {
  const { url } = await site.track(userId, 'signIn', { redirectUrl: `${site.appUrl}/`, ...body });
  await page.goto(url);
  await shown(page, 'Set up a way to confirm it’s you');
}

const phone =
  'Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Mobile Safari/537.36';

const laptop = 'Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:140.0) Gecko/20100101 Firefox/140.0';

const email = (userId: string) => `${userId}@example.com`;

async function withMail(site: Site, userId: string): Promise<void> {
  const authenticator = { verificationMethod: 'EMAIL_OTP', email: email(userId) };
  await site.api('POST', `/v1/users/${userId}/authenticators`, authenticator);
}

/** A phone with the app of the site's tenant, which calls a node of it. */
function phoneOf(site: Site, nodeUrl = site.url, deviceName = 'Ann’s iPhone'): Phone {
  return newPhone({
    platform: 'ios',
    tenantId: site.tenantId,
    deviceName,
    now: () => Date.now(),
    async send({ method, path, headers, body }) {
      const reply = await fetch(`${nodeUrl}${path}`, { method, headers, ...(body === undefined ? {} : { body }) });
      return { status: reply.status, text: await reply.text() };
    },
  });
}

/** Configures a method for the site, unless it is. */
async function configureOnce(site: Site, verificationMethod: string, path: string, configuration: object) {
  const configured = await site.manage('GET', '/authenticator-configurations');
  const isThere = configured.some((one: Record<string, string>) => one['verificationMethod'] === verificationMethod);
  if (!isThere) await site.manage('POST', `/authenticator-configurations/${path}`, configuration);
}

/** A user with an app for push on a phone, which calls the site itself or another node of it. */
export async function withPhone(site: Site, userId: string, nodeUrl?: string, deviceName?: string): Promise<Phone> {
  // Nothing answers there: the app finds what waits by itself.
  await configureOnce(site, 'PUSH', 'push', { pushProvider: 'WEBHOOK', webhookUrl: 'http://127.0.0.1:9/push' });
  const device = phoneOf(site, nodeUrl, deviceName);
  await addKey(site, userId, (token) => device.push.addCredential(token));
  return device;
}

/** Registers a key as soon as the node knows the method. */
async function addKey(site: Site, userId: string, add: (token: string) => Promise<{ status: number }>): Promise<void> {
  const { token } = await site.track(userId, 'addPhone', { scope: 'add:authenticators' });
  await eventually(
    'the key',
    patienceMs,
    () => add(token),
    ({ status }) => status === 200,
  );
}

/** A user with an app that scans QR codes. */
async function withScanner(site: Site, userId: string, deviceName?: string): Promise<Phone['qrCode']> {
  await configureOnce(site, 'QR_CODE', 'qr-code', {});
  const device = phoneOf(site, undefined, deviceName).qrCode;
  await addKey(site, userId, (token) => device.addCredential(token));
  return device;
}

/** A user whose app scans QR codes is shown one, as the first way or by `reach`. */
export async function askByQrCode(page: Page, site: Site, userId: string, reach = async (_page: Page) => {}) {
  const device = await withScanner(site, userId);
  const codes: string[] = [];
  const keep = (text: string) => {
    const id = /"challengeId":"([^"]+)"/.exec(text)?.[1];
    if (id !== undefined && codes.at(-1) !== id) codes.push(id);
  };
  page.on('websocket', (socket) => socket.on('framereceived', ({ payload }) => keep(String(payload))));
  page.on('response', async (response) => {
    if (response.url().endsWith('/challenge/qr-code')) keep(await response.text());
  });
  await challenge(page, site, userId);
  await reach(page);
  await page.locator('.Qr').waitFor();
  return { device, code: () => codes.at(-1) ?? '', codes };
}

const mailedCode = (site: Site, userId: string) =>
  eventually(
    'the mailed code',
    patienceMs,
    () => readInboxCode(site.url, email(userId)),
    (code) => code !== '',
  );

/** A user with a passkey in this browser, an authenticator app and e-mail; ends at the recovery codes. */
async function withEverything(page: Page, site: Site, userId: string): Promise<void> {
  await addAuthenticator(page);
  await firstVisit(page, site, userId, { scope: 'add:authenticators update:authenticators remove:authenticators' });
  await pick(page, 'Passkey');
  await press(page, 'Create passkey');
  await shown(page, 'Save your recovery codes');
  await page.locator('.Codes li').nth(9).waitFor();
  await withMail(site, userId);
  await site.api('POST', `/v1/users/${userId}/authenticators`, {
    verificationMethod: 'AUTHENTICATOR_APP',
    otpUri: 'otpauth://totp/x:y?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=x',
  });
}

/** Enrols an app beside the existing one, with a recovery code. */
async function succeedApp(site: Site, userId: string, codes: readonly string[]): Promise<void> {
  const { token } = await site.track(userId, 'settings');
  const client = async (path: string, bearer: string, body: object = {}) => {
    const headers = { authorization: `Bearer ${bearer}`, 'content-type': 'application/json' };
    const init = { method: 'POST', headers, body: JSON.stringify(body) };
    return (await (await fetch(`${site.url}/v1/client/${path}`, init)).json()) as Record<string, string>;
  };
  const { accessToken = '' } = await client('verify/recovery-code', token, { verificationCode: codes[0] });
  const { secret = '' } = await client('user-authenticators/totp', accessToken);
  const verificationCode = new TOTP({ secret: Secret.fromBase32(secret) }).generate();
  await client('verify/totp', accessToken, { verificationCode });
}

async function toSettings(
  page: Page,
  site: Site,
  userId: string,
  prepare: (codes: readonly string[]) => Promise<void> = async () => undefined,
): Promise<void> {
  await withEverything(page, site, userId);
  await prepare(await page.locator('.Codes li').allTextContents());
  await toOwnSettings(page, site, userId);
}

async function toOwnSettings(page: Page, site: Site, userId: string): Promise<void> {
  const { url } = await site.track(userId, 'settings', {
    redirectToSettings: true,
    redirectUrl: `${site.appUrl}/`,
    scope: 'add:authenticators update:authenticators remove:authenticators',
  });
  await page.goto(url);
  await shown(page, 'How you confirm it’s you');
}

/** At the settings of a user who has two phones. */
export async function toPhones(page: Page, site: Site, userId: string): Promise<void> {
  await withPhone(site, userId);
  await withScanner(site, userId, 'Work phone');
  await toOwnSettings(page, site, userId);
}

/** Asked for a mailed code, in an action after which devices are remembered. */
async function offerToRemember(page: Page, site: Site, userId: string, body: object): Promise<void> {
  await withMail(site, userId);
  const { url } = await site.track(userId, 'remembering', { redirectUrl: `${site.appUrl}/`, ...body });
  await page.goto(url);
}

/** Confirms from a remembered laptop and from a phone, and ends at the list of both. */
async function toDevices(page: Page, site: Site, userId: string): Promise<void> {
  const visits = [
    { deviceId: 'a-phone', userAgent: phone },
    { deviceId: 'a-laptop', userAgent: laptop },
  ];
  let code = '';
  for (const visit of visits) {
    await offerToRemember(page, site, userId, visit);
    code = await site.mailedCode(email(userId), code);
    await page.getByLabel('Remember this device').setChecked(visit.deviceId === 'a-laptop');
    await page.getByLabel('Code').fill(code);
    if (visit.deviceId === 'a-phone') await press(page, 'Confirm');
    await page.waitForURL(`${site.appUrl}/**`);
  }
  const { url } = await site.track(userId, 'settings', {
    redirectToSettings: true,
    redirectUrl: `${site.appUrl}/`,
    deviceId: 'a-laptop',
    scope: 'add:authenticators update:authenticators remove:authenticators',
  });
  await page.goto(url);
  await shown(page, 'How you confirm it’s you');
  await press(page, 'Your devices');
  await shown(page, 'Your devices');
  await page.locator('summary').nth(1).waitFor();
}

function decided(state: string, heading: string): State['reach'] {
  return async (page, site, userId) => {
    const { url } = await site.track(userId, 'withdraw', { idempotencyKey: 'k', redirectUrl: `${site.appUrl}/` });
    await site.api('PATCH', `/v1/users/${userId}/actions/withdraw/k`, { state });
    await page.goto(url);
    await shown(page, heading);
  };
}

const consent = { version: '1', links: { en: 'https://example.com/texts' } };

/** At the form for a number, on a first visit. */
async function toNumber(page: Page, site: Site, userId: string, method = 'Text message'): Promise<void> {
  await firstVisit(page, site, userId);
  await pick(page, method);
  await shown(page, 'Your phone number');
}

async function enterNumber(page: Page): Promise<void> {
  await page.getByLabel('Phone number').fill('+351 912 345 678');
  await press(page, 'Continue');
  await page.getByText('You can ask for a new code in').waitFor();
}

export const states: readonly State[] = [
  {
    name: 'enrolment-picker',
    caption: 'A first visit: what can be set up, strongest first.',
    reach: (page, site, userId) => firstVisit(page, site, userId),
  },
  {
    name: 'passkey-create',
    caption: 'Setting up a passkey.',
    async reach(page, site, userId) {
      await firstVisit(page, site, userId);
      await pick(page, 'Passkey');
      await shown(page, 'Create a passkey');
    },
  },
  {
    name: 'security-key-create',
    caption: 'Adding a security key.',
    async reach(page, site, userId) {
      await firstVisit(page, site, userId);
      await pick(page, 'Security key');
      await shown(page, 'Add a security key');
    },
  },
  {
    name: 'totp-setup',
    caption: 'Connecting an authenticator app.',
    async reach(page, site, userId) {
      await firstVisit(page, site, userId);
      await pick(page, 'Authenticator app');
      await page.locator('.Qr').waitFor();
    },
  },
  {
    name: 'email-address',
    caption: 'The e-mail address, if the backend has not named it.',
    async reach(page, site, userId) {
      await firstVisit(page, site, userId);
      await pick(page, 'E-mail code');
      await page.getByLabel('E-mail address').waitFor();
    },
  },
  {
    name: 'phone-number',
    caption: 'The phone number, with what the user agrees to if the tenant asks for that.',
    reach: (page, site, userId) => toNumber(page, site, userId),
  },
  {
    name: 'phone-number-wrong',
    caption: 'A number that cannot be one.',
    async reach(page, site, userId) {
      await toNumber(page, site, userId);
      await page.getByLabel('Phone number').fill('12');
      await press(page, 'Continue');
      await page.getByText('Check the number.').waitFor();
    },
  },
  {
    name: 'sms-code',
    caption: 'A code by text message.',
    async reach(page, site, userId) {
      await toNumber(page, site, userId);
      await enterNumber(page);
    },
  },
  {
    name: 'whatsapp-code',
    caption: 'A code by WhatsApp.',
    async reach(page, site, userId) {
      await toNumber(page, site, userId, 'WhatsApp');
      await enterNumber(page);
    },
  },
  {
    name: 'recovery-codes',
    caption: 'Recovery codes, shown this once.',
    reach: (page, site, userId) => withEverything(page, site, userId),
  },
  {
    name: 'enrolled',
    caption: 'Everything is set up.',
    async reach(page, site, userId) {
      await withEverything(page, site, userId);
      await keepCodes(page);
      await shown(page, 'All set');
    },
  },
  {
    name: 'email-code',
    caption: 'A code by e-mail, with what is being confirmed in the tenant’s own words.',
    async reach(page, site, userId) {
      await withMail(site, userId);
      await challenge(page, site, userId);
      await page.getByText('You can ask for a new code in').waitFor();
    },
  },
  {
    name: 'push',
    caption: 'A push to the user’s phone: the number to enter there.',
    async reach(page, site, userId) {
      await withPhone(site, userId);
      await challenge(page, site, userId);
      await page.locator('.Number').waitFor();
    },
  },
  {
    name: 'push-late',
    caption: 'No answer for half a minute: other ways come first.',
    async reach(page, site, userId) {
      await withMail(site, userId);
      await withPhone(site, userId);
      await page.clock.install();
      await challenge(page, site, userId);
      await press(page, 'Try another way');
      await pick(page, 'Push message');
      await page.locator('.Number').waitFor();
      await page.clock.runFor(31_000);
      await page.getByText('No answer yet.').waitFor();
    },
  },
  {
    name: 'push-wrong-number',
    caption: 'Another number was entered on the phone.',
    async reach(page, site, userId) {
      const device = await withPhone(site, userId);
      await challenge(page, site, userId);
      const number = await page.locator('.Number strong').textContent();
      const { body } = await device.push.getChallenge();
      await device.push.updateChallenge(body.challengeId, true, number === '99' ? '10' : String(Number(number) + 1));
      await page.getByText('Another number was entered').waitFor();
    },
  },
  {
    name: 'remember-device',
    caption: 'Where the tenant offers it: remembering this device, which nobody ticks but the user.',
    async reach(page, site, userId) {
      await offerToRemember(page, site, userId, { deviceId: 'a-laptop' });
      await page.getByLabel('Remember this device for 30 days').waitFor();
      await page.getByText('You can ask for a new code in').waitFor();
    },
  },
  {
    name: 'qr-code',
    caption: 'A code for the app on the phone, renewed every half minute.',
    reach: async (page, site, userId) => void (await askByQrCode(page, site, userId)),
  },
  {
    name: 'qr-code-passkey',
    caption: 'Whoever has a passkey is offered that first, on the phone.',
    reach: askByQrCodeBesidePasskey,
  },
  {
    name: 'qr-code-scanned',
    caption: 'The phone has scanned it, and asks.',
    async reach(page, site, userId) {
      const { device, code } = await askByQrCode(page, site, userId);
      await device.claimChallenge(code());
      await shown(page, 'Look at your phone');
    },
  },
  {
    name: 'email-link',
    caption: 'A link by e-mail: the page waits.',
    async reach(page, site, userId) {
      await askByLink(page, site, userId);
    },
  },
  {
    name: 'magic-link',
    caption:
      'Behind the link: what it is for, and where the request came from, if known. Nothing happens without a press.',
    reach: openLink,
  },
  {
    name: 'magic-link-denied',
    caption: 'After “No, it wasn’t me”.',
    async reach(page, site, userId) {
      await openLink(page, site, userId);
      await press(page, 'No, it wasn’t me');
      await shown(page, 'Thanks for telling us');
    },
  },
  {
    name: 'email-code-wrong',
    caption: 'A wrong code.',
    async reach(page, site, userId) {
      await withMail(site, userId);
      await challenge(page, site, userId);
      await page.getByLabel('Code').fill('000000');
      await page.getByText('That code isn’t right').waitFor();
    },
  },
  {
    name: 'too-many-tries',
    caption: 'Too many wrong codes, with the time left.',
    async reach(page, site, userId) {
      await withMail(site, userId);
      await challenge(page, site, userId);
      for (let guess = 1; guess <= 6; guess += 1) {
        await page.getByLabel('Code').fill('');
        await page.getByLabel('Code').fill(`00000${guess}`);
        await page.waitForResponse((response) => response.url().includes('/verify/email-otp'));
      }
      await page.getByRole('timer').waitFor();
    },
  },
  {
    name: 'totp-code',
    caption: 'A code from an authenticator app.',
    async reach(page, site, userId) {
      await withEverything(page, site, userId);
      await challenge(page, site, userId, { idempotencyKey: 'totp' });
      await page.waitForURL(`${site.appUrl}/**`);
      await challengeBy(page, site, userId, 'AUTHENTICATOR_APP');
      await shown(page, 'Enter the code from your app');
    },
  },
  {
    name: 'passkey',
    caption: 'A passkey: the browser’s own dialog opens by itself.',
    async reach(page, site, userId) {
      await withPasskeyElsewhere(page, site, userId);
      await challenge(page, site, userId);
      await page.getByText('Follow the steps on your device').waitFor();
    },
  },
  {
    name: 'passkey-cancelled',
    caption: 'A passkey prompt that was cancelled.',
    async reach(page, site, userId) {
      await withPasskeyElsewhere(page, site, userId);
      const refuse = `navigator.credentials.get = () => Promise.reject(new DOMException('no', 'NotAllowedError'))`;
      await page.addInitScript(refuse);
      await challenge(page, site, userId);
      await press(page, 'Use passkey');
      await page.getByText('That was cancelled or timed out').waitFor();
    },
  },
  {
    name: 'passkey-unsupported',
    caption: 'A browser without passkeys.',
    async reach(page, site, userId) {
      await withPasskeyElsewhere(page, site, userId);
      await page.addInitScript('delete window.PublicKeyCredential');
      await challenge(page, site, userId);
      await page.getByText('This browser can’t use passkeys here').waitFor();
    },
  },
  {
    name: 'method-picker',
    caption: 'Another way.',
    async reach(page, site, userId) {
      await withPasskeyElsewhere(page, site, userId);
      await page.addInitScript('navigator.credentials.get = () => new Promise(() => undefined)');
      await challenge(page, site, userId);
      await press(page, 'Try another way');
      await shown(page, 'Confirm it’s you');
    },
  },
  {
    name: 'recovery-code',
    caption: 'A recovery code, when everything else is lost.',
    async reach(page, site, userId) {
      await withPasskeyElsewhere(page, site, userId);
      await page.addInitScript('navigator.credentials.get = () => new Promise(() => undefined)');
      await challenge(page, site, userId);
      await press(page, 'Try another way');
      await pick(page, 'Recovery code');
      await shown(page, 'Enter a recovery code');
    },
  },
  {
    name: 'passkey-uplift',
    caption: 'A passkey is offered after another proof.',
    async reach(page, site, userId) {
      await addAuthenticator(page);
      await withMail(site, userId);
      await challenge(page, site, userId);
      await page.getByLabel('Code').fill(await mailedCode(site, userId));
      await shown(page, 'Faster next time');
    },
  },
  {
    name: 'settings',
    caption: 'Settings: what is set up.',
    reach: toSettings,
  },
  {
    name: 'settings-options',
    caption: 'The options of one authenticator.',
    async reach(page, site, userId) {
      await toSettings(page, site, userId);
      await page.locator('summary').first().click();
      await page.getByRole('button', { name: 'Rename' }).waitFor();
    },
  },
  {
    name: 'settings-held',
    caption: 'An app that was added during recovery: when its hold ends, and what to do about it.',
    async reach(page, site, userId) {
      await toSettings(page, site, userId, (codes) => succeedApp(site, userId, codes));
      await page.locator('summary').filter({ hasText: 'Limited until' }).click();
      await page.getByText('It was added with a recovery code').waitFor();
    },
  },
  {
    name: 'settings-phones',
    caption: 'Phones with the app: one for push, one that scans codes.',
    async reach(page, site, userId) {
      await toPhones(page, site, userId);
      await page.locator('summary').first().click();
      await page.getByRole('button', { name: 'Rename' }).waitFor();
    },
  },
  {
    name: 'settings-rename',
    caption: 'Naming an authenticator.',
    async reach(page, site, userId) {
      await toSettings(page, site, userId);
      await page.locator('summary').first().click();
      await press(page, 'Rename');
      await page.getByLabel('Name').waitFor();
    },
  },
  {
    name: 'settings-remove',
    caption: 'Removing asks first.',
    async reach(page, site, userId) {
      await toSettings(page, site, userId);
      await page.locator('summary').first().click();
      await press(page, 'Remove');
      await page.getByText('This can’t be undone').waitFor();
    },
  },
  {
    name: 'settings-devices',
    caption: 'The devices that the user has confirmed from.',
    async reach(page, site, userId) {
      await toDevices(page, site, userId);
      await page.locator('summary').first().click();
      await page.getByRole('button', { name: 'Forget' }).waitFor();
    },
  },
  {
    name: 'settings-forget-device',
    caption: 'Forgetting a device asks first.',
    async reach(page, site, userId) {
      await toDevices(page, site, userId);
      await page.locator('summary').first().click();
      await press(page, 'Forget');
      await page.getByText('as on a new device').waitFor();
    },
  },
  {
    name: 'done',
    caption: 'Confirmed, with no app to return to.',
    reach: async (page, site, userId) => {
      const { url } = await site.track(userId, 'withdraw', { idempotencyKey: 'k' });
      await site.api('PATCH', `/v1/users/${userId}/actions/withdraw/k`, { state: 'CHALLENGE_SUCCEEDED' });
      await page.goto(url);
      await shown(page, 'Confirmed');
    },
  },
  { name: 'blocked', caption: 'A blocked action.', reach: decided('BLOCK', 'We stopped this request') },
  { name: 'failed', caption: 'A declined action.', reach: decided('CHALLENGE_FAILED', 'This was declined') },
  { name: 'review', caption: 'An action under review.', reach: decided('REVIEW_REQUIRED', 'This is being reviewed') },
  {
    name: 'cannot-confirm',
    caption: 'No authenticator of the user can prove the action.',
    async reach(page, site, userId) {
      await withMail(site, userId);
      const { url } = await site.track(userId, 'passkeyOnly', { redirectUrl: `${site.appUrl}/` });
      await page.goto(url);
      await shown(page, 'This can’t be confirmed here');
    },
  },
  {
    name: 'expired',
    caption: 'An expired page, or one without a token.',
    async reach(page, site) {
      await page.goto(`${site.url}/challenge?token=broken`);
      await shown(page, 'This page has expired');
    },
  },
  {
    name: 'error',
    caption: 'Screens that cannot be loaded, or an internal error.',
    async reach(page, site, userId) {
      await firstVisit(page, site, userId);
      await page.route('**/assets/**', (route) => route.abort());
      await pick(page, 'E-mail code');
      await shown(page, 'Something went wrong');
    },
  },
  {
    name: 'offline',
    caption: 'No connection.',
    async reach(page, site, userId) {
      await withMail(site, userId);
      await challenge(page, site, userId);
      await page.getByText('You can ask for a new code in').waitFor();
      await page.context().setOffline(true);
      await page.getByText('You’re offline').waitFor();
    },
  },
  {
    name: 'slow',
    caption: 'A slow response.',
    async reach(page, site, userId) {
      await withMail(site, userId);
      await challenge(page, site, userId);
      await page.route('**/verify/email-otp', () => new Promise(() => undefined));
      await page.getByLabel('Code').fill('123456');
      await page.getByText('This is taking longer than usual').first().waitFor();
    },
  },
  {
    name: 'early',
    caption: 'Rendered, but its code is still loading: buttons wait, and typed text stays.',
    async reach(page, site, userId) {
      await withMail(site, userId);
      await page.route('**/assets/**', () => new Promise(() => undefined));
      const { url } = await site.track(userId, 'withdraw', { custom: { amount: '250 €', payee: 'Ann Example' } });
      await page.goto(url, { waitUntil: 'commit' });
      await shown(page, 'Check your e-mail');
      await page.waitForTimeout(800);
    },
  },
  {
    name: 'quit',
    caption: 'Cancelled, with no app to return to.',
    async reach(page, site, userId) {
      await page.goto((await site.track(userId, 'signIn')).url);
      await press(page, 'Cancel');
      await shown(page, 'You stopped');
    },
  },
  {
    name: 'no-script',
    caption: 'Without JavaScript.',
    withoutScript: true,
    async reach(page, site, userId) {
      const { url } = await site.track(userId, 'signIn');
      await page.goto(url);
      await shown(page, 'JavaScript is switched off');
    },
  },
  {
    name: 'nothing-here',
    caption: 'A wrong address.',
    async reach(page, site) {
      await page.goto(`${site.url}/challeng`);
      await shown(page, 'There’s nothing here');
    },
  },
  {
    // The last one: no link is shown to this address for a minute.
    name: 'busy',
    caption: 'No page can be rendered now, for example without the database.',
    async reach(page, site) {
      await Promise.all(Array.from({ length: 60 }, () => fetch(`${site.url}/magic-link`)));
      await page.goto(`${site.url}/magic-link`);
      await shown(page, 'Not possible right now');
    },
  },
];

async function askByLink(page: Page, site: Site, userId: string): Promise<void> {
  const authenticator = { verificationMethod: 'EMAIL_MAGIC_LINK', email: email(userId) };
  await site.api('POST', `/v1/users/${userId}/authenticators`, authenticator);
  await challenge(page, site, userId, { ipAddress: '1.1.1.1', userAgent: phone });
  await page.getByText('You can ask for a new link in').waitFor();
}

/** Opens the mailed link of a challenge that was requested elsewhere. */
async function openLink(page: Page, site: Site, userId: string): Promise<void> {
  const other = await site.open();
  await askByLink(other.page, site, userId);
  const link = await eventually(
    'the mailed link',
    patienceMs,
    () => readInboxLink(site.url, email(userId)),
    (found) => found !== '',
  );
  await page.goto(link);
  await page.getByRole('button', { name: 'Yes, it’s me' }).waitFor();
  await other.close();
}

/** A user whose passkey is gone from this browser, and who has e-mail and recovery codes as well. */
async function withPasskeyElsewhere(page: Page, site: Site, userId: string): Promise<void> {
  const other = await site.open();
  await withEverything(other.page, site, userId);
  await other.close();
  await page.bringToFront();
}

/** A user who has a passkey, but not in this browser, chooses the code for the app. */
async function askByQrCodeBesidePasskey(page: Page, site: Site, userId: string): Promise<void> {
  await withPasskeyElsewhere(page, site, userId);
  await page.addInitScript('navigator.credentials.get = () => new Promise(() => undefined)');
  await askByQrCode(page, site, userId, chooseQrCode);
}

export async function chooseQrCode(page: Page): Promise<void> {
  await press(page, 'Try another way');
  await pick(page, 'QR code');
}

/** Asks for one method with an action that begins with it. */
async function challengeBy(page: Page, site: Site, userId: string, method: string): Promise<void> {
  const { url } = await site.track(userId, `by-${method}`, { redirectUrl: `${site.appUrl}/` });
  await page.goto(url);
}

/** Actions for reaching the states. */
export async function prepareStates(site: Site): Promise<void> {
  await site.manage('POST', '/action-configurations', {
    actionCode: 'withdraw',
    defaultUserActionResult: 'CHALLENGE',
    messagingTemplates: { en: { defaultTemplate: 'Withdraw {{action.amount}} to {{action.payee}}' } },
  });
  await site.manage('POST', '/action-configurations', {
    actionCode: 'passkeyOnly',
    defaultUserActionResult: 'CHALLENGE',
    verificationMethods: ['PASSKEY'],
  });
  await site.manage('POST', '/action-configurations', {
    actionCode: 'by-AUTHENTICATOR_APP',
    defaultUserActionResult: 'CHALLENGE',
    defaultVerificationMethod: 'AUTHENTICATOR_APP',
  });
  await site.manage('POST', '/action-configurations', {
    actionCode: 'remembering',
    defaultUserActionResult: 'CHALLENGE',
    rememberDevices: { isEnabled: true, days: 30 },
  });
  for (const path of ['sms', 'whatsapp']) {
    const body = { ...textSettings, ...(path === 'sms' ? { consent } : {}) };
    await site.manage('POST', `/authenticator-configurations/${path}`, body);
  }
  await site.manage('PATCH', '/theme', { name: 'Harbour Bank' });
}
