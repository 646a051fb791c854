/** Worry: an operator cannot see, read, reach or understand something in the portal. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Page } from 'playwright-core';
import { widest } from '../ui/look-at.ts';
import { actionIdOf, fakeActivity } from './fake-activity.ts';
import { lookAtColours } from './look.ts';
import { startPortal } from './portal-site.ts';
import type { OpenPortal, PortalSite } from './portal-site.ts';

const unpictured = [
  'activity-nothing',
  'action-gone',
  'reviews-nothing',
  'sessions',
  'mail',
  'tenants',
  'end-sessions',
  'account-menu',
  'invite',
];

interface Screen {
  readonly name: string;
  /** Within the tenant. */
  readonly path: string;
  /** What says that it stands. */
  readonly shows: (page: Page) => Promise<unknown>;
}

const heading = (name: string | RegExp) => (page: Page) => page.getByRole('heading', { name }).first().waitFor();
const screens: readonly Screen[] = [
  {
    name: 'home',
    path: '',
    shows: async (page) => {
      await page.locator('.u-wrap').waitFor();
      await page.getByRole('button', { name: 'Copy the code' }).waitFor();
    },
  },
  {
    name: 'activity',
    path: '/activity',
    shows: (page) => page.getByRole('cell', { name: 'Waiting for review' }).first().waitFor(),
  },
  {
    name: 'activity-filtered',
    path: '/activity?state=BLOCK&ipAddress=203.0.113.85',
    shows: (page) => page.getByText('Searched back to').waitFor(),
  },
  { name: 'activity-nothing', path: '/activity?userId=nobody', shows: heading('No action fits') },
  { name: 'action', path: `/actions/${actionIdOf(3)}`, shows: (page) => page.getByText('Near miss').first().waitFor() },
  {
    name: 'action-gone',
    path: '/actions/0198e2a4-6d3c-7b1f-9a25-000000009999',
    shows: heading('There is no such thing'),
  },
  {
    name: 'reviews',
    path: '/reviews',
    shows: async (page) => {
      await page.getByText('Decisive').first().waitFor();
      await page.getByText('Same address').first().waitFor();
    },
  },
  { name: 'reviews-nothing', path: '/reviews?code=nothing', shows: heading('No nothing waits') },
  { name: 'users', path: '/users', shows: (page) => page.getByRole('cell', { name: 'alice.rangi' }).waitFor() },
  {
    name: 'user',
    path: '/users/alice.rangi',
    shows: (page) => page.getByRole('button', { name: 'Lift hold' }).waitFor(),
  },
  { name: 'audit', path: '/audit', shows: (page) => page.getByText('Review decided').waitFor() },
  { name: 'health', path: '/health', shows: heading('This installation') },
  { name: 'mail', path: '/mail', shows: (page) => page.getByRole('checkbox', { name: /Waiting reviews/ }).waitFor() },
  { name: 'tenants', path: '/tenants', shows: (page) => page.getByRole('button', { name: /^Rename/ }).waitFor() },
  {
    name: 'end-sessions',
    path: '/end-sessions',
    shows: async (page) => {
      await page.getByLabel('User ids').fill('nobody');
      await page.getByRole('button', { name: 'Count them' }).click();
      await page.getByText('No session fits.').waitFor();
    },
  },
  { name: 'team', path: '/team', shows: (page) => page.getByText('ada@bank.example').waitFor() },
  { name: 'sessions', path: '/sessions', shows: (page) => page.getByText('This one').waitFor() },
  {
    name: 'palette',
    path: '/activity',
    shows: async (page) => {
      await page.getByRole('row').nth(3).waitFor();
      await page.keyboard.press('Control+k');
      await page.getByRole('combobox', { name: 'Find' }).fill('ali');
      await page.getByRole('option', { name: /alice\.rangi/ }).waitFor();
    },
  },
  {
    name: 'shortcuts',
    path: '/reviews',
    shows: async (page) => {
      await page.getByText('Decisive').first().waitFor();
      await page.keyboard.press('?');
      await page.getByRole('dialog', { name: 'Shortcuts' }).waitFor();
    },
  },
  {
    name: 'account-menu',
    path: '/activity',
    shows: async (page) => {
      await page.getByRole('row').nth(3).waitFor();
      await page.getByRole('button', { name: 'ada' }).click();
      await page.getByRole('menuitem', { name: 'Sign out' }).waitFor();
    },
  },
  {
    name: 'invite',
    path: '/team',
    shows: async (page) => {
      await page.getByRole('button', { name: 'Invite' }).click();
      await page.getByRole('dialog', { name: 'Invite somebody' }).waitFor();
    },
  },
];

let site: PortalSite;
let ada: OpenPortal;
let base: string;

beforeAll(async () => {
  site = await startPortal();
  ada = await site.admin('ada@bank.example');
  await fakeActivity(ada.page);
  base = `${site.url}/portal/t/${site.tenantId}`;
  await ada.page.goto(base);
});
afterAll(() => site.stop());

describe.each(screens)('$name', ({ name, path, shows }) => {
  test('passes axe in light and dark, fits 320 pixels, and breaks no policy', async () => {
    const { page, problems } = ada;
    await page.setViewportSize({ width: 1280, height: 800 });
    // As a link leads there: the other journeys load these addresses anew, which takes as long as to look at one.
    await page.evaluate(`history.pushState(null, '', ${JSON.stringify(`${base}${path}`)})`);
    await shows(page);
    await lookAtColours(page, unpictured.includes(name) ? undefined : name);
    const here = page.locator('nav[aria-label=Pages] [aria-current]');
    const isElsewhere = ['sessions', 'mail', 'tenants', 'end-sessions'].includes(name);
    expect(await here.count()).toBe(isElsewhere ? 0 : 1);
    for (const width of [1024, 768, 320]) {
      await page.setViewportSize({ width, height: 800 });
      expect(await widest(page)).toBe(width);
    }
    expect(problems).toEqual([]);
    // Whatever was opened.
    await page.keyboard.press('Escape');
  });
});

test('the pages before signing in pass axe in light and dark', async () => {
  const { page, problems, close } = await site.open();
  await page.goto(`${site.url}/portal`);
  await page.getByRole('button', { name: 'Sign in with a passkey' }).waitFor();
  await lookAtColours(page, 'sign-in');
  await page.getByRole('button', { name: 'Use a password instead' }).click();
  await page.getByLabel('Password', { exact: true }).waitFor();
  await lookAtColours(page, 'sign-in-password');
  await page.goto(`${site.url}/portal/invitation#some-secret`);
  await page.getByRole('button', { name: 'Make a passkey' }).waitFor();
  await lookAtColours(page, 'invitation');
  await page.goto(`${site.url}/portal/nothing`);
  await heading('There is no such page')(page);
  await lookAtColours(page);
  expect(problems).toEqual([]);
  await close();
});

test('a refused or missing answer says what to do, and is asked for again', async () => {
  const { page } = ada;
  let isBroken = true;
  await page.route(/\/v1\/portal\/users\?/, async (route) =>
    isBroken
      ? route.fulfill({
          status: 500,
          json: { errorCode: 'unexpected_error' },
          headers: { 'x-request-id': 'request-1' },
        })
      : route.fallback(),
  );
  await page.setViewportSize({ width: 1280, height: 800 });
  await page.goto(`${base}/users`);
  await heading('The users did not load')(page);
  await page.getByText('request-1').waitFor();
  isBroken = false;
  await page.getByRole('button', { name: 'Try again' }).click();
  await page.getByRole('cell', { name: 'alice.rangi' }).waitFor();
  await page.unroute(/\/v1\/portal\/users\?/);
});
