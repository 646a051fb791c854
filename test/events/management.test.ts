/** What operators do with events: try an endpoint, see what became of each delivery, send again, and what is forgotten. */
import { afterEach, describe, expect, test } from 'vitest';
import { authenticatorEventTypes } from '../../src/core/events/event-types.ts';
import { databasesOf } from '../../src/testkit/test-database.ts';
import { eventWorld, typesOf } from '../rig/event-world.ts';
import type { EventWorld } from '../rig/event-world.ts';

const databaseKinds = databasesOf(import.meta.url);

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

async function world(...given: Parameters<typeof eventWorld>): Promise<EventWorld> {
  const made = await eventWorld(...given);
  stops.push(() => made.stop());
  return made;
}

const second = 1_000;
const day = 24 * 60 * 60 * second;

describe.each(databaseKinds)('on the %s database', (kind) => {
  test('an attempt is shown whole: what was sent, character for character, and what was answered, at most 4,096 bytes of it', async () => {
    const app = await world(kind);
    const receiver = await app.receiver();
    receiver.answer((response) => response.writeHead(200).end(`said\0${'x'.repeat(100_000)}`));
    const endpointId = await app.endpoint(receiver.url, ['authenticator.created']);
    await app.enrol('ann');
    await app.pass(second);
    const [listed] = (await app.manage('GET', `/event-deliveries?endpointId=${endpointId}&userId=ann`)).body;
    const delivery = (await app.manage('GET', `/event-deliveries/${listed.deliveryId}`)).body;
    const [{ rawBody, headers }] = receiver.received as [(typeof receiver.received)[0]];
    expect(delivery).toMatchObject({ state: 'delivered', attempts: 1, payload: rawBody });
    const attempt = (await app.manage('GET', `/event-attempts/${delivery.latestAttempts[0].attemptId}`)).body;
    expect(attempt).toMatchObject({
      deliveryIds: [listed.deliveryId],
      request: { url: receiver.url, body: rawBody, signature: headers['x-signature-v2'], bodyBytes: rawBody.length },
      response: { status: 200 },
    });
    expect(attempt.response.body).toBe(`said${'x'.repeat(4_091)}`);
  });

  test('deliveries are listed newest first, page by page', async () => {
    const app = await world(kind);
    const receiver = await app.receiver();
    await app.endpoint(receiver.url, ['authenticator.created']);
    for (let at = 0; at < 5; at += 1) {
      await app.enrol(`user${at}`);
      await app.pass(second);
    }
    const seen: string[] = [];
    let path: string | undefined = '/v1/management/event-deliveries?limit=2&state=delivered';
    while (path !== undefined) {
      const page = await app.call('GET', path, { key: app.tenant.managementKey });
      seen.push(...page.body.map(({ userId }: { userId: string }) => userId));
      const [, query] = /^<(\?[^>]*)>; rel="next"$/.exec(String(page.headers['link'])) ?? [];
      path = query === undefined ? undefined : `/v1/management/event-deliveries${query}`;
    }
    expect(seen).toEqual(['user4', 'user3', 'user2', 'user1', 'user0']);
  });

  test('a replay sends the stored envelope with its id once, also to a paused endpoint, and changes nothing of its health', async () => {
    const app = await world(kind);
    const receiver = await app.receiver();
    const endpointId = await app.endpoint(receiver.url, ['authenticator.created']);
    await app.enrol('bea');
    await app.pass(second);
    const [{ deliveryId }] = (await app.manage('GET', '/event-deliveries')).body;
    await app.manage('PATCH', `/event-endpoints/${endpointId}`, { state: 'paused' });
    const before = (await app.manage('GET', `/event-endpoints/${endpointId}`)).body;
    await app.manage('POST', `/event-deliveries/${deliveryId}/replay`);
    await app.enrol('bob');
    await app.pass(60 * second);
    expect(receiver.received).toHaveLength(2);
    expect(receiver.received[1]?.rawBody).toBe(receiver.received[0]?.rawBody);
    expect(receiver.received[1]?.headers['x-signature-v2']).not.toBe(receiver.received[0]?.headers['x-signature-v2']);
    receiver.answer((response) => response.writeHead(500).end());
    await app.manage('POST', `/event-deliveries/${deliveryId}/replay`);
    for (let at = 0; at < 3; at += 1) await app.pass(3_600 * second);
    expect(receiver.received).toHaveLength(3);
    expect((await app.manage('GET', `/event-endpoints/${endpointId}`)).body).toEqual(before);
    const [, failed] = (await app.manage('GET', '/event-deliveries')).body.filter(
      ({ isReplay }: { isReplay: boolean }) => isReplay,
    );
    expect((await app.manage('GET', '/event-deliveries?state=dead')).body).toMatchObject([
      { isReplay: true, deadBecause: 'refused', attempts: 1 },
    ]);
    expect(failed).toMatchObject({ isReplay: true, state: 'delivered' });
  });

  test('a range is sent again, once each', async () => {
    const app = await world(kind);
    const receiver = await app.receiver();
    const endpointId = await app.endpoint(receiver.url, ['authenticator.created']);
    for (let at = 0; at < 4; at += 1) {
      await app.pass(60 * second);
      await app.enrol(`user${at}`);
      await app.pass(second);
    }
    const startMs = app.runtime.clock.now() - 200 * second;
    const range = { from: new Date(startMs).toISOString(), to: new Date(startMs + 199 * second).toISOString() };
    const replayed = await app.manage('POST', '/event-deliveries/replay', { endpointId, ...range });
    expect(replayed.body).toEqual({ replayedCount: 3 });
    await app.pass(second);
    expect(typesOf(receiver.received.slice(4)).toSorted()).toEqual([
      'authenticator.created user0',
      'authenticator.created user1',
      'authenticator.created user2',
    ]);
  });

  test('a deleted user’s events still arrive, are emptied once they have, and can then not be sent again', async () => {
    const app = await world(kind);
    const receiver = await app.receiver();
    await app.endpoint(receiver.url, authenticatorEventTypes);
    receiver.answer((response) => response.writeHead(503).end());
    await app.enrol('cas');
    await app.pass(second);
    await app.call('DELETE', '/v1/users/cas');
    // Another person with the same id, whose events stay.
    receiver.answer((response) => response.end());
    await app.pass(60 * second);
    await app.pass(60 * second);
    await app.enrol('cas', 'another@example.com');
    await app.pass(second);
    expect(typesOf(receiver.received.slice(1))).toEqual([
      'authenticator.created cas',
      'authenticator.deleted cas',
      'authenticator.created cas',
    ]);
    const [kept, ...emptied] = (await app.manage('GET', '/event-deliveries')).body;
    for (const { deliveryId } of emptied) {
      const shown = (await app.manage('GET', `/event-deliveries/${deliveryId}`)).body;
      expect(shown).toMatchObject({ state: 'delivered' });
      expect(shown.payload).toBeUndefined();
      expect((await app.manage('POST', `/event-deliveries/${deliveryId}/replay`)).status).toBe(410);
      const { attemptId } = shown.latestAttempts[0];
      expect((await app.manage('GET', `/event-attempts/${attemptId}`)).body.request.body).toBeUndefined();
    }
    expect(emptied).toHaveLength(2);
    expect((await app.manage('POST', `/event-deliveries/${kept.deliveryId}/replay`)).status).toBe(200);
  });

  test('a deleted user’s events that do not arrive are emptied after five days', async () => {
    const app = await world(kind);
    const receiver = await app.receiver();
    receiver.answer((response) => response.writeHead(503).end());
    await app.endpoint(receiver.url, authenticatorEventTypes);
    await app.enrol('dan');
    await app.call('DELETE', '/v1/users/dan');
    for (let at = 0; at < 5 * 4 + 1; at += 1) await app.pass(day / 4);
    const listed = (await app.manage('GET', '/event-deliveries')).body;
    expect(listed).toMatchObject([
      { state: 'dead', deadBecause: 'user_deleted' },
      { state: 'dead', deadBecause: 'user_deleted' },
    ]);
    expect((await app.manage('GET', `/event-deliveries/${listed[0].deliveryId}`)).body.payload).toBeUndefined();
  });

  test('an event is kept for 30 days or the period of the tenant, delivered or not, and what became of it as long again', async () => {
    const app = await world(kind);
    const [good, paused] = [await app.receiver(), await app.receiver()];
    await app.endpoint(good.url, ['authenticator.created']);
    const endpointId = await app.endpoint(paused.url, ['authenticator.created']);
    await app.manage('PATCH', `/event-endpoints/${endpointId}`, { state: 'paused' });
    await app.enrol('eli');
    await app.pass(second);
    await app.pass(29 * day);
    const shown = async () => (await app.manage('GET', '/event-deliveries')).body;
    const [{ deliveryId }] = await shown();
    expect((await app.manage('GET', `/event-deliveries/${deliveryId}`)).body.payload).toBeDefined();
    await app.pass(day);
    expect((await app.manage('GET', `/event-deliveries/${deliveryId}`)).body.payload).toBeUndefined();
    expect(
      (await shown()).map(({ state, deadBecause }: Record<string, string>) => [state, deadBecause]).sort(),
    ).toEqual([
      ['dead', 'expired'],
      ['delivered', undefined],
    ]);
    await app.pass(31 * day);
    expect(await shown()).toEqual([]);
    await app.manage('PATCH', '/tenant', { retention: { eventsInDays: 2 } });
    await app.enrol('eva');
    await app.pass(second);
    await app.pass(2 * day);
    expect(
      (await app.manage('GET', `/event-deliveries/${(await shown())[0].deliveryId}`)).body.payload,
    ).toBeUndefined();
  });

  test('the contract’s two settings are endpoints, and public keys go only where they are asked for', async () => {
    const app = await world(kind);
    const [own, other, moved] = [await app.receiver(), await app.receiver(), await app.receiver()];
    const set = (url: string | null) =>
      app.manage('PATCH', '/tenant', {
        authenticatorEventsWebhookConfig: url === null ? null : { url, includeCredentialPublicKey: true },
        logEventsWebhookConfig: url === null ? null : { endpointUrl: url },
      });
    expect((await set(own.url)).status).toBe(200);
    await app.endpoint(other.url, ['authenticator.created']);
    const publicKey =
      'pQECAyYgASFYIGWU7eXf8NWCGG3I-Vjvxz1YIQXkS_b-Vqr2Z3b7y-7XIlggHk3CbZkJ5jTqJ_0Vn3gvFkHlT2Q5y8x7wJ4m1mJ9rYA';
    const enrolled = await app.call('POST', '/v1/users/fay/authenticators', {
      body: {
        verificationMethod: 'PASSKEY',
        credentialId: 'Y3JlZGVudGlhbA',
        credentialPublicKey: publicKey,
        name: 'Key',
      },
    });
    if (enrolled.status === 200) {
      await app.pass(second);
      expect(own.received[0]?.body.data.credentialPublicKey).toBe(publicKey);
      expect(other.received[0]?.body.data).toMatchObject({ credentialId: 'Y3JlZGVudGlhbA', credentialName: 'Key' });
      expect(other.received[0]?.body.data.credentialPublicKey).toBeUndefined();
    }
    const settings = async () =>
      (await app.manage('GET', '/event-endpoints')).body.filter(({ setting }: { setting?: string }) => setting);
    expect((await settings()).map(({ setting }: { setting: string }) => setting)).toEqual([
      'authenticatorEventsWebhookConfig',
      'logEventsWebhookConfig',
    ]);
    const [{ endpointId }] = await settings();
    expect((await app.manage('PATCH', `/event-endpoints/${endpointId}`, { url: moved.url })).status).toBe(400);
    expect((await app.manage('DELETE', `/event-endpoints/${endpointId}`)).status).toBe(400);
    await set(moved.url);
    expect((await settings())[0]).toMatchObject({ endpointId, url: moved.url });
    await set(null);
    expect(await settings()).toEqual([]);
  });

  test('locks, unlocks, denials, reviews, changed states, used recovery codes and published rules are events', async () => {
    const app = await world(kind);
    const receiver = await app.receiver();
    const types = ['review.decided', 'action.state_changed', 'rules.published', 'verification_method.locked'];
    await app.endpoint(receiver.url, [...types, 'verification_method.unlocked']);
    await app.manage('POST', '/action-configurations', { actionCode: 'pay', defaultUserActionResult: 'REVIEW' });
    await app.enrol('gus');
    const action = await app.call('POST', '/v1/users/gus/actions/pay', { body: { idempotencyKey: 'one' } });
    expect(action.body.state).toBe('REVIEW_REQUIRED');
    await app.call('PATCH', '/v1/users/gus/actions/pay/one', { body: { state: 'REVIEW_SUCCEEDED' } });
    await app.pass(second);
    expect(typesOf(receiver.received).toSorted()).toEqual(
      ['action.state_changed gus', 'review.decided gus', 'rules.published'].toSorted(),
    );
    const challenge = { verificationMethod: 'EMAIL_OTP', action: 'sign-in', userId: 'gus', email: 'gus@example.com' };
    for (let at = 0; at < 30; at += 1) {
      const { challengeId } = (await app.call('POST', '/v1/challenge', { body: challenge })).body;
      await app.call('POST', '/v1/verify', { body: { challengeId, verificationCode: '000000' } });
      await app.pass(3_600 * second);
    }
    await app.manage('POST', '/users/gus/verification-methods/EMAIL_OTP/unlock', {});
    await app.pass(second);
    expect(typesOf(receiver.received.slice(3))).toEqual([
      'verification_method.locked gus',
      'verification_method.unlocked gus',
    ]);
  });

  test('a used recovery code and a denied action are events, once each, without the code or the link', async () => {
    const app = await world(kind);
    const receiver = await app.receiver();
    await app.endpoint(receiver.url, ['recovery_code.used', 'action.denied']);
    await app.manage('PATCH', '/tenant', { skipRecoveryCodesOnProgrammaticEnrollment: false });
    const enrolled = await app.call('POST', '/v1/users/hal/authenticators', {
      body: { verificationMethod: 'EMAIL_MAGIC_LINK', email: 'hal@example.com' },
    });
    const [code = ''] = enrolled.body.recoveryCodes as string[];
    const track = async (idempotencyKey: string) => {
      const body = { idempotencyKey };
      return String((await app.call('POST', '/v1/users/hal/actions/pay', { body })).body.token);
    };
    const token = await track('one');
    const verify = (verificationCode: string) =>
      app.call('POST', '/v1/client/verify/recovery-code', { token, body: { verificationCode } });
    expect((await verify(code.replace(/.$/, (last) => (last === '2' ? '3' : '2')))).body.isVerified).toBe(false);
    expect((await verify(code)).body.isVerified).toBe(true);
    await app.pass(second);

    const other = await track('two');
    await app.call('POST', '/v1/client/challenge/email-magic-link', { token: other, body: {} });
    const link = /(\/magic-link\?token=\S+)/.exec(app.mail()[0]?.text ?? '')?.[1] ?? '';
    const page = (await app.call('GET', link, { key: null })).text;
    const fields = [...page.matchAll(/name="(token|pageNonce)"(?: value="| hidden readonly>)([^"<]*)/g)].map(
      ([, name = '', value = '']): [string, string] => [name, value],
    );
    const deny = () =>
      app.call('POST', '/magic-link/deny', {
        key: null,
        rawBody: new URLSearchParams(fields).toString(),
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
      });
    expect((await deny()).status).toBe(200);
    await deny();
    await app.pass(second);
    expect(receiver.received.map(({ body }) => [body.type, body.data])).toEqual([
      ['recovery_code.used', expect.objectContaining({ userId: 'hal', codesLeft: '9' })],
      [
        'action.denied',
        {
          userId: 'hal',
          actionCode: 'pay',
          idempotencyKey: 'two',
          verificationMethod: 'EMAIL_MAGIC_LINK',
          state: 'CHALLENGE_FAILED',
        },
      ],
    ]);
    const all = receiver.received.map(({ rawBody }) => rawBody).join();
    expect(all).not.toContain(code);
    expect(all).not.toContain('token=');
  });
});

