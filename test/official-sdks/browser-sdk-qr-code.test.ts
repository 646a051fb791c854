/** The unmodified @authsignal/browser in a real browser and a simulated phone, on two nodes of one PostgreSQL. */
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { Client } from 'pg';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { phone } from '../../src/testkit/phone.ts';
import { createPostgresDatabase } from '../../src/testkit/test-database.ts';
import { ask } from '../rig/api.ts';
import type { ApiReply } from '../rig/api.ts';
import { launchBrowser } from '../rig/browser.ts';
import { startServer, testCredentials } from '../rig/server-process.ts';
import type { ServerProcess } from '../rig/server-process.ts';

const credentials = testCredentials();
const { SALLYPORT_TENANT_ID: tenantId, SALLYPORT_SECRET_KEY: key } = credentials;
const sdk = join(dirname(createRequire(import.meta.url).resolve('@authsignal/browser')), 'index.min.js');

let nodes: readonly [ServerProcess, ServerProcess];
let app: Server;
let appUrl: string;
let browser: Browser;
let databaseUrl: string;
beforeAll(async () => {
  databaseUrl = await createPostgresDatabase();
  const variables = {
    ...credentials,
    DATABASE_URL: databaseUrl,
    SALLYPORT_ANONYMOUS_RATE_LIMIT: '10000',
    // Both nodes take the tokens of either.
    SALLYPORT_PUBLIC_URL: 'http://localhost:4000',
  };
  const first = await startServer(variables);
  nodes = [first, await startServer(variables)];
  const path = '/v1/management/authenticator-configurations/qr-code';
  const made = await ask(first.url, 'POST', path, { key: credentials.SALLYPORT_MANAGEMENT_KEY, body: {} });
  expect(made.status, made.text).toBe(200);
  app = createServer((_request, response) => {
    response.setHeader('content-type', 'text/html');
    response.end('<!doctype html><title>The app</title>');
  });
  await new Promise<void>((resolve) => app.listen(0, '127.0.0.1', resolve));
  appUrl = `http://localhost:${(app.address() as AddressInfo).port}`;
  browser = await launchBrowser();
}, 600_000);
afterAll(async () => {
  await browser.close();
  app.closeAllConnections();
  await new Promise((resolve) => app.close(resolve));
  for (const node of nodes) await node.stop();
});

async function backend(path: string, body: object = {}): Promise<ApiReply['body']> {
  const reply = await ask(nodes[0].url, 'POST', path, { key, body });
  expect(reply.status, reply.text).toBe(200);
  return reply.body;
}
const track = async (userId: string, body: object = {}) =>
  String((await backend(`/v1/users/${userId}/actions/pay`, body)).token);
const validate = (token: unknown) => backend('/v1/validate', { token });

/** A user whose phone is registered, and speaks to the other node than the page. */
async function withPhone(userId: string, platform: 'ios' | 'android') {
  const device = phone({
    platform,
    tenantId,
    now: () => Date.now(),
    async send({ method, path, headers, body }) {
      const init = { method, headers, ...(body === undefined ? {} : { body }) };
      const reply = await fetch(`${nodes[1].url}${path}`, init);
      return { status: reply.status, text: await reply.text() };
    },
  });
  // The other node may not know yet that QR codes are enabled.
  await expect.poll(async () => (await device.qrCode.addCredential(await track(userId))).status).toBe(200);
  return device.qrCode;
}

/** A page of the app with the SDK, which notes what it is told. */
async function appPage(token?: string): Promise<Page> {
  const page = await (await browser.newContext()).newPage();
  await page.goto(appUrl);
  await page.addScriptTag({ path: sdk });
  await page.evaluate(
    `globalThis.sdk = new authsignal.Authsignal({ tenantId: '${tenantId}', baseUrl: '${nodes[0].url}/v1' });
     globalThis.told = []; globalThis.renewed = [];
     globalThis.onStateChange = (state, token) => told.push([state, token]);
     globalThis.onRefresh = (challengeId) => renewed.push(challengeId);
     ${token === undefined ? '' : `sdk.setToken(${JSON.stringify(token)});`}`,
  );
  return page;
}
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- the SDK's results have every shape
const call = (page: Page, expression: string): Promise<any> => page.evaluate(`(async () => sdk.${expression})()`);
const told = (page: Page) => page.evaluate('told') as Promise<[string, string | undefined][]>;
const states = async (page: Page) => [...new Set((await told(page)).map(([state]) => state))];

const ways = [
  ['over the live channel', '', 'ios'],
  ['by polling', 'polling: true, pollInterval: 200,', 'android'],
] as const;

