/** The portal on the real server, with nothing faked: what backends and users did is seen, decided and found again. */
import blns from 'big-list-of-naughty-strings/blns.json' with { type: 'json' };
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Client } from 'pg';
import { ask } from '../rig/api.ts';
import { patienceMs } from '../rig/browser.ts';
import { readInboxSecretLink } from '../rig/read-inbox.ts';
import { violations } from '../ui/look-at.ts';
import { fieldFocused, startPortal } from './portal-site.ts';
import type { OpenPortal, PortalSite } from './portal-site.ts';

let site: PortalSite;
let ada: OpenPortal;
let base: string;

const key = () => site.secretKey;
async function api(method: string, path: string, body?: object) {
  const reply = await ask(site.url, method, `/v1${path}`, { key: key(), ...(body === undefined ? {} : { body }) });
  if (reply.status !== 200) throw new Error(`${method} ${path}: ${reply.text}`);
  return reply.body;
}

const waiting = Array.from({ length: 12 }, (_, at) => `payer-${String(at).padStart(2, '0')}`);
const naughty = (blns as readonly string[]).filter((text) => /[<>"'&=;{}$]/.test(text)).slice(0, 40);

beforeAll(async () => {
  site = await startPortal();
  ada = await site.admin('ada@bank.example');
  base = `${site.url}/portal/t/${site.tenantId}`;
  for (const userId of waiting) {
    const path = `/users/${userId}/actions/withdrawFunds`;
    await api('POST', path, {
      idempotencyKey: 'k',
      ipAddress: '203.0.113.7',
      deviceId: 'laptop',
      email: `${userId}@example.com`,
      custom: { amount: '18450', payee: 'Harbour Ltd' },
    });
    await api('PATCH', `${path}/k`, { state: 'REVIEW_REQUIRED' });
  }
  for (const [at, text] of naughty.entries()) {
    const userId = `naughty-${at}`;
    await api('POST', `/users/${userId}/actions/signIn`, {
      idempotencyKey: 'k',
      userAgent: text,
      deviceId:
        text
          .replace(/[^\x20-\x7e]/g, '')
          .trim()
          .slice(0, 200) || 'none',
      username: text.slice(0, 200),
      custom: { text, [text.slice(0, 40)]: 1 },
    }).catch(() => api('POST', `/users/${userId}/actions/signIn`, { idempotencyKey: 'k', custom: { text } }));
  }
});
afterAll(() => site.stop());

const isThere = { timeout: patienceMs };

test('activity has what was tracked, newest first, and filters it', async () => {
  const { page } = ada;
  await page.goto(`${base}/activity`);
  await page.getByRole('link', { name: `naughty-${naughty.length - 1}`, exact: true }).waitFor(isThere);
  await page.goto(`${base}/activity?state=REVIEW_REQUIRED`);
  await page.getByRole('link', { name: 'payer-11', exact: true }).waitFor(isThere);
  expect(await page.getByText(/^naughty-/).count()).toBe(0);
  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: /CSV/ }).click();
  const lines = readFileSync(await (await download).path(), 'utf8')
    .trim()
    .split(/\r?\n/);
  expect(lines).toHaveLength(1 + waiting.length);
});

test('a new action comes by itself while one looks', async () => {
  const { page } = ada;
  await page.goto(`${base}/activity`);
  await page.getByRole('row').nth(3).waitFor(isThere);
  await api('POST', '/users/just-now/actions/signIn', {});
  await page.getByRole('link', { name: 'just-now', exact: true }).waitFor(isThere);
});

test('an action says why it was decided, and what happened to it', async () => {
  const { page } = ada;
  await page.goto(`${base}/activity?userId=payer-03`);
  await page.getByText('withdrawFunds').first().waitFor(isThere);
  await page
    .getByRole('link', { name: /withdrawFunds/ })
    .first()
    .click();
  await page.getByText('Harbour Ltd').first().waitFor(isThere);
  await page.getByText('action.state_set').first().or(page.getByText(/state/i).first()).waitFor(isThere);
  await page.getByText('203.0.113.7').first().waitFor(isThere);
});

