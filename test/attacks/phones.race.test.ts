/** Worry: what one node ends goes on at another, or a key still signs for a user whose phone it no longer is. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { phone } from '../../src/testkit/phone.ts';
import type { Phone } from '../../src/testkit/phone.ts';
import { createPostgresDatabase } from '../../src/testkit/test-database.ts';
import { ask, eventually } from '../rig/api.ts';
import type { ApiReply } from '../rig/api.ts';
import { openChannel } from '../rig/live-channel.ts';
import { startServer, testCredentials } from '../rig/server-process.ts';
import type { ServerProcess } from '../rig/server-process.ts';

const credentials = testCredentials();
const { SALLYPORT_TENANT_ID: tenantId, SALLYPORT_SECRET_KEY: key } = credentials;
/** The page is at the first, the phone and the backend at the second. */
let nodes: readonly [ServerProcess, ServerProcess];
let people = 0;

beforeAll(async () => {
  const environment = {
    ...credentials,
    DATABASE_URL: await createPostgresDatabase(),
    SALLYPORT_LOG_LEVEL: 'warn',
    SALLYPORT_ANONYMOUS_RATE_LIMIT: '100000',
    SALLYPORT_PUBLIC_URL: 'http://localhost:4000',
    // Nothing listens there: a message is over at once.
    SALLYPORT_OUTBOUND_ALLOW: '127.0.0.1:9',
  };
  const first = await startServer(environment);
  nodes = [first, await startServer(environment)];
  const push = { pushProvider: 'WEBHOOK', webhookUrl: 'http://127.0.0.1:9/push' };
  for (const [slug, body] of [
    ['push', push],
    ['qr-code', {}],
    ['in-app', {}],
  ] as const) {
    await manage('POST', slug, body);
  }
  for (const at of [0, 1] as const) {
    await eventually(
      'the configuration of each node',
      10_000,
      async () => (await newPhone(at).inApp.addCredential(await track(newUser()))).status,
      (status) => status === 200,
    );
  }
}, 600_000);
afterAll(() => Promise.all(nodes.map((node) => node.stop())));

const newUser = () => `phone-user-${(people += 1)}`;

/** The operator's and the backend's calls go to the node that has no page. */
async function manage(method: string, slug: string, body: object): Promise<void> {
  const path = `/v1/management/authenticator-configurations/${slug}`;
  const reply = await ask(nodes[1].url, method, path, { key: credentials.SALLYPORT_MANAGEMENT_KEY, body });
  expect(reply.status, reply.text).toBe(200);
}
async function backend(method: string, path: string, body?: object): Promise<ApiReply['body']> {
  const reply = await ask(nodes[1].url, method, path, { key, ...(body === undefined ? {} : { body }) });
  expect(reply.status, reply.text).toBeLessThan(300);
  return reply.body;
}
const track = async (userId: string, body: object = {}) =>
  String((await backend('POST', `/v1/users/${userId}/actions/pay`, body)).token);
const stateOf = async (userId: string) => (await backend('GET', `/v1/users/${userId}/actions/pay/k`)).state as string;

function newPhone(at: 0 | 1): Phone {
  return phone({
    platform: 'android',
    tenantId,
    now: () => Date.now(),
    async send({ method, path, headers, body }) {
      const reply = await fetch(`${nodes[at].url}${path}`, {
        method,
        headers,
        ...(body === undefined ? {} : { body }),
      });
      return { status: reply.status, text: await reply.text() };
    },
  });
}
const page = (token: string, path: string, body: object) =>
  ask(nodes[0].url, 'POST', `/v1/client/${path}`, { headers: { authorization: `Bearer ${token}` }, body });

interface Waiting {
  readonly userId: string;
  readonly device: Phone;
  /** What the poll of the page says now. */
  poll(): Promise<ApiReply>;
  /** What its connection has said last, or how it has ended. */
  told(): string;
  /** The phone's approval, at either node. */
  approve(at: 0 | 1): Promise<ApiReply>;
  close(): void;
}

/** A page at the first node waits for a phone. */
async function waiting(method: 'push' | 'qr-code'): Promise<Waiting> {
  const userId = newUser();
  const device = newPhone(1);
  const own = method === 'push' ? device.push : device.qrCode;
  expect((await own.addCredential(await track(userId))).status).toBe(200);
  const token = await track(userId, { idempotencyKey: 'k' });
  const { heard, over, create, watch, socket } = await openChannel(
    `${nodes[0].url.replace('http', 'ws')}/ws-v1-challenge`,
    `token.${token}`,
  );
  let ended = '';
  void over.then((code) => (ended = String(code)));
  const opened = (
    method === 'push'
      ? await page(token, 'challenge/push', { numberMatching: true })
      : await page(token, 'challenge/qr-code', { action: 'pay' })
  ).body as { readonly challengeId: string; readonly verificationCode?: string; readonly deviceCode?: string };
  const liveId = method === 'push' ? opened.challengeId : await create();
  if (method === 'push') watch(liveId);
  await expect.poll(() => heard.length).toBe(1);
  const publicKey = own.publicKey();
  const signature = own.sign(liveId);
  return {
    userId,
    device,
    poll: () =>
      page(token, `verify/${method}`, { challengeId: opened.challengeId, deviceCode: opened.deviceCode ?? 'none' }),
    told: () => ended || String(heard.at(-1)?.data['state']),
    approve: (at) =>
      ask(nodes[at].url, 'POST', `/v1/client/user-authenticators/${method}/challenge`, {
        key: tenantId,
        body: { challengeId: liveId, publicKey, signature, approved: true, verificationCode: opened.verificationCode },
      }),
    close: () => socket.close(),
  };
}