describe.each(ways)('the unmodified browser SDK, %s', (_way, options, platform) => {
  const start = (page: Page, more = '') =>
    call(page, `qrCode.challenge({ action: 'pay', ${options} onStateChange, ${more} })`);

  test('signs in who scans and approves, and hears of each step', async () => {
    const userId = `anonymous-${platform}`;
    const device = await withPhone(userId, platform);
    const page = await appPage();
    const { data } = await start(page);
    expect(data).toMatchObject({ challengeId: expect.any(String), expiresAt: expect.any(String) });
    expect((await device.claimChallenge(data.challengeId)).body).toMatchObject({ success: true, actionCode: 'pay' });
    await expect.poll(() => states(page)).toEqual(['claimed']);
    expect((await device.updateChallenge(data.challengeId, true)).body).toEqual({ isVerified: true });
    await expect.poll(() => states(page)).toEqual(['claimed', 'approved']);
    const token = (await told(page)).at(-1)?.[1];
    expect(await validate(token)).toMatchObject({ isValid: true, state: 'CHALLENGE_SUCCEEDED', userId });
  });

  test('proves a tracked action by its token, and hears of a rejection', async () => {
    const userId = `tracked-${platform}`;
    const device = await withPhone(userId, platform);
    for (const approved of [true, false]) {
      const token = await track(userId);
      const page = await appPage(token);
      const { data } = await start(page);
      await device.updateChallenge(data.challengeId, approved);
      await expect.poll(async () => (await states(page)).at(-1)).toBe(approved ? 'approved' : 'rejected');
      const state = approved ? 'CHALLENGE_SUCCEEDED' : 'CHALLENGE_FAILED';
      expect(await validate((await told(page)).at(-1)?.[1] ?? token)).toMatchObject({ state });
    }
  });

  test('renews its code, which then is the one that counts', async () => {
    const device = await withPhone(`renewing-${platform}`, platform);
    const page = await appPage();
    const { data } = await start(page, 'refreshInterval: 700, onRefresh');
    await expect.poll(() => page.evaluate('renewed.length')).toBeGreaterThan(0);
    await call(page, 'qrCode.refresh()');
    const latest = String(await page.evaluate('renewed.at(-1)'));
    expect(latest).not.toBe(data.challengeId);
    expect((await device.updateChallenge(latest, true)).status).toBe(200);
    await expect.poll(async () => (await states(page)).at(-1)).toBe('approved');
    await call(page, 'qrCode.disconnect()');
  });
});

test('the live channel goes on after its database connections were cut, whichever news was lost', async () => {
  const device = await withPhone('cut-off', 'ios');
  const page = await appPage();
  const { data } = await call(page, `qrCode.challenge({ action: 'pay', onStateChange })`);
  const admin = new Client({ connectionString: databaseUrl });
  await admin.connect();
  await admin.query(
    'select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()',
  );
  await admin.end();
  await expect.poll(async () => (await device.claimChallenge(data.challengeId)).status).toBe(200);
  await expect.poll(() => states(page)).toEqual(['claimed']);
  await device.updateChallenge(data.challengeId, true);
  await expect.poll(() => states(page)).toEqual(['claimed', 'approved']);
});

test('A40: a connection of a deleted user ends on the node that did not delete them', async () => {
  const userId = 'deleted-meanwhile';
  await withPhone(userId, 'ios');
  const page = await appPage(await track(userId));
  await page.evaluate(`globalThis.hasClosed = false; const Plain = WebSocket;
    globalThis.WebSocket = class extends Plain { constructor(...given) { super(...given); this.addEventListener('close', () => (hasClosed = true)); } };`);
  await call(page, `qrCode.challenge({ action: 'pay', onStateChange })`);
  const deleted = await ask(nodes[1].url, 'DELETE', `/v1/users/${userId}`, { key });
  expect(deleted.status).toBeLessThan(300);
  await expect.poll(() => page.evaluate('hasClosed')).toBe(true);
});

test('A24: of two phones at two nodes at once one claims a code', async () => {
  const one = await withPhone('racer-one', 'ios');
  const other = await withPhone('racer-two', 'android');
  for (let round = 0; round < 5; round += 1) {
    const page = {
      authorization: `Basic ${Buffer.from(tenantId).toString('base64')}`,
      'content-type': 'application/json',
    };
    const opened = await fetch(`${nodes[0].url}/v1/client/challenge/qr-code`, {
      method: 'POST',
      headers: page,
      body: JSON.stringify({ action: 'pay' }),
    });
    const { challengeId } = (await opened.json()) as { challengeId: string };
    const claims = await Promise.all(
      [one, other].flatMap((each) => [each.claimChallenge(challengeId), each.claimChallenge(challengeId)]),
    );
    const won = claims.map(({ status }) => status === 200);
    expect([won[0], won[2]]).toContain(true);
    expect([won[0], won[1]]).toEqual([!won[2], !won[3]]);
    const answers = await Promise.all(
      [one, other].flatMap((each) => [
        each.updateChallenge(challengeId, true),
        each.updateChallenge(challengeId, true),
      ]),
    );
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
  }
});
