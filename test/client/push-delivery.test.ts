/** Worry: a push service is called wrongly, a dead phone is asked for ever, or a service that is away stops a challenge. */
import { generateKeyPairSync } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { phone } from '../../src/testkit/phone.ts';
import type { Platform } from '../../src/testkit/phone.ts';
import { testApp } from '../../src/testkit/test-app.ts';
import type { TestApp } from '../../src/testkit/test-app.ts';
import { operator } from '../rig/portal.ts';
import { startPushServices } from '../rig/push-services.ts';
import type { PushServices } from '../rig/push-services.ts';
import { startReceiver } from '../rig/webhook-receiver.ts';
import type { WebhookReceiver } from '../rig/webhook-receiver.ts';

const apnsKeys = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const googleKeys = generateKeyPairSync('rsa', { modulusLength: 2048 });
const pem = (key: typeof apnsKeys.publicKey, type: 'spki' | 'pkcs8') => String(key.export({ type, format: 'pem' }));
const apnsCredentials = {
  teamId: 'TEAM123456',
  keyId: 'KEY1234567',
  bundleId: 'com.example.bank',
  privateKey: pem(apnsKeys.privateKey, 'pkcs8'),
};
const fcmCredentials = {
  serviceAccountKey: JSON.stringify({
    type: 'service_account',
    project_id: 'bank',
    client_email: 'push@bank.example',
    private_key_id: 'g1',
    private_key: pem(googleKeys.privateKey, 'pkcs8'),
  }),
};
const iphoneToken = 'ab'.repeat(32);

let services: PushServices;
let webhook: WebhookReceiver;
let app: TestApp;
let people = 0;

beforeAll(async () => {
  services = await startPushServices({
    apns: pem(apnsKeys.publicKey, 'spki'),
    google: pem(googleKeys.publicKey, 'spki'),
  });
  webhook = await startReceiver();
  const { url } = services;
  app = await testApp('embedded', {
    anonymousRateLimit: 100_000,
    outboundAllow: [`127.0.0.1:${services.port}`, new URL(webhook.url).host],
    pushEndpoints: { apns: url, apnsSandbox: url, fcm: url, googleTokens: url },
  });
});
afterAll(async () => {
  await app.close();
  await services.close();
  await webhook.stop();
});
beforeEach(() => {
  services.apns.length = 0;
  services.fcm.length = 0;
  services.answerApns = () => ({ status: 200, body: {} });
  services.answerFcm = () => ({ status: 200, body: {} });
});

const path = '/v1/management/authenticator-configurations/push';
async function configure(body: object): Promise<void> {
  const key = app.tenant.managementKey;
  await app.call('DELETE', path, { key });
  const reply = await app.call('POST', path, { key, body });
  expect(reply.status, reply.text).toBe(200);
}
async function track(userId: string): Promise<string> {
  return String((await app.call('POST', `/v1/users/${userId}/actions/pay`, { body: {} })).body.token);
}
async function owner(platform: Platform, pushToken: string) {
  const userId = `delivery-user-${(people += 1)}`;
  const device = phone({
    platform,
    tenantId: app.tenant.tenantId,
    now: () => app.runtime.clock.now(),
    send: ({ method, path: at, headers, body }) =>
      app.call(method, at, { key: null, headers, ...(body === undefined ? {} : { rawBody: body }) }),
  });
  await device.push.addCredential(await track(userId), { pushToken });
  return { userId, device };
}
async function ask(userId: string) {
  const body = { numberMatching: true };
  const reply = await app.call('POST', '/v1/client/challenge/push', { token: await track(userId), body });
  expect(reply.status, reply.text).toBe(200);
  return reply.body;
}
const stored = async (userId: string) => (await app.call('GET', `/v1/users/${userId}/authenticators`)).body[0];
const resultOf = (reply: { deliveryResults: { errorCode?: string }[] }) => reply.deliveryResults[0]?.errorCode;