const ends: readonly (readonly [string, string, (waits: Waiting, method: string) => Promise<unknown>])[] = [
  ['its user is deleted', '1008', ({ userId }) => backend('DELETE', `/v1/users/${userId}`)],
  [
    'its phone is removed by the backend',
    'rejected',
    async ({ userId }) => {
      const [own] = (await backend('GET', `/v1/users/${userId}/authenticators`)) as { userAuthenticatorId: string }[];
      return backend('DELETE', `/v1/users/${userId}/authenticators/${own?.userAuthenticatorId}`);
    },
  ],
  [
    'its action is blocked',
    'rejected',
    ({ userId }) => backend('PATCH', `/v1/users/${userId}/actions/pay/k`, { state: 'BLOCK' }),
  ],
  ['its method is switched off', 'rejected', (_waits, method) => manage('PATCH', method, { isActive: false })],
];

describe.each(['push', 'qr-code'] as const)('A40: %s', (method) => {
  test.each(ends)('ends within a second, on both nodes, when %s', async (what, expected, end) => {
    const waits = await waiting(method);
    expect((await waits.poll()).body).toMatchObject({ isVerified: false, isConsumed: false });
    await end(waits, method);
    const endedAtMs = performance.now();
    await expect.poll(waits.told, { interval: 10, timeout: 5_000 }).toBe(expected);
    expect(performance.now() - endedAtMs).toBeLessThan(1_000);
    const polled = await waits.poll();
    if (polled.status === 200) expect(polled.body).toMatchObject({ isVerified: false, isConsumed: true });
    else expect([400, 401]).toContain(polled.status);
    for (const at of [0, 1] as const) expect((await waits.approve(at)).status).toBeGreaterThanOrEqual(400);
    waits.close();
    if (what === 'its method is switched off') await manage('PATCH', method, { isActive: true });
  });
});

describe.each(['push', 'qr-code'] as const)('A49: %s', (method) => {
  test('a key that moves while it approves signs for its earlier user before that, or not at all', async () => {
    for (let round = 0; round < 8; round += 1) {
      const waits = await waiting(method);
      const own = method === 'push' ? waits.device.push : waits.device.qrCode;
      const other = newUser();
      const token = await track(other);
      const [approved, moved] = await Promise.all([
        new Promise((resolve) => setTimeout(resolve, round * 3)).then(() => waits.approve(0)),
        own.addCredential(token),
      ]);
      expect(moved.body).toMatchObject({ userId: other });
      const isApproved = approved.status === 200;
      expect(await stateOf(waits.userId)).toBe(isApproved ? 'CHALLENGE_SUCCEEDED' : 'CHALLENGE_REQUIRED');
      // Now it is another user's phone.
      expect((await waits.approve(1)).body.errorCode).toBe('invalid_credential');
      expect(await backend('GET', `/v1/users/${waits.userId}/authenticators`)).toEqual([]);
      waits.close();
    }
  }, 60_000);
});

test('A49: a key of another namespace or another tenant’s user signs nothing in an app', async () => {
  const device = newPhone(1);
  const userId = newUser();
  await device.push.addCredential(await track(userId));
  const token = await track(userId, { idempotencyKey: 'k' });
  const { challengeId } = (await ask(nodes[1].url, 'POST', '/v1/client/challenge', { key: tenantId, body: {} })).body;
  const foreign = [
    // Registered for push, which is another key of the same phone.
    { publicKey: device.push.publicKey(), signature: device.push.sign(challengeId) },
    // Never registered.
    { publicKey: device.inApp.publicKey(), signature: device.inApp.sign(challengeId) },
    // Of this user, signed by another.
    { publicKey: device.push.publicKey(), signature: device.inApp.sign(challengeId) },
  ];
  for (const signed of foreign) {
    const reply = await page(token, 'verify/in-app', { challengeId, ...signed });
    expect([reply.status, reply.body.errorCode]).toEqual([400, 'invalid_credential']);
  }
  expect(await stateOf(userId)).toBe('CHALLENGE_REQUIRED');
});
