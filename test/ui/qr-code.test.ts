/** Worry: the page shows a code that nobody can scan, does not notice the phone, or goes on after a refusal. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { addAuthenticator, startSite } from './site.ts';
import type { OpenPage, Site } from './site.ts';
import { askByQrCode, chooseQrCode } from './states.ts';
import { byPasskey, heading } from './ways-through.ts';

let site: Site;
beforeAll(async () => {
  site = await startSite();
}, 600_000);
afterAll(() => site.stop());

const ways = [
  ['over the live channel', false],
  ['by polling, where there is no WebSocket', true],
] as const;

describe.each(ways)('a QR code on our page, %s', (_way, isBlocked) => {
  const userOf = (what: string) => `${what}-${isBlocked ? 'polling' : 'live'}`;
  async function opened(): Promise<OpenPage> {
    const open = await site.open();
    if (isBlocked)
      await open.page.addInitScript('globalThis.WebSocket = class { constructor() { throw new Error(); } }');
    return open;
  }

  test('is scanned and approved, and the page returns to the app', async () => {
    const { page, problems, close } = await opened();
    const { device, code } = await askByQrCode(page, site, userOf('approver'));
    await expect.poll(code).not.toBe('');
    expect((await device.claimChallenge(code())).status).toBe(200);
    await page.getByRole('heading', { name: 'Look at your phone' }).waitFor();
    expect(await page.locator('.Qr').count()).toBe(0);
    await device.updateChallenge(code(), true);
    const token = await site.backAtApp(page);
    expect(await site.validate(token)).toMatchObject({ state: 'CHALLENGE_SUCCEEDED', verificationMethod: 'QR_CODE' });
    expect(problems).toEqual([]);
    await close();
  });

  test('is rejected on the phone, and the page says that it is over', async () => {
    const { page, problems, close } = await opened();
    const { device, code } = await askByQrCode(page, site, userOf('rejecter'));
    await expect.poll(code).not.toBe('');
    await device.updateChallenge(code(), false);
    await page.locator('.Qr').waitFor({ state: 'detached' });
    await expect.poll(() => page.getByRole('heading', { level: 1 }).textContent()).not.toMatch(/phone/);
    expect(problems).toEqual([]);
    await close();
  });
});

describe('the platform’s own passkey comes first', () => {
  /** A user with a passkey in this browser, and an app that scans; the page does not begin with the passkey by itself. */
  async function besidePasskey(userId: string) {
    const open = await site.open({ viewport: { width: 320, height: 640 } });
    const { page } = open;
    await addAuthenticator(page);
    const { url } = await site.track(userId, 'signIn', { redirectUrl: `${site.appUrl}/` });
    await page.goto(url);
    await byPasskey.setUp(page, site, '');
    await heading(page, 'Save your recovery codes');
    await page.addInitScript(`
      globalThis.hints = [];
      const get = navigator.credentials.get.bind(navigator.credentials);
      let isFirst = true;
      navigator.credentials.get = (options) => {
        hints.push(options.publicKey.hints);
        const refused = isFirst;
        isFirst = false;
        return refused ? Promise.reject(new DOMException('no', 'NotAllowedError')) : get(options);
      };
    `);
    const asked = await askByQrCode(page, site, userId, chooseQrCode);
    return { ...open, ...asked };
  }

  test('with the keyboard alone: the first thing on the screen, before the code', async () => {
    const { page, problems, close } = await besidePasskey('has-passkey');
    const button = page.getByRole('button', { name: 'Use a passkey on your phone' });
    const text = page.getByText('It only works with your phone beside you');
    const [first, note, code] = await Promise.all(
      [button, text, page.locator('.Qr')].map(async (part) => (await part.boundingBox())?.y ?? -1),
    );
    expect(first).toBeLessThan(note ?? 0);
    expect(note).toBeLessThan(code ?? 0);
    for (let presses = 0; presses < 6 && !(await button.evaluate((it) => it.matches(':focus'))); presses += 1) {
      await page.keyboard.press('Tab');
    }
    await page.keyboard.press('Enter');
    const token = await site.backAtApp(page);
    expect(await site.validate(token)).toMatchObject({ state: 'CHALLENGE_SUCCEEDED', verificationMethod: 'PASSKEY' });
    expect(problems).toEqual([]);
    await close();
  });

  test('the browser is asked for a phone; cancelling leaves the code, which is still good', async () => {
    const { page, device, code, close } = await besidePasskey('cancels-passkey');
    await page.evaluate(`navigator.credentials.get = (options) => {
      hints.push(options.publicKey.hints);
      return Promise.reject(new DOMException('no', 'NotAllowedError'));
    }`);
    await page.getByRole('button', { name: 'Use a passkey on your phone' }).click();
    await page.getByText('That was cancelled or timed out').waitFor();
    expect(await page.evaluate('hints.at(-1)')).toEqual(['hybrid']);
    await device.updateChallenge(code(), true);
    const token = await site.backAtApp(page);
    expect(await site.validate(token)).toMatchObject({ verificationMethod: 'QR_CODE' });
    await close();
  });

  test('is not offered to users without a passkey, nor where the browser has none', async () => {
    const { page, close } = await site.open();
    await askByQrCode(page, site, 'no-passkey');
    expect(await page.getByRole('button', { name: 'Use a passkey on your phone' }).count()).toBe(0);
    await close();
    const other = await besidePasskey('no-webauthn');
    const { url } = await site.track('no-webauthn', 'withdraw', { redirectUrl: `${site.appUrl}/` });
    await other.page.addInitScript('delete window.PublicKeyCredential');
    await other.page.goto(url);
    await chooseQrCode(other.page);
    await other.page.locator('.Qr').waitFor();
    expect(await other.page.getByRole('button', { name: 'Use a passkey on your phone' }).count()).toBe(0);
    await other.close();
  });
});

test('A40: the code ends with its phone, and the page says so', async () => {
  const { page, close } = await site.open();
  const { device } = await askByQrCode(page, site, 'phoneless');
  await device.removeCredential();
  await page.getByRole('alert').getByText('This code can no longer be used').waitFor();
  expect(await page.locator('.Qr').count()).toBe(0);
  await close();
});

test('A24: the code is renewed every half minute, and the latest one counts', async () => {
  const { page, close } = await site.open();
  await page.clock.install();
  const { device, codes } = await askByQrCode(page, site, 'renewed');
  const before = await page.locator('.Qr path').getAttribute('d');
  await page.clock.fastForward(30_500);
  await expect.poll(() => codes.length).toBe(2);
  await expect.poll(() => page.locator('.Qr path').getAttribute('d')).not.toBe(before);
  expect((await device.claimChallenge(String(codes[1]))).status).toBe(200);
  await page.getByRole('heading', { name: 'Look at your phone' }).waitFor();
  await close();
});