test('APNs is called by a signed token, with a prompt that says nothing of the action', async () => {
  await configure({ pushProvider: 'DEFAULT', apnsCredentials });
  const { userId } = await owner('ios', iphoneToken);
  let claims: object = {};
  services.answerApns = (_call, given) => {
    claims = given;
    return { status: 200, body: {} };
  };
  const { challengeId, deliveryResults } = await ask(userId);
  expect(deliveryResults).toEqual([{ userAuthenticatorId: expect.any(String) }]);
  const [call] = services.apns;
  expect(call?.path).toBe(`/3/device/${iphoneToken}`);
  expect(call?.headers).toMatchObject({
    'apns-topic': 'com.example.bank',
    'apns-push-type': 'alert',
    'apns-priority': '10',
    'apns-expiration': String(Math.floor(app.runtime.clock.now() / 1000) + 600),
  });
  expect(call?.body).toEqual({
    aps: {
      alert: { title: 'Test tenant', body: 'Is it you? Open the app to answer.' },
      sound: 'default',
      'interruption-level': 'time-sensitive',
    },
    challengeId,
  });
  expect(claims).toMatchObject({ iss: 'TEAM123456', kid: 'KEY1234567', alg: 'ES256' });
});

test('FCM gets an access token once, and messages of high priority; a refused token is renewed', async () => {
  await configure({ pushProvider: 'FIREBASE', fcmCredentials });
  const { userId } = await owner('android', 'fcm-token');
  const [tokens, connections] = [services.tokens, services.connections];
  const { challengeId } = await ask(userId);
  await ask(userId);
  expect(services.tokens - tokens).toBe(1);
  // One connection for each service, however many messages.
  expect(services.connections - connections).toBe(2);
  expect(services.fcm[0]).toMatchObject({
    path: '/v1/projects/bank/messages:send',
    body: {
      message: {
        token: 'fcm-token',
        notification: { title: 'Test tenant' },
        data: { challengeId },
        android: { priority: 'HIGH', ttl: '600s' },
      },
    },
  });
  // Google has revoked the access token.
  services.tokens += 1;
  expect(resultOf(await ask(userId))).toBeUndefined();
});

const dead = [
  ['APNs 410', 'ios', { status: 410, body: { reason: 'Unregistered', timestamp: 1 } }],
  ['APNs BadDeviceToken', 'ios', { status: 400, body: { reason: 'BadDeviceToken' } }],
  [
    'FCM UNREGISTERED',
    'android',
    { status: 404, body: { error: { status: 'NOT_FOUND', details: [{ errorCode: 'UNREGISTERED' }] } } },
  ],
] as const;
test.each(dead)(
  '%s: the dead token is removed, and that is said; the request goes on',
  async (_what, platform, answer) => {
    await configure({ pushProvider: 'DEFAULT', apnsCredentials, fcmCredentials });
    const { userId, device } = await owner(platform, iphoneToken);
    services.answerApns = () => answer;
    services.answerFcm = () => answer;
    const first = await ask(userId);
    expect(resultOf(first)).toBe('TOKEN_INVALID');
    expect(await stored(userId)).toMatchObject({ errorCode: 'TOKEN_INVALID', erroredAt: expect.any(String) });
    expect((await device.push.updateChallenge(first.challengeId, true, first.verificationCode)).status).toBe(200);
    const calls = services.apns.length + services.fcm.length;
    expect(resultOf(await ask(userId))).toBe('NO_PUSH_TOKEN');
    expect(services.apns.length + services.fcm.length).toBe(calls);
    // The app sends a new one the next time that it is opened.
    services.answerApns = services.answerFcm = () => ({ status: 200, body: {} });
    await device.push.updateCredential({ pushToken: 'cd'.repeat(32) });
    expect((await stored(userId)).errorCode).toBeUndefined();
    expect(resultOf(await ask(userId))).toBeUndefined();
  },
);

const failing = [
  ['APNs 429', 'ios', { status: 429, body: { reason: 'TooManyRequests' } }, 'THROTTLED'],
  ['APNs 500', 'ios', { status: 500, body: {} }, 'DELIVERY_FAILED'],
  ['FCM 429', 'android', { status: 429, body: { error: { status: 'RESOURCE_EXHAUSTED' } } }, 'THROTTLED'],
  ['FCM 503', 'android', { status: 503, body: {} }, 'DELIVERY_FAILED'],
] as const;
test.each(failing)(
  'F18: %s shows in the result and with the phone, until a message is taken',
  async (_what, platform, answer, code) => {
    await configure({ pushProvider: 'DEFAULT', apnsCredentials, fcmCredentials });
    const { userId } = await owner(platform, iphoneToken);
    services.answerApns = services.answerFcm = () => answer;
    expect(resultOf(await ask(userId))).toBe(code);
    expect((await stored(userId)).errorCode).toBe(code);
    services.answerApns = services.answerFcm = () => ({ status: 200, body: {} });
    expect(resultOf(await ask(userId))).toBeUndefined();
    expect((await stored(userId)).errorCode).toBeUndefined();
  },
);

