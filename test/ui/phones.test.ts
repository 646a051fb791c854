/** Worry: the page does not notice what a phone says to another node, or users cannot get rid of a phone that they lost. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Page } from 'playwright-core';
import type { Phone } from '../../src/testkit/phone.ts';
import { eventually } from '../rig/api.ts';
import { patienceMs } from '../rig/browser.ts';
import { startSite } from './site.ts';
import type { OpenPage, Site } from './site.ts';
import { toPhones, withPhone } from './states.ts';
import { heading } from './ways-through.ts';

let site: Site;
let otherNode: string;
beforeAll(async () => {
  site = await startSite();
  otherNode = await site.startNode();
}, 600_000);
afterAll(() => site.stop());

/** Without WebSocket there is nothing but polling; a connection that is lost is as good as none. */
const ways: readonly (readonly [string, (page: Page) => Promise<unknown>])[] = [
  ['over the live channel', async () => undefined],
  [
    'by polling, where there is no WebSocket',
    (page) => page.addInitScript('globalThis.WebSocket = class { constructor() { throw new Error(); } }'),
  ],
  [
    'by polling, where a proxy refuses it',
    (page) => page.routeWebSocket(/ws-v1-challenge/, (socket) => socket.close()),
  ],
  [
    'by polling, after the connection was lost',
    (page) =>
      page.routeWebSocket(/ws-v1-challenge/, (socket) => {
        socket.connectToServer().onMessage((message) => {
          socket.send(message);
          void socket.close();
        });
      }),
  ],
];

describe.each(ways)('a push on our page, %s, with the phone on another node', (way, prepare) => {
  const isLive = way === 'over the live channel';
  let open: OpenPage;
  let polls: number;
  async function asked(what: string): Promise<{ page: Page; device: Phone; challengeId: string; number: string }> {
    open = await site.open();
    const { page } = open;
    await prepare(page);
    polls = 0;
    page.on('request', (request) => (polls += request.url().endsWith('/verify/push') ? 1 : 0));
    const userId = `${what}-${ways.findIndex(([name]) => name === way)}`;
    const device = await withPhone(site, userId, otherNode);
    const watched = isLive
      ? page.waitForEvent('websocket').then((socket) => socket.waitForEvent('framereceived'))
      : undefined;
    const { url } = await site.track(userId, 'withdraw', { redirectUrl: `${site.appUrl}/` });
    await page.goto(url);
    await page.locator('.Number').waitFor();
    await watched;
    const number = (await page.locator('.Number strong').textContent()) ?? '';
    const { challengeId } = (await device.push.getChallenge()).body as { readonly challengeId: string };
    return { page, device, challengeId, number };
  }

  test('is approved, and the page returns to the app', async () => {
    const { page, device, challengeId, number } = await asked('approver');
    await device.push.updateChallenge(challengeId, true, number);
    const token = await site.backAtApp(page);
    expect(await site.validate(token)).toMatchObject({ state: 'CHALLENGE_SUCCEEDED', verificationMethod: 'PUSH' });
    // Told, and not found.
    if (isLive) expect(polls).toBe(0);
    else expect(polls).toBeGreaterThan(0);
    expect(open.problems).toEqual([]);
    await open.close();
  });

  test('is refused, and the page says so', async () => {
    const { page, device, challengeId } = await asked('refuser');
    await device.push.updateChallenge(challengeId, false);
    await heading(page, 'This was declined');
    if (isLive) expect(polls).toBe(0);
    expect(open.problems).toEqual([]);
    await open.close();
  });

  test('A40: ends when its phone is removed, and the page says what can be done', async () => {
    const { page, device } = await asked('loser');
    await device.push.removeCredential();
    await page.getByRole('alert').getByText('This request can no longer be answered').waitFor();
    expect(await page.getByRole('button', { name: 'Ask again' }).count()).toBe(1);
    if (isLive) expect(polls).toBe(0);
    await open.close();
  });
});

test('with the keyboard alone, a user renames one phone and removes another', async () => {
  const { page, problems, close } = await site.open({ viewport: { width: 320, height: 640 } });
  const userId = 'owner-of-phones';
  await site.api('POST', `/v1/users/${userId}/authenticators`, {
    verificationMethod: 'EMAIL_OTP',
    email: `${userId}@example.com`,
  });
  await toPhones(page, site, userId);
  const focus = () =>
    page.evaluate(
      `document.activeElement === document.body ? '' : document.activeElement.textContent || document.activeElement.id`,
    ) as Promise<string>;
  async function tabTo(text: string): Promise<void> {
    for (let presses = 0; presses < 15; presses += 1) {
      if ((await focus()).includes(text)) return;
      await page.keyboard.press('Tab');
    }
    throw new Error(`Tab never reaches ${text}.`);
  }
  const names = () => page.locator('summary .Card-title bdi').allTextContents();
  const stored = async () =>
    ((await site.api('GET', `/v1/users/${userId}/authenticators`)) as { displayName?: string }[]).flatMap(
      ({ displayName }) => displayName ?? [],
    );
  expect(await names()).toEqual(expect.arrayContaining(['Ann’s iPhone', 'Work phone']));

  await tabTo('Work phone');
  await page.keyboard.press('Enter');
  await tabTo('Rename');
  await page.keyboard.press('Enter');
  await page.getByLabel('Name').waitFor();
  await eventually('the focus', patienceMs, focus, (found) => found === 'name');
  await page.keyboard.type('Office phone');
  await page.keyboard.press('Enter');
  await page.getByRole('status').getByText('Renamed').waitFor();
  expect(await names()).toContain('Office phone');

  // The question takes the focus a moment after it shows: a key before that would go elsewhere.
  async function asked(): Promise<void> {
    await eventually('the focus', patienceMs, focus, (found) => found === 'Remove “Ann’s iPhone”?');
  }
  await tabTo('Ann’s iPhone');
  await page.keyboard.press('Enter');
  await tabTo('Remove');
  await page.keyboard.press('Enter');
  await asked();
  // Cancelling changes nothing.
  await tabTo('Cancel');
  await page.keyboard.press('Enter');
  await heading(page, 'How you confirm it’s you');
  expect(await stored()).toContain('Ann’s iPhone');
  await tabTo('Ann’s iPhone');
  await page.keyboard.press('Enter');
  await tabTo('Remove');
  await page.keyboard.press('Enter');
  await asked();
  await page.keyboard.press('Tab');
  expect(await focus()).toBe('Remove');
  await page.keyboard.press('Enter');
  await page.getByRole('status').getByText('Removed').waitFor();
  expect(await names()).not.toContain('Ann’s iPhone');
  expect(await stored()).toEqual(['Office phone']);
  expect(problems).toEqual([]);
  await close();
});
