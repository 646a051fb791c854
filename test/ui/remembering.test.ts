/** Worry: a device is remembered that nobody asked for, or the cookie of a page does not do in a browser what it should. */
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { Page } from 'playwright-core';
import { addAuthenticator, startSite } from './site.ts';
import type { OpenPage, Site } from './site.ts';
import { heading, pick, press } from './ways-through.ts';

const name = '__Host-sallyport_device';
let site: Site;
const opened: OpenPage[] = [];

beforeAll(async () => {
  site = await startSite();
  await site.manage('PATCH', '/tenant', { rememberDevices: { isEnabled: true, days: 30 } });
  await site.manage('POST', '/action-configurations', { actionCode: 'pay', defaultUserActionResult: 'CHALLENGE' });
  await site.manage('POST', '/action-configurations/pay/rules', {
    name: 'Remembered',
    isActive: true,
    priority: 1,
    type: 'ALLOW',
    conditions: { '==': [{ var: 'device.isRemembered' }, true] },
  });
});
afterAll(() => site.stop());
afterEach(async () => {
  const problems = opened.flatMap((own) => own.problems);
  await Promise.all(opened.splice(0).map((own) => own.close()));
  expect(problems).toEqual([]);
});

async function open(): Promise<Page> {
  const own = await site.open();
  opened.push(own);
  return own.page;
}
const address = (userId: string) => `${userId}@example.com`;
async function person(userId: string): Promise<void> {
  await site.api('POST', `/v1/users/${userId}/authenticators`, {
    verificationMethod: 'EMAIL_OTP',
    email: address(userId),
  });
}
const track = (userId: string, action: string) =>
  site.track(userId, action, { deviceId: 'laptop', redirectUrl: `${site.appUrl}/` }) as Promise<{
    readonly url: string;
    readonly state?: string;
  }>;
const stateOf = async (userId: string) => (await track(userId, 'pay')).state;
const cookieOf = async (page: Page) => (await page.context().cookies(site.url)).find((cookie) => cookie.name === name);
const tick = (page: Page) => page.getByLabel('Remember this device for 30 days');

test('by keyboard alone: the tick is never set for the user, takes effect after the proof, and the cookie is the host’s own', async () => {
  await person('ann');
  const page = await open();
  await site.visit(page, (await track('ann', 'pay')).url);
  await tick(page).waitFor();
  expect(await tick(page).isChecked()).toBe(false);
  const code = await site.mailedCode(address('ann'));
  await page.getByLabel('Code').focus();
  await page.keyboard.type(code);
  await page.keyboard.press('Tab');
  expect(await page.evaluate('document.activeElement.type')).toBe('checkbox');
  await page.keyboard.press('Space');
  expect(await tick(page).isChecked()).toBe(true);
  expect(await stateOf('ann'), 'not before the proof').toBe('CHALLENGE_REQUIRED');
  await page.keyboard.press('Enter');
  await site.backAtApp(page);
  expect(await cookieOf(page)).toMatchObject({ httpOnly: true, secure: true, sameSite: 'Strict', path: '/' });
  expect(await stateOf('ann')).toBe('ALLOW');
  const [device] = await site.api('GET', '/v1/users/ann/devices');
  expect(device).toMatchObject({ deviceId: 'laptop', lastVerificationMethod: 'EMAIL_OTP' });
});

test('without the tick nothing is remembered; a page that has the cookie presents it, and gets the next', async () => {
  await person('ben');
  const page = await open();
  async function confirm(isTicked: boolean, before: string): Promise<string> {
    await site.visit(page, (await track('ben', 'signIn')).url);
    await tick(page).setChecked(isTicked);
    const code = await site.mailedCode(address('ben'), before);
    await page.getByLabel('Code').fill(code);
    if (!isTicked) await press(page, 'Confirm');
    await site.backAtApp(page);
    return code;
  }
  const first = await confirm(false, '');
  expect([await cookieOf(page), await stateOf('ben')]).toEqual([undefined, 'CHALLENGE_REQUIRED']);
  const second = await confirm(true, first);
  const given = (await cookieOf(page))?.value;
  expect(await stateOf('ben')).toBe('ALLOW');
  await confirm(false, second);
  await expect.poll(async () => (await cookieOf(page))?.value).not.toBe(given);
  expect(await stateOf('ben')).toBe('ALLOW');
  // Whoever copied the first cookie has not presented it too late yet: it is the one before the newest.
  expect(await cookieOf(page)).toBeDefined();
});

test('a passkey waits for a press where there is something to tick, and a new one does not forget the device', async () => {
  await person('cat');
  const page = await open();
  await addAuthenticator(page);
  await site.visit(page, (await track('cat', 'signIn')).url);
  await tick(page).check();
  await page.getByLabel('Code').fill(await site.mailedCode(address('cat')));
  await heading(page, 'Faster next time');
  await press(page, 'Create passkey');
  await site.backAtApp(page);
  expect(await stateOf('cat'), 'remembered after the passkey was added').toBe('ALLOW');
  await site.visit(page, (await track('cat', 'signIn')).url);
  await press(page, 'Try another way');
  await pick(page, 'Passkey');
  await tick(page).waitFor();
  await page.waitForTimeout(300);
  expect(page.url().startsWith(site.url), 'nothing happens without a press').toBe(true);
  await press(page, 'Use passkey');
  await site.backAtApp(page);
});

test('on the settings page users see, name and forget their devices', async () => {
  await person('dan');
  const page = await open();
  await site.visit(page, (await track('dan', 'signIn')).url);
  await tick(page).check();
  await page.getByLabel('Code').fill(await site.mailedCode(address('dan')));
  await site.backAtApp(page);
  const { url } = await site.track('dan', 'settings', {
    redirectToSettings: true,
    redirectUrl: `${site.appUrl}/`,
    deviceId: 'laptop',
    scope: 'update:authenticators',
  });
  await page.goto(url);
  await press(page, 'Your devices');
  await page.getByText('Remembered until').waitFor();
  await page.locator('summary').click();
  await press(page, 'Rename');
  await page.getByLabel('Name').fill('My laptop');
  await press(page, 'Save');
  await page.getByText('My laptop').waitFor();
  await page.locator('summary').click();
  await press(page, 'Forget');
  await heading(page, 'Forget “My laptop”?');
  await press(page, 'Forget');
  await page.getByText('There are none yet.').waitFor();
  expect(await stateOf('dan')).toBe('CHALLENGE_REQUIRED');
});
