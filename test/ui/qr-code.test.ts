/** Worry: the page shows a code that nobody can scan, does not notice the phone, or goes on after a refusal. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startSite } from './site.ts';
import type { OpenPage, Site } from './site.ts';
import { askByQrCode } from './states.ts';

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
  }, 60_000);

  test('is rejected on the phone, and the page says that it is over', async () => {
    const { page, problems, close } = await opened();
    const { device, code } = await askByQrCode(page, site, userOf('rejecter'));
    await expect.poll(code).not.toBe('');
    await device.updateChallenge(code(), false);
    await page.locator('.Qr').waitFor({ state: 'detached' });
    await expect.poll(() => page.getByRole('heading', { level: 1 }).textContent()).not.toMatch(/phone/);
    expect(problems).toEqual([]);
    await close();
  }, 60_000);
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
}, 60_000);
