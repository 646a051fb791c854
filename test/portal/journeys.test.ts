/** Worry: an operator cannot do their work in the portal, or does something else than they meant. */
import { readFileSync } from 'node:fs';
import blns from 'big-list-of-naughty-strings/blns.json' with { type: 'json' };
import { Secret, TOTP } from 'otpauth';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { patienceMs } from '../rig/browser.ts';
import { violations, widest } from '../ui/look-at.ts';
import { actionIdOf, fakeActivity } from './fake-activity.ts';
import { fieldFocused, startPortal } from './portal-site.ts';
import type { OpenPortal, PortalSite } from './portal-site.ts';

let site: PortalSite;
let ada: OpenPortal;
let base: string;

beforeAll(async () => {
  site = await startPortal();
  ada = await site.admin('ada@bank.example');
  base = `${site.url}/portal/t/${site.tenantId}`;
});
afterAll(() => site.stop());

const isOnScreen = { timeout: patienceMs };

describe('coming in', () => {
  test('an invitation leaves no secret in the address, survives a reload, and works once', async () => {
    const address = await site.invite('bea@bank.example');
    const { page, problems, close } = await site.open();
    await page.goto(address);
    const make = page.getByRole('button', { name: 'Make a passkey' });
    await make.waitFor();
    expect(page.url()).toBe(`${site.url}/portal/invitation`);
    await close();
    // Another browser, in which making the passkey fails at first.
    const other = await site.open();
    await other.page.goto(address);
    await other.page.route('**/registration-options', (route) => route.abort(), { times: 1 });
    await other.page.getByRole('button', { name: 'Make a passkey' }).click();
    await other.page.getByText('The server did not answer').waitFor();
    await other.page.reload();
    await other.page.getByText('bea@bank.example').waitFor();
    await other.page.getByRole('button', { name: 'Make a passkey' }).click();
    await other.page.getByRole('navigation', { name: 'Pages' }).waitFor();
    expect(await other.page.evaluate('sessionStorage.length')).toBe(0);
    const third = await site.open();
    await third.page.goto(address);
    await third.page.getByRole('button', { name: 'Make a passkey' }).click();
    await third.page.getByRole('heading', { name: 'This invitation no longer works' }).waitFor();
    expect([...problems, ...other.problems, ...third.problems]).toEqual([]);
    await other.close();
    await third.close();
  });

  test('signs out, and in again by the passkey', async () => {
    const { page, problems, close } = await site.admin('cleo@bank.example');
    await page.getByRole('button', { name: 'cleo' }).click();
    await page.getByRole('menuitem', { name: 'Sign out' }).click();
    await page.getByText('You have signed out').waitFor();
    await page.getByRole('button', { name: 'Sign in with a passkey' }).click();
    await page.getByRole('navigation', { name: 'Pages' }).waitFor();
    expect(problems).toEqual([]);
    await close();
  });

  test('a password and an app, from the invitation on: by keyboard, on a narrow dark screen', async () => {
    const { page, problems, close } = await site.open({
      viewport: { width: 320, height: 800 },
      colorScheme: 'dark',
    });
    const enter = async (label: string, text: string) => {
      await page.getByLabel(label, { exact: true }).fill(text);
      await page.keyboard.press('Enter');
    };
    await page.goto(await site.invite('hal@bank.example'));
    await page.getByRole('button', { name: 'Use a password instead' }).press('Enter');
    await page.getByText('You sign in as hal@bank.example').waitFor();
    await page.getByText('Cannot scan it?').press('Enter');
    const secret = (await page.locator('.DoorHelp code').innerText()).replaceAll(/\s/g, '');
    const totp = new TOTP({ secret: Secret.fromBase32(secret) });
    const now = () => totp.generate();
    await page.getByLabel('Password', { exact: true }).fill('hal@bank.example');
    await enter('Code of the app', now());
    await page.getByText('little more than your address').waitFor();
    expect(await widest(page)).toBe(320);
    expect(await violations(page)).toEqual([]);
    await page.getByLabel('Password', { exact: true }).fill('nine otters on a quiet river');
    const wrong = now().startsWith('1') ? '200000' : '100000';
    await enter('Code of the app', wrong);
    await page.getByText('That is not the code that the app shows now').waitFor();
    await enter('Code of the app', now());
    await page.waitForURL(/\/portal\/t\//);

    await page.context().clearCookies();
    await page.goto(`${site.url}/portal/sign-in`);
    await page.getByRole('button', { name: 'Use a password instead' }).press('Enter');
    await page.getByLabel('Email address').fill('hal@bank.example');
    await page.getByLabel('Password', { exact: true }).fill('nine otters on a quiet river');
    await enter('Code of your authenticator app', wrong);
    await page.getByText('the password or the code is wrong').waitFor();
    // Of the half minute that comes next: that of this one was used.
    const next = totp.generate({ timestamp: Date.now() + 30_000 });
    await enter('Code of your authenticator app', next);
    await page.waitForURL(/\/portal\/t\//);

    await page.goto(`${base}/sessions`);
    await page.getByRole('button', { name: 'Change password' }).press('Enter');
    await page.route(
      '**/v1/portal/password',
      (route) => route.fulfill({ status: 403, json: { errorCode: 'step_up_required', errorDescription: '' } }),
      { times: 1 },
    );
    await enter('New password', 'ten otters on a quiet river');
    await enter('Code of your app', next);
    await page.getByText('The code is wrong, or it was used already').waitFor();
    const database = new Client({ connectionString: site.databaseUrl });
    await database.connect();
    await database.query('update authenticators set counter = 0 where counter is not null');
    await database.end();
    await enter('Code of your app', next);
    await page.getByText('Your other sessions have ended').waitFor();
    expect(problems).toEqual([]);
    await close();
  });

  test('a session that has ended leads back to where one was', async () => {
    const { page, close } = await site.admin('dora@bank.example');
    await fakeActivity(page);
    await page.goto(`${base}/activity?state=BLOCK`);
    await page.getByRole('row').nth(2).waitFor();
    await page.context().clearCookies();
    await page.goto(`${base}/team`);
    await page.getByText('Your session has ended').waitFor();
    await page.getByRole('button', { name: 'Sign in with a passkey' }).click();
    await page.getByRole('heading', { name: 'Team' }).waitFor();
    expect(page.url()).toBe(`${base}/team`);
    await close();
  });

  test('signing in leads nowhere but into the portal', async () => {
    const { page, close } = await site.admin('eve@bank.example');
    await page.context().clearCookies();
    await page.goto(`${site.url}/portal/sign-in?next=//elsewhere.example/t/`);
    await page.getByRole('button', { name: 'Sign in with a passkey' }).click();
    await page.getByRole('navigation', { name: 'Pages' }).waitFor();
    expect(page.url()).toMatch(new RegExp(`^${base}`));
    await close();
  });

  test('another session is ended from the list of them', async () => {
    const other = await site.open();
    const invitation = await site.invite('fay@bank.example');
    await other.page.goto(invitation);
    await other.page.getByRole('button', { name: 'Make a passkey' }).click();
    await other.page.getByRole('navigation', { name: 'Pages' }).waitFor();
    const { page, close } = other;
    const cookies = await page.context().cookies();
    await page.context().clearCookies();
    await page.goto(`${site.url}/portal/sign-in`);
    await page.getByRole('button', { name: 'Sign in with a passkey' }).click();
    await page.getByRole('navigation', { name: 'Pages' }).waitFor();
    await page.goto(`${base}/sessions`);
    await page.getByRole('button', { name: 'End' }).click();
    await page.getByText('Session ended').waitFor();
    await page.getByRole('button', { name: 'End' }).waitFor({ state: 'detached' });
    await page.context().clearCookies();
    await page.context().addCookies(cookies);
    await page.goto(`${base}/sessions`);
    await page.getByText('Your session has ended').waitFor();
    await close();
  });
});

describe('the team', () => {
  test('somebody is invited and gets another role; the last admin keeps theirs', async () => {
    const { page } = ada;
    await page.goto(`${base}/team`);
    await page.getByText('ada@bank.example').waitFor();
    await page.keyboard.press('i');
    await page.getByLabel('Email address').fill('grace@bank.example');
    await page.getByLabel('Name').fill('Grace');
    await page.getByRole('button', { name: 'Send the invitation' }).click();
    await page.getByText('A link was mailed to grace@bank.example').waitFor();
    await page.getByText('grace@bank.example').first().waitFor();
    await page.getByRole('button', { name: 'Change the roles of Grace' }).click();
    await page.getByRole('checkbox', { name: /Support/ }).check();
    await page.getByRole('button', { name: 'Save the roles' }).click();
    await page.getByText('They count at once for Grace.').waitFor();
    await page.route(
      /\/v1\/portal\/members\/[^/]+$/,
      (route) =>
        route.fulfill({ status: 409, json: { errorCode: 'conflict', errorDescription: 'The last admin stays.' } }),
      { times: 1 },
    );
    await page.getByRole('button', { name: 'Change the roles of ada' }).first().click();
    await page.getByRole('checkbox', { name: /Viewer/ }).check();
    await page.getByRole('button', { name: 'Save the roles' }).click();
    await page.getByText('Make somebody else an admin first').waitFor();
  });

  test('a step-up that is declined changes nothing and says nothing', async () => {
    const { page } = ada;
    await page.goto(`${base}/team`);
    await page.route(/\/v1\/portal\/members\/[^/]+$/, (route) =>
      route.fulfill({ status: 403, json: { errorCode: 'step_up_required', errorDescription: 'Prove it again.' } }),
    );
    await page.getByRole('button', { name: 'Remove Grace' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Remove', exact: true }).click();
    const dialog = page.getByRole('dialog', { name: 'Confirm that it is you' });
    await dialog.getByRole('button', { name: 'Cancel' }).click();
    await dialog.waitFor({ state: 'detached' });
    await page.unroute(/\/v1\/portal\/members\/[^/]+$/);
    expect(await page.locator('.Toast').count()).toBe(0);
    await page.keyboard.press('Escape');
    await page.getByText('grace@bank.example').first().waitFor();
  });

  test('a step-up by the passkey repeats the call that needed it', async () => {
    const { page } = ada;
    await page.goto(`${base}/team`);
    await page.route(
      /\/v1\/portal\/members\/[^/]+$/,
      (route) =>
        route.fulfill({ status: 403, json: { errorCode: 'step_up_required', errorDescription: 'Prove it again.' } }),
      { times: 1 },
    );
    await page.getByRole('button', { name: 'Remove Grace' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Remove', exact: true }).click();
    await page.getByRole('button', { name: 'Use passkey' }).click();
    await page.getByText('Grace may no longer come in').waitFor();
    await page.getByText('grace@bank.example').waitFor({ state: 'detached' });
  });
});

describe('activity', () => {
  test('keeps its filters in the address, and a row opens by the keyboard', async () => {
    const { page } = ada;
    await fakeActivity(page);
    await page.goto(`${base}/activity`);
    await page.getByRole('row').nth(5).waitFor();
    await page.getByRole('combobox', { name: 'Any state' }).selectOption('Blocked');
    await expect.poll(() => page.url()).toBe(`${base}/activity?state=BLOCK`);
    await page.keyboard.press('Escape');
    await page.getByRole('heading', { name: 'Activity' }).click();
    await page.keyboard.press('/');
    await fieldFocused(page);
    await page.keyboard.press('Tab');
    await page.keyboard.type('withdrawFunds');
    await expect.poll(() => page.url()).toBe(`${base}/activity?state=BLOCK&code=withdrawFunds`);
    // Typing goes on in the same field.
    await expect.poll(() => page.evaluate('document.activeElement.value')).toBe('withdrawFunds');
    await page.reload();
    await expect.poll(() => page.getByRole('textbox', { name: 'Action code' }).inputValue()).toBe('withdrawFunds');
    await page.keyboard.press('x');
    await expect.poll(() => page.url()).toBe(`${base}/activity`);
    await page.getByRole('row').nth(5).waitFor();
    await page.keyboard.press('j');
    await page.keyboard.press('j');
    await expect.poll(() => page.evaluate(`document.activeElement.closest('[data-index]')?.dataset.index`)).toBe('1');
    await page.keyboard.press('Enter');
    await page.waitForURL(`${base}/actions/${actionIdOf(1)}`);
    await page.goBack();
    await page.getByRole('row').nth(5).waitFor();
  });

  test('shows new actions at the top, and only counts them while one reads further down', async () => {
    const { page } = ada;
    const fake = await fakeActivity(page);
    const [model] = fake.actions;
    const come = (at: number) =>
      fake.actions.unshift({
        ...(model as typeof model & object),
        actionId: actionIdOf(9_000 + at),
        userId: `newcomer-${at}`,
      });
    await page.goto(`${base}/activity`);
    await page.getByRole('row').nth(5).waitFor();
    come(1);
    await page.getByRole('link', { name: 'newcomer-1', exact: true }).waitFor(isOnScreen);
    await page.locator('.TableBox').evaluate((box) => box.scrollTo(0, 900));
    await page.waitForTimeout(100);
    come(2);
    const more = page.getByRole('button', { name: '1 new action' });
    await more.waitFor(isOnScreen);
    expect(await page.getByRole('link', { name: 'newcomer-2', exact: true }).count()).toBe(0);
    await more.click();
    await page.getByRole('link', { name: 'newcomer-2', exact: true }).waitFor();
    await more.waitFor({ state: 'detached' });
  });

  test('holds a hundred thousand rows worth of scrolling in few elements', async () => {
    const { page } = ada;
    await fakeActivity(page, { count: 3_000 });
    await page.goto(`${base}/activity`);
    await page.getByRole('row').nth(5).waitFor();
    for (let turn = 0; turn < 12; turn += 1) {
      await page.locator('.TableBox').evaluate((box) => box.scrollTo(0, box.scrollHeight));
      await page.waitForTimeout(80);
    }
    expect(Number(await page.getByRole('table').getAttribute('aria-rowcount'))).toBeGreaterThan(500);
    expect(await page.getByRole('row').count()).toBeLessThan(80);
  });

  test('keeps a view under a name', async () => {
    const { page } = ada;
    await fakeActivity(page);
    await page.goto(`${base}/activity?state=CHALLENGE_FAILED&code=signIn`);
    await page.getByRole('button', { name: 'Save view' }).click();
    await page.getByLabel('Name').fill('Failed sign-ins');
    await page.keyboard.press('Enter');
    await page.goto(`${base}/activity`);
    await page.getByRole('link', { name: 'Failed sign-ins' }).click();
    await expect.poll(() => page.url()).toBe(`${base}/activity?state=CHALLENGE_FAILED&code=signIn`);
    await page.getByRole('button', { name: 'Forget the view Failed sign-ins' }).click();
    await page.getByRole('link', { name: 'Failed sign-ins' }).waitFor({ state: 'detached' });
  });

  test('downloads what it shows as a table that no spreadsheet runs', async () => {
    const { page } = ada;
    await fakeActivity(page, { count: 250, name: (kept) => `=cmd|' /C calc'!${kept}` });
    await page.goto(`${base}/activity`);
    await page.getByRole('row').nth(5).waitFor();
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Download as CSV' }).click(),
    ]);
    const lines = readFileSync(await download.path(), 'utf8').split('\r\n');
    expect(lines).toHaveLength(252);
    expect(lines[1]).toContain(",'=cmd|");
    expect(lines.some((line) => /(?:^|,)[=+@-]/.test(line))).toBe(false);
  });
});

describe('reviews', () => {
  test('ten are decided by the keyboard alone, with a note, and nothing else', async () => {
    const { page } = ada;
    const fake = await fakeActivity(page);
    await page.goto(`${base}/activity`);
    await page.getByRole('row').nth(5).waitFor();
    await page.keyboard.press('g');
    await page.keyboard.press('r');
    await page.getByRole('heading', { name: 'Reviews 14 wait' }).waitFor();
    const oldest = fake.actions
      .filter(({ state }) => state === 'REVIEW_REQUIRED')
      .map(({ actionId }) => actionId)
      .reverse();
    for (let turn = 0; turn < 10; turn += 1) {
      if (turn === 2) {
        await page.keyboard.press('n');
        await fieldFocused(page);
        await page.keyboard.type('Called: a and r are only letters here.');
        await page.keyboard.press('Escape');
      }
      await page.keyboard.press(turn % 3 === 0 ? 'r' : 'a');
    }
    await expect.poll(() => fake.decided.length).toBe(10);
    expect(fake.decided.map(({ actionId }) => actionId)).toEqual(oldest.slice(0, 10));
    expect(fake.decided.map(({ decision }) => decision)).toEqual(
      Array.from({ length: 10 }, (_, turn) => (turn % 3 === 0 ? 'REJECT' : 'APPROVE')),
    );
    expect(fake.decided.map(({ note }) => note).filter((note) => note !== undefined)).toEqual([
      'Called: a and r are only letters here.',
    ]);
    await page.getByRole('heading', { name: 'Reviews 4 wait' }).waitFor();
  });

  test('tells who was first, and goes on', async () => {
    const { page } = ada;
    const fake = await fakeActivity(page);
    const [first] = fake.actions.filter(({ state }) => state === 'REVIEW_REQUIRED').reverse();
    fake.loseTo(first?.actionId ?? '');
    await page.goto(`${base}/reviews`);
    await page.getByText('Decisive').first().waitFor();
    await page.keyboard.press('a');
    await page.getByText('mere@bank.example has rejected it already').waitFor();
    expect(fake.decided).toEqual([]);
    await page.getByRole('heading', { name: 'Reviews 13 wait' }).waitFor();
  });

  test('one that was not decided comes back', async () => {
    const { page } = ada;
    await fakeActivity(page);
    await page.route('**/decide', (route) => route.abort(), { times: 1 });
    await page.goto(`${base}/reviews`);
    await page.getByText('Decisive').first().waitFor();
    await page.keyboard.press('a');
    await page.getByText('The server did not answer').waitFor();
    await page.getByRole('heading', { name: 'Reviews 14 wait' }).waitFor();
  });

  test('is taken, and taken over only on purpose', async () => {
    const { page } = ada;
    await fakeActivity(page);
    await page.goto(`${base}/reviews`);
    await page.getByText('Decisive').first().waitFor();
    await page.keyboard.press('t');
    await page.getByText('Yours').first().waitFor();
    // A colleague has the thirteenth.
    for (let turn = 0; turn < 12; turn += 1) await page.keyboard.press('j');
    await page.getByText('mere@bank.example has taken it').first().waitFor();
    await page.keyboard.press('t');
    await page.getByText('Press Shift T to take it over').waitFor();
    await page.keyboard.press('Shift+T');
    await expect.poll(() => page.locator('.QueueItem .Tag', { hasText: 'Yours' }).count()).toBe(2);
  });
});

describe('users', () => {
  test('contacts are revealed for a reason alone', async () => {
    const { page } = ada;
    const fake = await fakeActivity(page);
    await page.goto(`${base}/users`);
    await page.getByRole('row').nth(2).waitFor();
    await page.keyboard.press('/');
    await fieldFocused(page);
    await page.keyboard.type('ali');
    await expect.poll(() => page.url()).toBe(`${base}/users?words=ali`);
    await page.getByRole('link', { name: /Alice Rangi/ }).click();
    await page.getByText('a•••@bank.example').first().waitFor();
    await page.getByRole('button', { name: 'Reveal' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Reveal' }).click();
    expect(fake.reasons).toEqual([]);
    await page.getByLabel('Reason').fill('Ticket 4711');
    await page.getByRole('dialog').getByRole('button', { name: 'Reveal' }).click();
    await page.getByText('alice@bank.example').waitFor();
    expect(fake.reasons).toEqual(['Ticket 4711']);
  });

  test('an authenticator is removed after a question, of this user', async () => {
    const { page } = ada;
    await fakeActivity(page);
    const calls: string[] = [];
    await page.route('**/v1/management/users/**', (route) => {
      calls.push(`${route.request().method()} ${new URL(route.request().url()).pathname}`);
      return route.fulfill({ status: 200, json: { success: true } });
    });
    await page.goto(`${base}/users/alice.rangi`);
    await page.getByRole('button', { name: 'Remove Passkey iPhone of Alice' }).click();
    expect(calls).toEqual([]);
    await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click();
    await page.getByText('Authenticator removed').waitFor();
    await page.getByRole('button', { name: 'Unlock code by email' }).click();
    await page.getByText('Code by email unlocked').waitFor();
    const path = '/v1/management/users/alice.rangi';
    expect(calls).toEqual([
      expect.stringMatching(new RegExp(`^DELETE ${path}/authenticators/`)),
      `POST ${path}/verification-methods/EMAIL_OTP/unlock`,
    ]);
    await page.unroute('**/v1/management/users/**');
  });
});

test('what a role does not permit is not offered', async () => {
  const { page, close } = await site.admin('hana@bank.example');
  await fakeActivity(page);
  await page.route('**/v1/portal/session', async (route) => {
    const reply = await route.fetch();
    const session = (await reply.json()) as { tenants: { roles: string[]; permissions: string[] }[] };
    const tenants = session.tenants.map((tenant) => ({
      ...tenant,
      roles: ['VIEWER'],
      permissions: ['activity:read', 'users:read', 'configuration:read'],
    }));
    await route.fulfill({ response: reply, json: { ...session, tenants } });
  });
  await page.goto(`${base}/reviews`);
  await page.getByText('You may read the queue').waitFor();
  const links = page.getByRole('navigation', { name: 'Pages' }).getByRole('link');
  expect(await links.count()).toBe(7);
  await page.goto(`${base}/users/alice.rangi`);
  await page.getByText('iPhone of Alice').waitFor();
  for (const name of ['Remove', 'Lift', 'Invalidate', 'Reveal', 'Export', 'Unlock'])
    expect(await page.getByRole('button', { name }).count(), name).toBe(0);
  await page.goto(`${base}/audit`);
  await page.getByRole('heading', { name: 'You may not see this' }).waitFor();
  await close();
});

test('a tenant of which one is no member is said to be closed', async () => {
  const { page } = ada;
  await page.goto(`${site.url}/portal/t/0198c1a0-11b2-7f00-8c3d-5b6a7988c9d0/activity`);
  await page.getByRole('heading', { name: 'You may not come in here' }).waitFor();
});

test('keys without Ctrl can be switched off', async () => {
  const { page } = ada;
  await fakeActivity(page);
  await page.goto(`${base}/users`);
  await page.getByRole('row').nth(2).waitFor();
  await page.getByRole('button', { name: 'Shortcuts' }).click();
  await page.getByRole('checkbox').uncheck();
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await page.keyboard.press('g');
  await page.keyboard.press('a');
  await page.waitForTimeout(200);
  expect(page.url()).toBe(`${base}/users`);
  await page.getByRole('button', { name: 'Shortcuts' }).click();
  await page.getByRole('checkbox').check();
  await page.keyboard.press('Escape');
});

// A61.
test('names that are code, markup or nonsense are shown as they are, everywhere', async () => {
  const { page, problems, close } = await site.admin('ines@bank.example');
  const naughty = (blns as string[]).filter((text) => text.trim() !== '' && text.length < 200);
  let at = 0;
  await fakeActivity(page, { count: 240, name: () => naughty[at++ % naughty.length] ?? '' });
  for (const path of ['', '/activity', `/actions/${actionIdOf(3)}`, '/reviews', '/users', '/audit']) {
    await page.goto(`${base}${path}`);
    await page.getByRole('heading', { level: 1 }).waitFor();
    await page.waitForTimeout(400);
    if (path === '/audit') for (const line of await page.locator('.EventHead').all()) await line.click();
    expect(await page.locator('main img, main iframe, main script, main marquee').count()).toBe(0);
  }
  expect(problems).toEqual([]);
  await close();
});