describe('reviews', () => {
  test('ten are decided by the keyboard alone; one that the backend has decided meanwhile is told', async () => {
    const { page } = ada;
    await page.goto(`${base}/reviews`);
    await page.getByRole('heading', { name: 'Reviews 12 wait' }).waitFor(isThere);
    await page.getByText('payer-00').first().waitFor(isThere);
    await page.keyboard.press('n');
    await fieldFocused(page);
    await page.keyboard.type('Called the customer.');
    await page.keyboard.press('Escape');
    for (let turn = 0; turn < 10; turn += 1) {
      await page.getByText(`payer-0${turn}`).nth(1).waitFor(isThere);
      await page.keyboard.press(turn % 3 === 0 ? 'r' : 'a');
    }
    await page.getByRole('heading', { name: 'Reviews 2 wait' }).waitFor(isThere);
    const states = () =>
      Promise.all(
        waiting
          .slice(0, 10)
          .map(async (userId) => (await api('GET', `/users/${userId}/actions/withdrawFunds/k`)).state),
      );
    // The page goes on before the last answer has come.
    await expect
      .poll(states)
      .toEqual(Array.from({ length: 10 }, (_, turn) => (turn % 3 === 0 ? 'REVIEW_FAILED' : 'REVIEW_SUCCEEDED')));
    await page.getByText('payer-10').nth(1).waitFor(isThere);
    await api('PATCH', '/users/payer-10/actions/withdrawFunds/k', { state: 'REVIEW_FAILED' });
    await page.keyboard.press('a');
    await page.getByText('Already decided by API').waitFor(isThere);
    expect((await api('GET', '/users/payer-10/actions/withdrawFunds/k')).state).toBe('REVIEW_FAILED');
  });

  test('where two people approve, the second sees the first, who cannot be both', async () => {
    const { page } = ada;
    const path = '/users/two-people/actions/withdrawFunds';
    await api('POST', path, { idempotencyKey: 'k', deviceId: 'laptop' });
    await api('PATCH', `${path}/k`, { state: 'REVIEW_REQUIRED' });
    const set = (reviewsNeedTwoPeople: boolean) =>
      page.evaluate(
        async ([tenantId, value]) => {
          const reply = await fetch('/v1/management/tenant', {
            method: 'PATCH',
            headers: { 'content-type': 'application/json', 'x-sallyport-tenant': String(tenantId) },
            body: JSON.stringify({ reviewsNeedTwoPeople: value }),
          });
          return reply.status;
        },
        [site.tenantId, reviewsNeedTwoPeople] as const,
      );
    expect(await set(true)).toBe(200);
    const only = `${base}/reviews?code=withdrawFunds`;
    await page.goto(only);
    await page.locator('.QueueItem', { hasText: 'two-people' }).click();
    await page.getByRole('button', { name: 'Approve first' }).waitFor(isThere);
    // The device of the others, which were decided above.
    await page.getByText('Same device').first().waitFor(isThere);
    await page.keyboard.press('n');
    await fieldFocused(page);
    await page.keyboard.type('Fits her salary.');
    await page.keyboard.press('Escape');
    await page.keyboard.press('a');
    await page.getByText('somebody else has to approve it too').first().waitFor(isThere);
    await page.locator('.QueueItem', { hasText: 'two-people' }).getByText('Approved by you').waitFor(isThere);
    expect((await api('GET', `${path}/k`)).state).toBe('REVIEW_REQUIRED');
    const ben = await site.admin('ben@bank.example');
    await ben.page.goto(only);
    await ben.page.locator('.QueueItem', { hasText: 'two-people' }).click();
    await ben.page.getByText('ada@bank.example has approved it').waitFor(isThere);
    await ben.page.getByText('Fits her salary.').waitFor(isThere);
    await ben.page.keyboard.press('a');
    await expect.poll(async () => (await api('GET', `${path}/k`)).state).toBe('REVIEW_SUCCEEDED');
    expect(ben.problems).toEqual([]);
    await ben.close();
    expect(await set(false)).toBe(200);
  });

  test('are in the audit log with the operator who decided', async () => {
    const { page } = ada;
    await page.goto(`${base}/audit?type=review`);
    await page.getByText('ada@bank.example').nth(5).waitFor(isThere);
  });
});