test.each([
  'http://bank.example/',
  'https://10.1.2.3/',
  'https://169.254.169.254/',
  'https://[::1]/',
  'https://bank.example:8080/',
])('A76: %s is refused as the URL of an endpoint, of a setting and of a changed endpoint', async (url) => {
  const app = await world('embedded', { outboundAllow: ['127.0.0.1:9'] });
  const eventTypes = ['authenticator.created'];
  const created = await app.manage('POST', '/event-endpoints', { url, eventTypes });
  expect([created.status, created.body.error]).toEqual([400, 'invalid_configuration']);
  const endpointId = await app.endpoint('http://127.0.0.1:9/', eventTypes);
  expect((await app.manage('PATCH', `/event-endpoints/${endpointId}`, { url })).status).toBe(400);
  for (const settings of [
    { authenticatorEventsWebhookConfig: { url } },
    { logEventsWebhookConfig: { endpointUrl: url } },
  ]) {
    expect((await app.manage('PATCH', '/tenant', settings)).body.error).toBe('invalid_configuration');
  }
});

test('A76: an event never reaches an address that a name leads to and that a tenant may not name', async () => {
  const app = await world('embedded', {
    outboundAllow: [],
    names: { resolve: async () => [{ address: '127.0.0.1', family: 4 }] },
  });
  const receiver = await app.receiver();
  const endpointId = await app.endpoint('https://bank.example/', ['authenticator.created']);
  const tested = await app.manage('POST', `/event-endpoints/${endpointId}/test`);
  expect(tested.body.failure).toContain('ETARGET');
  await app.enrol('ann');
  await app.pass(second);
  expect(receiver.received).toEqual([]);
});