test('a provider token that APNs calls expired is made anew', async () => {
  await configure({ pushProvider: 'DEFAULT', apnsCredentials });
  const { userId } = await owner('ios', iphoneToken);
  services.answerApns = () =>
    services.apns.length === 1 ? { status: 403, body: { reason: 'ExpiredProviderToken' } } : { status: 200, body: {} };
  expect(resultOf(await ask(userId))).toBeUndefined();
  expect(services.apns).toHaveLength(2);
});

test('F31: a service that never answers is given up, and the user can approve all the same', async () => {
  await configure({ pushProvider: 'DEFAULT', apnsCredentials });
  const { userId, device } = await owner('ios', iphoneToken);
  let hasCalled: () => void = () => undefined;
  const called = new Promise<void>((done) => (hasCalled = done));
  services.answerApns = () => {
    hasCalled();
    return new Promise(() => undefined);
  };
  const asking = ask(userId);
  await called;
  await app.runtime.advance(4_000);
  const asked = await asking;
  expect(resultOf(asked)).toBe('DELIVERY_FAILED');
  expect((await device.push.updateChallenge(asked.challengeId, true, asked.verificationCode)).status).toBe(200);
});

test('a text that is no token of APNs reaches no path of Apple’s', async () => {
  await configure({ pushProvider: 'DEFAULT', apnsCredentials });
  const { userId } = await owner('ios', '../../evil?x=');
  expect(resultOf(await ask(userId))).toBe('TOKEN_INVALID');
  expect(services.apns).toEqual([]);
});

test('credentials that cannot be read fail the message, name nothing secret, and not the request', async () => {
  await configure({ pushProvider: 'FIREBASE', fcmCredentials: { serviceAccountKey: '{"private_key":"very-secret"}' } });
  const { userId } = await owner('android', 'fcm-token');
  expect(resultOf(await ask(userId))).toBe('DELIVERY_FAILED');
  expect(app.logText()).not.toContain('very-secret');
  expect(app.logText()).not.toContain('fcm-token');
});

test('push.created is one signed event for a request, whatever the endpoint says', async () => {
  await configure({ pushProvider: 'WEBHOOK', webhookUrl: `${webhook.url}/push` });
  const { userId } = await owner('android', 'unused');
  const { challengeId, ...asked } = await ask(userId);
  expect(resultOf(asked)).toBeUndefined();
  expect(webhook.received).toHaveLength(1);
  expect(webhook.received[0]).toMatchObject({
    path: '/push',
    headers: { 'x-signature-v2': expect.stringMatching(/^t=\d+,v2=/) },
    body: { type: 'push.created', tenantId: app.tenant.tenantId, data: { challengeId, userId, actionCode: 'pay' } },
  });
  webhook.answer((response) => response.writeHead(500).end());
  expect(resultOf(await ask(userId))).toBe('DELIVERY_FAILED');
});

test('a test from the portal tells whether the services accept the credentials, and prompts nobody', async () => {
  const editor = await operator(app, 'editor@bank.example', ['EDITOR']);
  const send = async () =>
    (await editor.call('POST', '/v1/portal/test-messages', { verificationMethod: 'PUSH' })).body as {
      outcome: string;
      heard: string[];
    };
  await configure({ pushProvider: 'DEFAULT', apnsCredentials, fcmCredentials });
  services.answerApns = () => ({ status: 400, body: { reason: 'BadDeviceToken' } });
  services.answerFcm = () => ({ status: 400, body: { error: { status: 'INVALID_ARGUMENT' } } });
  expect(await send()).toMatchObject({ outcome: 'accepted' });
  expect(services.apns[0]?.path).toBe(`/3/device/${'0'.repeat(64)}`);
  services.answerApns = () => ({ status: 403, body: { reason: 'InvalidProviderToken' } });
  expect(await send()).toMatchObject({
    outcome: 'refused',
    heard: expect.arrayContaining(['APNs refused a message: 403 InvalidProviderToken.']),
  });
});
