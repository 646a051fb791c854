/** The unmodified @authsignal/browser asks on one node, and a phone answers on another: two nodes and one PostgreSQL. */
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { phone } from '../../src/testkit/phone.ts';
import type { Phone, Platform } from '../../src/testkit/phone.ts';
import { createPostgresDatabase } from '../../src/testkit/test-database.ts';
import { ask, eventually } from '../rig/api.ts';
import type { ApiReply } from '../rig/api.ts';
import { launchBrowser } from '../rig/browser.ts';
import { startServer, testCredentials } from '../rig/server-process.ts';
import type { ServerProcess } from '../rig/server-process.ts';

const credentials = testCredentials();
const sdk = join(dirname(createRequire(import.meta.url).resolve('@authsignal/browser')), 'index.min.js');

let nodes: [ServerProcess, ServerProcess];
let app: Server;
let browser: Browser;
let appUrl: string;
beforeAll(async () => {
  const environment = {
    ...credentials,
    DATABASE_URL: await createPostgresDatabase(),
    SALLYPORT_LOG_LEVEL: 'warn',
    SALLYPORT_ANONYMOUS_RATE_LIMIT: '100000',
    // Both nodes are one server: a token of one is good at the other.
    SALLYPORT_PUBLIC_URL: 'http://localhost:4000',
    // Nothing listens there: a message is over at once.
    SALLYPORT_OUTBOUND_ALLOW: '127.0.0.1:9',
  };
  const first = await startServer(environment);
  nodes = [first, await startServer(environment)];
  const key = credentials.SALLYPORT_MANAGEMENT_KEY;
  const manage = (method: string, path: string, body: object) =>
    ask(first.url, method, `/v1/management/${path}`, { key, body });
  const configuration = { pushProvider: 'WEBHOOK', webhookUrl: 'http://127.0.0.1:9/push' };
  expect((await manage('POST', 'authenticator-configurations/push', configuration)).status).toBe(200);
  // The published SDK cannot show a number.
  expect((await manage('PATCH', 'tenant', { allowPlainPushApproval: true })).status).toBe(200);
  app = createServer((_request, response) => {
    response.setHeader('content-type', 'text/html');
    response.end('<!doctype html><title>The app</title>');
  });
  await new Promise<void>((resolve) => app.listen(0, '127.0.0.1', resolve));
  appUrl = `http://localhost:${(app.address() as AddressInfo).port}`;
  browser = await launchBrowser();
  // The other node knows the configuration too.
  await eventually(
    'the configuration of the other node',
    10_000,
    async () => (await newPhone('ios', nodes[1]).push.addCredential(await track('settled'))).status,
    (status) => status === 200,
  );
}, 600_000);
afterAll(async () => {
  await browser.close();
  app.closeAllConnections();
  await new Promise((resolve) => app.close(resolve));
  await Promise.all(nodes.map((node) => node.stop()));
});

async function backend(path: string, body: object = {}): Promise<ApiReply['body']> {
  const reply = await ask(nodes[0].url, 'POST', path, { key: credentials.SALLYPORT_SECRET_KEY, body });
  expect(reply.status, reply.text).toBe(200);
  return reply.body;
}
const track = async (userId: string) => String((await backend(`/v1/users/${userId}/actions/pay`)).token);

function newPhone(platform: Platform, node: ServerProcess): Phone {
  return phone({
    platform,
    tenantId: credentials.SALLYPORT_TENANT_ID,
    now: () => Date.now(),
    async send({ method, path, headers, body }) {
      const reply = await fetch(`${node.url}${path}`, { method, headers, ...(body === undefined ? {} : { body }) });
      return { status: reply.status, text: await reply.text() };
    },
  });
}

async function appPage(token: string): Promise<Page> {
  const page = await (await browser.newContext()).newPage();
  await page.goto(appUrl);
  await page.addScriptTag({ path: sdk });
  await page.evaluate(
    `globalThis.sdk = new authsignal.Authsignal({ tenantId: '${credentials.SALLYPORT_TENANT_ID}', baseUrl: '${nodes[0].url}/v1' }); sdk.setToken(${JSON.stringify(token)});`,
  );
  return page;
}
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- the SDK's results have every shape
const call = (page: Page, expression: string): Promise<any> => page.evaluate(`(async () => sdk.${expression})()`);

test.each(['ios', 'android'] as const)(
  '%s: the browser asks and polls, the phone approves on another node',
  async (platform) => {
    const userId = `sdk-${platform}`;
    const device = newPhone(platform, nodes[1]);
    expect((await device.push.addCredential(await track(userId))).status).toBe(200);
    const page = await appPage(await track(userId));
    const { data: started } = await call(page, `push.challenge({ action: 'pay' })`);
    const verify = () => call(page, `push.verify({ challengeId: '${started.challengeId}' })`);
    expect((await verify()).data).toMatchObject({ isVerified: false, isConsumed: false });
    const seen = (await device.push.getChallenge()).body;
    expect(seen).toMatchObject({ challengeId: started.challengeId, actionCode: 'pay', userId });
    expect((await device.push.updateChallenge(seen.challengeId, true)).status).toBe(200);
    const { data } = await verify();
    expect(data).toMatchObject({ isVerified: true, isConsumed: true, token: expect.any(String) });
    expect(await backend('/v1/validate', { token: data.token })).toMatchObject({
      isValid: true,
      verificationMethod: 'PUSH',
    });

    const again = await appPage(await track(userId));
    const { data: second } = await call(again, `push.challenge({ action: 'pay' })`);
    await device.push.updateChallenge(second.challengeId, false);
    const rejected = await call(again, `push.verify({ challengeId: '${second.challengeId}' })`);
    expect(rejected.data).toMatchObject({ isVerified: false, isConsumed: true });
  },
);

test('I1: of many answers on two nodes at once, one counts', async () => {
  const userId = 'racer';
  const device = newPhone('ios', nodes[1]);
  await device.push.addCredential(await track(userId));
  const token = await track(userId);
  const headers = { authorization: `Bearer ${token}` };
  const { body: asked } = await ask(nodes[0].url, 'POST', '/v1/client/challenge/push', {
    headers,
    body: { numberMatching: true },
  });
  const publicKey = device.push.publicKey();
  const signature = device.push.sign(asked.challengeId);
  const answers = await Promise.all(
    Array.from({ length: 40 }, (_, at) =>
      ask(at % 2 === 0 ? nodes[0].url : nodes[1].url, 'POST', '/v1/client/user-authenticators/push/challenge', {
        key: credentials.SALLYPORT_TENANT_ID,
        body: {
          challengeId: asked.challengeId,
          publicKey,
          signature,
          approved: at % 4 < 2,
          verificationCode: asked.verificationCode,
        },
      }),
    ),
  );
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
});

test('A25: of many requests on two nodes at once, three are made, and one of them is open', async () => {
  const userId = 'bombed';
  const device = newPhone('android', nodes[1]);
  await device.push.addCredential(await track(userId));
  const headers = { authorization: `Bearer ${await track(userId)}` };
  const replies = await Promise.all(
    Array.from({ length: 12 }, (_, at) =>
      ask(nodes[at % 2 === 0 ? 0 : 1].url, 'POST', '/v1/client/challenge/push', {
        headers,
        body: { numberMatching: true },
      }),
    ),
  );
  const made = replies.filter(({ status }) => status === 200).map(({ body }) => body);
  expect(made).toHaveLength(3);
  const results = [];
  for (const { challengeId, verificationCode } of made) {
    results.push((await device.push.updateChallenge(challengeId, true, verificationCode)).status);
  }
  expect(results.sort()).toEqual([200, 400, 400]);
});