test('a user is found by Ctrl K, and helped: a device, an authenticator, a lockout', async () => {
  const { page } = ada;
  await api('POST', '/users/payer-05/authenticators', {
    verificationMethod: 'EMAIL_OTP',
    email: 'payer-05@example.com',
  });
  await page.goto(`${base}`);
  await page.getByRole('navigation', { name: 'Pages' }).waitFor(isThere);
  await page.keyboard.press('Control+K');
  await page.getByLabel('Find', { exact: true }).fill('payer-05');
  await page
    .getByRole('option', { name: /payer-05/ })
    .first()
    .click();
  await page.getByText('payer-05@example.com').first().waitFor(isThere);
  await page.getByRole('button', { name: /^Remove Code by email/ }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click();
  await page.getByText('Authenticator removed').waitFor(isThere);
  expect(await api('GET', '/users/payer-05/authenticators')).toEqual([]);
});

test('a user who has lost everything is helped in by two operators, and can say that it was not them', async () => {
  const { page } = ada;
  const [userId, email] = ['payer-07', 'payer-07@example.com'];
  await api('POST', `/users/${userId}/authenticators`, { verificationMethod: 'EMAIL_OTP', email });
  const client = new Client({ connectionString: site.databaseUrl });
  await client.connect();
  await client.query(`update authenticators set verified_at = verified_at - interval '8 days' where user_id = $1`, [
    userId,
  ]);
  await client.end();
  const lena = await site.admin('lena@bank.example');

  await page.goto(`${base}/users/${userId}`);
  await page.getByRole('button', { name: 'Help them in' }).click();
  const asking = page.getByRole('dialog');
  expect(await violations(page)).toEqual([]);
  await asking.getByLabel('Reason').fill('Lost the phone. Ticket 4711.');
  await asking.getByRole('button', { name: 'Ask for approval' }).click();
  await page.getByText('Waits for a second person').waitFor(isThere);
  expect(await page.getByRole('button', { name: /^Approve/ }).count()).toBe(0);

  await lena.page.goto(`${base}/users`);
  await lena.page.getByRole('button', { name: `Approve help for ${userId}` }).click();
  await lena.page.getByRole('button', { name: 'Approve and send' }).click();
  await lena.page.getByText('Link sent').first().waitFor(isThere);
  expect(await violations(lena.page)).toEqual([]);

  const user = await site.open();
  await user.page.goto(await readInboxSecretLink(site.url, email, '/help'));
  const go = user.page.getByRole('button', { name: 'Continue' });
  await go.waitFor(isThere);
  // The server draws the page; its script takes what is secret out of the address a moment later.
  await expect.poll(() => user.page.url(), isThere).not.toContain('#');
  await user.page.reload();
  expect(await violations(user.page)).toEqual([]);
  await go.click();
  await user.page.getByRole('heading', { name: 'How you confirm it’s you' }).waitFor(isThere);
  await expect.poll(() => user.page.url(), isThere).not.toContain('token');
  await user.page.reload();
  await user.page.getByRole('button', { name: 'Add another way' }).click();
  await user.page.getByText('Passkey').first().click();
  await user.page.getByRole('button', { name: 'Create passkey' }).click();
  await user.page
    .getByText(/Limited until/)
    .first()
    .waitFor(isThere);

  await page.goto(`${base}/users/${userId}`);
  await page
    .getByText(/^Held until/)
    .first()
    .waitFor(isThere);
  await page.getByText('Used', { exact: true }).first().waitFor(isThere);
  let denial = '';
  await expect
    .poll(async () => (denial = await readInboxSecretLink(site.url, email, '/help/stop')), isThere)
    .not.toBe('');
  const owner = await site.open();
  await owner.page.goto(denial);
  expect(await violations(owner.page)).toEqual([]);
  await owner.page.getByRole('button', { name: 'It wasn’t me: stop it' }).press('Enter');
  await owner.page.getByRole('heading', { name: 'It’s stopped' }).waitFor(isThere);
  await page.reload();
  await page.getByText('Stopped by the user').waitFor(isThere);
  expect(await page.getByText(/^Held until/).count()).toBe(0);
  expect([...user.problems, ...owner.problems, ...lena.problems]).toEqual([]);

  await page.getByRole('button', { name: 'Erase' }).click();
  const sure = page.getByRole('dialog').getByRole('button', { name: 'Erase' });
  expect(await sure.isDisabled()).toBe(true);
  await page.getByLabel('Type the user id to confirm').fill(userId);
  await sure.click();
  await page.getByText('Erased', { exact: true }).waitFor(isThere);
  await page.waitForURL(`${base}/users`);
  expect((await api('GET', `/users/${userId}`)).isEnrolled).toBe(false);
  for (const opened of [user, owner, lena]) await opened.close();
});

test('the home page counts what was decided, within a minute', async () => {
  const { page } = ada;
  await expect
    .poll(
      async () => {
        await page.goto(`${base}`);
        await page.getByRole('heading', { name: 'Home' }).waitFor(isThere);
        await page.getByText('Decided', { exact: true }).waitFor(isThere);
        return Number((await page.locator('body').innerText()).match(/Decided\s+([\d,]+)/)?.[1]?.replace(',', '') ?? 0);
      },
      { timeout: patienceMs, interval: 3_000 },
    )
    .toBeGreaterThanOrEqual(waiting.length + naughty.length);
});

test('an admin exports the log, chooses mail, ends sessions of many users, and creates a tenant', async () => {
  const { page } = ada;
  await page.goto(`${base}/audit?type=review`);
  await page.getByText('ada@bank.example').first().waitFor(isThere);
  const file = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Export' }).click();
  const lines = readFileSync(await (await file).path(), 'utf8')
    .trim()
    .split('\n');
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({ kind: 'begin', type: 'review' });
  expect(JSON.parse(lines.at(-1) ?? '')).toEqual({ kind: 'end', entries: lines.length - 2 });
  expect(lines.length).toBeGreaterThan(10);

  await page.getByRole('button', { name: 'ada', exact: true }).click();
  await page.getByRole('menuitem', { name: 'Your mail' }).click();
  const reviews = page.getByRole('checkbox', { name: /Waiting reviews/ });
  const alerts = page.getByRole('checkbox', { name: /Alerts/ });
  // The second press comes while the first is stored.
  await reviews.check();
  await alerts.check();
  await page.getByText('Mail goes to ada@bank.example').nth(1).waitFor(isThere);
  await page.reload();
  await expect.poll(() => reviews.isChecked()).toBe(true);
  expect(await alerts.isChecked()).toBe(true);

  const path = '/users/payer-01/actions/signIn';
  const { token } = await api('POST', path, { idempotencyKey: 's' });
  await api('PATCH', `${path}/s`, { state: 'CHALLENGE_SUCCEEDED' });
  const { accessToken } = await api('POST', '/sessions', { token, clientId: site.tenantId });
  await page.goto(`${base}/users`);
  await page.getByRole('link', { name: 'End sessions' }).click();
  await page.getByLabel('User ids').fill('payer-01\npayer-02\n\n');
  await page.keyboard.press('Tab');
  await page.getByRole('button', { name: 'Count them' }).click();
  await page.getByText('1 session of 1 user would end.').waitFor(isThere);
  await page.getByRole('button', { name: 'End 1 session' }).click();
  // It is long ago that they proved who they are.
  await page.getByRole('button', { name: 'Use passkey' }).or(page.getByText('Sessions ended')).first().waitFor(isThere);
  const again = page.getByRole('button', { name: 'Use passkey' });
  if (await again.isVisible()) await again.click();
  await page.getByText('Sessions ended').waitFor(isThere);
  const validated = await ask(site.url, 'POST', '/v1/sessions/validate', {
    key: key(),
    body: { accessToken, clientIds: [site.tenantId] },
  });
  expect(validated.status).not.toBe(200);

  await page.goto(`${base}/tenants`);
  await page.getByRole('button', { name: 'Create' }).waitFor(isThere);
  await page.keyboard.press('c');
  await page.getByRole('textbox', { name: 'Name' }).fill('Bank (test)');
  await page.getByLabel('What it is for').selectOption('Test');
  await page.getByRole('checkbox', { name: /^Copy that of/ }).check();
  await page.getByRole('checkbox', { name: /With the items/ }).check();
  expect((await violations(page)).filter((one) => !/data-base-ui-focus-guard/.test(one))).toEqual([]);
  await page.getByRole('dialog').getByRole('button', { name: 'Create' }).click();
  const made = page.getByRole('dialog', { name: 'Bank (test) is made' });
  await made.waitFor();
  await made.getByText(/actions with .* rules/).waitFor(isThere);
  const secret = await made.getByText(/^sp_server_/).innerText();
  expect((await ask(site.url, 'POST', '/v1/users/new/actions/signIn', { key: secret, body: {} })).status).toBe(200);
  await made.getByRole('button', { name: 'I have copied them' }).click();
  await made.waitFor({ state: 'detached' });
  expect(await page.getByText(secret).count()).toBe(0);
  await page.getByRole('link', { name: 'Bank (test)' }).click();
  await page.getByRole('heading', { name: 'Home' }).waitFor(isThere);
  expect(page.url()).not.toContain(site.tenantId);
  await page.goto(`${base}/tenants`);
  await page.getByRole('button', { name: 'Rename Bank (test)' }).click();
  await page.getByRole('textbox', { name: 'Name' }).fill('Bank of tests');
  await page.keyboard.press('Enter');
  await page.getByRole('link', { name: 'Bank of tests' }).waitFor(isThere);
});

test('A61: text that is code or markup is only text, on every page, and no policy is broken', async () => {
  const { page } = ada;
  for (const path of ['/activity', '/users?words=naughty']) {
    await page.goto(`${base}${path}`);
    await page.getByRole('row').nth(5).waitFor(isThere);
  }
  await page.goto(`${base}/audit`);
  await page.getByText('Action state set').first().waitFor(isThere);
  for (const at of [0, 7, 21]) {
    await page.goto(`${base}/users/naughty-${at}`);
    await page.getByText(`naughty-${at}`).first().waitFor(isThere);
    await page.goto(`${base}/activity?userId=naughty-${at}`);
    await page
      .getByRole('link', { name: /signIn/ })
      .first()
      .click();
    await page.waitForURL(/\/actions\//);
    await page.getByText('Custom data').waitFor(isThere);
  }
  expect(ada.problems).toEqual([]);
});
