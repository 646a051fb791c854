/** `action.verify`: the tenant's own server is asked before an action succeeds, in every way that this can happen. */
import type { ServerResponse } from 'node:http';
import { Secret, TOTP } from 'otpauth';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { userGuesses } from '../../src/counting/guess-subject.ts';
import { loadVerifiedAuthenticators } from '../../src/storage/queries/authenticators.ts';
import { statement } from '../../src/storage/sql.ts';
import { testApp } from '../../src/testkit/test-app.ts';
import type { TestApp } from '../../src/testkit/test-app.ts';
import { databasesOf } from '../../src/testkit/test-database.ts';
import { manage } from '../management/manage.ts';
import { keyHolder, ownOrigin } from '../client/key-holder.ts';
import { softwareKey, useCredential } from '../../src/testkit/authenticator.ts';
import { startReceiver } from '../rig/webhook-receiver.ts';
import type { WebhookReceiver } from '../rig/webhook-receiver.ts';

const databaseKinds = databasesOf(import.meta.url);

const scopesOf = (token: string): string[] =>
  JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()).scope.split(' ');

describe.each(databaseKinds)('on the %s database', (kind) => {
  let app: TestApp;
  let endpoint: WebhookReceiver;
  let people = 0;
  beforeAll(async () => {
    endpoint = await startReceiver();
    app = await testApp(kind, { outboundAllow: [`127.0.0.1:${endpoint.port}`] });
    const configured = await manage(app)('POST', '/action-configurations', {
      actionCode: 'pay',
      defaultUserActionResult: 'CHALLENGE',
      verificationWebhookUrl: `${endpoint.url}/verify`,
    });
    expect(configured.status, configured.text).toBe(200);
  });
  afterAll(async () => {
    await app.close();
    await endpoint.stop();
  });
  beforeEach(() => endpoint.answer((response) => response.end()));

  const newUser = () => `payer${(people += 1)}`;
  const askedOf = (userId: string) => endpoint.received.filter(({ body }) => body.data.userId === userId);
  const refuse = () => endpoint.answer((response) => response.writeHead(409).end());
  const codeTo = (email: string) => /^\d{6}/.exec(app.mail().find(({ to }) => to === email)?.subject ?? '')?.[0] ?? '';
  const post = (path: string, body: object) => app.call('POST', `/v1/${path}`, { body });
  const state = async (userId: string, idempotencyKey: string, action = 'pay') =>
    (await app.call('GET', `/v1/users/${userId}/actions/${action}/${idempotencyKey}`)).body.state as string;
  const failures = async (userId: string, method: string) => {
    const tenant = app.app.context.published.tenant(app.tenant.tenantId);
    if (tenant === undefined) throw new Error('The tenant is gone.');
    const verified = await loadVerifiedAuthenticators(app.db, tenant.tenantId, userId);
    const { subject } = userGuesses({ tenant, key: { userId }, verified }, method);
    const rows = await app.db.query(
      statement<{ failuresSinceReset: number }>(
        'confirm_test_failures',
        'select failures_since_reset from guess_budgets where subject = $1',
      ),
      [subject],
    );
    return rows[0]?.failuresSinceReset;
  };

  async function challenged(userId: string | undefined, action = 'pay') {
    const email = `${newUser()}@example.com`;
    const sent = { verificationMethod: 'EMAIL_OTP', action, email, ...(userId === undefined ? {} : { userId }) };
    const { body, status, text } = await post('challenge', sent);
    expect(status, text).toBe(200);
    return { challengeId: body.challengeId as string, key: body.idempotencyKey as string, email, code: codeTo(email) };
  }

  test('verify through the server API: one webhook call, none for a repeat, none for another action’s proof', async () => {
    const userId = newUser();
    const { challengeId, key, code } = await challenged(userId);
    const verify = () => post('verify', { challengeId, verificationCode: code });
    expect((await verify()).body).toMatchObject({ isVerified: true });
    expect((await verify()).body).toMatchObject({ isVerified: true });
    expect(askedOf(userId)).toHaveLength(1);
    expect(askedOf(userId)[0]?.body).toMatchObject({
      type: 'action.verify',
      tenantId: app.tenant.tenantId,
      data: {
        userId,
        action: 'pay',
        idempotencyKey: key,
        state: 'CHALLENGE_SUCCEEDED',
        verificationMethod: 'EMAIL_OTP',
      },
    });
    expect(await state(userId, key)).toBe('CHALLENGE_SUCCEEDED');
    const other = await challenged(userId, 'readOnly');
    await post('verify', { challengeId: other.challengeId, verificationCode: other.code });
    expect(askedOf(userId)).toHaveLength(1);
  });

  test('a wrong code causes no webhook call', async () => {
    const userId = newUser();
    const { challengeId, code } = await challenged(userId);
    const wrong = code.replace(/.$/, (digit) => String((Number(digit) + 1) % 10));
    expect((await post('verify', { challengeId, verificationCode: wrong })).body.isVerified).toBe(false);
    expect(askedOf(userId)).toEqual([]);
  });

  test.each([
    ['no', 403, 'forbidden', (response: ServerResponse) => response.writeHead(409).end()],
    ['a redirect', 403, 'forbidden', (response: ServerResponse) => response.writeHead(302, { location: '/' }).end()],
    ['nothing', 503, 'unavailable', (response: ServerResponse) => response.socket?.destroy()],
  ] as const)(
    'a response of %s is %d %s, and costs neither the code nor a guess',
    async (_what, status, error, answer) => {
      const userId = newUser();
      const { challengeId, key, code } = await challenged(userId);
      const verify = () => post('verify', { challengeId, verificationCode: code });
      endpoint.answer((response) => void answer(response));
      // More often than a code may be tried: a correct try that is not confirmed costs nothing.
      for (let tries = 0; tries < 6; tries += 1) {
        const refused = await verify();
        expect([refused.status, refused.body.error]).toEqual([status, error]);
        expect(refused.headers['retry-after'] !== undefined).toBe(status === 503);
      }
      expect(await state(userId, key)).toBe('CHALLENGE_REQUIRED');
      expect(await failures(userId, 'EMAIL_OTP')).toBe(0);
      endpoint.answer((response) => response.writeHead(204).end());
      expect((await verify()).body).toMatchObject({ isVerified: true });
      expect(await state(userId, key)).toBe('CHALLENGE_SUCCEEDED');
      expect(askedOf(userId)).toHaveLength(7);
      expect(new Set(askedOf(userId).map(({ body }) => body.id)).size).toBe(7);
    },
  );

  test.each(['claim', 'track'])(
    '%s of a verified challenge: asked, refused, and free to be claimed again',
    async (way) => {
      const userId = newUser();
      const { challengeId, key, code } = await challenged(undefined);
      expect((await post('verify', { challengeId, verificationCode: code })).body).toMatchObject({ isVerified: true });
      expect(endpoint.received.filter(({ body }) => body.data.idempotencyKey === key)).toEqual([]);
      const go = () =>
        way === 'claim' ? post('claim', { challengeId, userId }) : post(`users/${userId}/actions/pay`, { challengeId });
      refuse();
      expect((await go()).status).toBe(403);
      expect(await state(userId, key)).toBe('CHALLENGE_REQUIRED');
      endpoint.answer((response) => response.end());
      expect((await go()).status).toBe(200);
      expect(await state(userId, key)).toBe('CHALLENGE_SUCCEEDED');
      expect(askedOf(userId)).toHaveLength(2);
    },
  );

  test('a code of an authenticator app through the client API: valid again if refused; one webhook call if accepted', async () => {
    const userId = newUser();
    const track = async (body: object = {}) =>
      (await post(`users/${userId}/actions/pay`, body)).body as { token: string; idempotencyKey: string };
    const client = (token: string, path: string, body?: object) =>
      app.call('POST', `/v1/client/${path}`, { token, ...(body === undefined ? {} : { body }) });
    const codeOf = (secret: string) =>
      new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: app.runtime.clock.now() });

    const first = await track();
    const { secret } = (await client(first.token, 'user-authenticators/totp')).body;
    const enrol = () => client(first.token, 'verify/totp', { verificationCode: codeOf(secret) });
    refuse();
    expect((await enrol()).status).toBe(403);
    expect((await app.call('GET', `/v1/users/${userId}`)).body.isEnrolled).toBe(false);
    endpoint.answer((response) => response.end());
    expect((await enrol()).body).toMatchObject({ isVerified: true });
    expect(await state(userId, first.idempotencyKey)).toBe('CHALLENGE_SUCCEEDED');

    await app.runtime.advance(60_000);
    const second = await track();
    const verify = () => client(second.token, 'verify/totp', { verificationCode: codeOf(secret) });
    refuse();
    for (let tries = 0; tries < 6; tries += 1) expect((await verify()).status).toBe(403);
    expect(await failures(userId, 'AUTHENTICATOR_APP')).toBe(0);
    endpoint.answer((response) => response.end());
    expect((await verify()).body).toMatchObject({ isVerified: true });
    expect((await verify()).body).toMatchObject({ isVerified: true });
    expect(await state(userId, second.idempotencyKey)).toBe('CHALLENGE_SUCCEEDED');
    expect(askedOf(userId)).toHaveLength(9);
    const [authenticator] = (await app.call('GET', `/v1/users/${userId}/authenticators`)).body;
    expect(askedOf(userId).at(-1)?.body.data.userAuthenticatorId).toBe(authenticator.userAuthenticatorId);
  });

  test('a code by e-mail through the client API: valid again if refused, however often', async () => {
    const userId = newUser();
    const email = `${userId}@example.com`;
    await post(`users/${userId}/authenticators`, { verificationMethod: 'EMAIL_OTP', email });
    const { token, idempotencyKey } = (await post(`users/${userId}/actions/pay`, {})).body;
    await app.call('POST', '/v1/client/challenge/email-otp', { token });
    const verify = () =>
      app.call('POST', '/v1/client/verify/email-otp', { token, body: { verificationCode: codeTo(email) } });
    refuse();
    for (let tries = 0; tries < 6; tries += 1) expect((await verify()).status).toBe(403);
    endpoint.answer((response) => response.end());
    expect((await verify()).body).toMatchObject({ isVerified: true });
    expect(await state(userId, idempotencyKey)).toBe('CHALLENGE_SUCCEEDED');
  });

  test('an action that no proof can complete causes no webhook call', async () => {
    const userId = newUser();
    const { challengeId, key, code } = await challenged(userId);
    await app.call('PATCH', `/v1/users/${userId}/actions/pay/${key}`, { body: { state: 'REVIEW_REQUIRED' } });
    expect((await post('verify', { challengeId, verificationCode: code })).body).toMatchObject({ isVerified: true });
    expect(await state(userId, key)).toBe('REVIEW_REQUIRED');
    expect(askedOf(userId)).toEqual([]);
  });

  test('an action that was blocked during the webhook call stays blocked', async () => {
    const userId = newUser();
    const { challengeId, key, code } = await challenged(userId);
    endpoint.answer((response) => {
      void app
        .call('PATCH', `/v1/users/${userId}/actions/pay/${key}`, { body: { state: 'BLOCK' } })
        .then(() => response.end());
    });
    expect((await post('verify', { challengeId, verificationCode: code })).status).toBe(503);
    expect(await state(userId, key)).toBe('BLOCK');
  });

  test('ruling 16: a caller of the client API is also told that the action changed meanwhile; the guess is given back', async () => {
    const userId = newUser();
    const email = `${userId}@example.com`;
    await post(`users/${userId}/authenticators`, { verificationMethod: 'EMAIL_OTP', email });
    const { token, idempotencyKey } = (await post(`users/${userId}/actions/pay`, {})).body;
    await app.call('POST', '/v1/client/challenge/email-otp', { token });
    endpoint.answer((response) => {
      void app
        .call('PATCH', `/v1/users/${userId}/actions/pay/${idempotencyKey}`, { body: { state: 'REVIEW_REQUIRED' } })
        .then(() => response.end());
    });
    const body = { verificationCode: codeTo(email) };
    const reply = await app.call('POST', '/v1/client/verify/email-otp', { token, body });
    expect([reply.status, reply.body.error]).toEqual([503, 'unavailable']);
    expect(await failures(userId, 'EMAIL_OTP')).toBe(0);
    expect(await state(userId, idempotencyKey)).toBe('REVIEW_REQUIRED');
  });

  test('a new passkey is not stored if the action was blocked during the webhook call', async () => {
    const they = keyHolder(app);
    const userId = newUser();
    const token = await they.track(userId, { idempotencyKey: 'k' });
    endpoint.answer((response) => {
      void app
        .call('PATCH', `/v1/users/${userId}/actions/pay/k`, { body: { state: 'BLOCK' } })
        .then(() => response.end());
    });
    const refused = await they.register(token, softwareKey());
    expect([refused.status, refused.body.error]).toEqual([503, 'unavailable']);
    expect((await app.call('GET', `/v1/users/${userId}/authenticators`)).body).toEqual([]);
    expect(await state(userId, 'k')).toBe('BLOCK');
  });

  test('A11: an enrolment that was the first when it began, but no longer is when it ends, proves nothing', async () => {
    const userId = newUser();
    const tracked = await post(`users/${userId}/actions/pay`, { idempotencyKey: 'k', scope: 'add:authenticators' });
    const { token } = tracked.body;
    const { secret } = (await app.call('POST', '/v1/client/user-authenticators/totp', { token })).body;
    endpoint.answer((response) => {
      const enrolled = { verificationMethod: 'EMAIL_OTP', email: 'owner@example.com' };
      void post(`users/${userId}/authenticators`, enrolled).then(() => response.end());
    });
    const verificationCode = new TOTP({ secret: Secret.fromBase32(secret) }).generate({
      timestamp: app.runtime.clock.now(),
    });
    const verify = () => app.call('POST', '/v1/client/verify/totp', { token, body: { verificationCode } });
    const { body } = await verify();
    expect(body.isVerified).toBe(true);
    expect(scopesOf(body.accessToken)).toEqual(['read:authenticators', 'add:authenticators']);
    expect(await state(userId, 'k')).toBe('CHALLENGE_REQUIRED');
    expect(scopesOf((await verify()).body.accessToken)).toEqual(['read:authenticators', 'add:authenticators']);
  });

  describe('ruling 36: before the track', () => {
    let actions = 0;
    const action = async (conditions: object, more: object = {}) => {
      const actionCode = `order-${(actions += 1)}`;
      const webhook = { verificationWebhookUrl: `${endpoint.url}/verify` };
      const created = { actionCode, defaultUserActionResult: 'ALLOW', ...webhook };
      await manage(app)('POST', '/action-configurations', created);
      const rule = { name: 'Rule', isActive: true, priority: 0, type: 'BLOCK', conditions, ...more };
      const reply = await manage(app)('POST', `/action-configurations/${actionCode}/rules`, rule);
      expect(reply.status, reply.text).toBe(200);
      return actionCode;
    };
    const large = { '>': [{ var: 'custom.amount' }, 1000] };
    const track = async (userId: string, code: string, amount: number) =>
      (await post(`users/${userId}/actions/${code}`, { idempotencyKey: 'k', custom: { amount } })).body.state as string;
    const asked = (userId: string) => askedOf(userId).filter(({ body }) => body.data.idempotencyKey === 'k');
    async function signIn(code: string, wrong = {}) {
      const they = keyHolder(app);
      const userId = newUser();
      const key = softwareKey();
      await they.good(they.register(await they.track(userId), key));
      const signedIn = async () => {
        const body = { action: code, idempotencyKey: 'k' };
        const { challengeId } = (await they.good(they.post('challenge', undefined, body))) as { challengeId: string };
        const { options } = await they.authenticationOptions(undefined, { challengeId });
        const authenticationCredential = useCredential(key, options, ownOrigin, wrong);
        return they.post('verify/passkey', undefined, { challengeId, authenticationCredential });
      };
      return { userId, signedIn };
    }

    test('a proof is confirmed once, when it is given, and the track counts confirmed proofs', async () => {
      const code = await action(large);
      const { userId, signedIn } = await signIn(code);
      refuse();
      expect((await signedIn()).status).toBe(403);
      endpoint.answer((response) => response.end());
      expect((await signedIn()).body).toMatchObject({ isVerified: true });
      expect(await state(userId, 'k', code)).toBe('CHALLENGE_REQUIRED');
      expect(await track(userId, code, 1)).toBe('CHALLENGE_SUCCEEDED');
      expect(asked(userId)).toHaveLength(2);
    });

    test('a proof without a webhook call does not count for the track', async () => {
      const code = await action(large, { type: 'CHALLENGE', minimumAssurance: 'high' });
      const { userId, signedIn } = await signIn(code, { flags: 1 | 8 | 16 });
      expect((await signedIn()).body).toMatchObject({ isVerified: true });
      expect(asked(userId)).toEqual([]);
      expect(await track(userId, code, 1)).toBe('ALLOW');
    });

    test('a code that a backend had sent is confirmed at /verify, and not again at the track', async () => {
      const code = await action(large);
      const userId = newUser();
      const email = `${userId}@example.com`;
      const sent = { verificationMethod: 'EMAIL_OTP', action: code, email, userId, idempotencyKey: 'k' };
      const { challengeId } = (await post('challenge', sent)).body;
      expect((await post('verify', { challengeId, verificationCode: codeTo(email) })).body.isVerified).toBe(true);
      expect(await state(userId, 'k', code)).toBe('CHALLENGE_REQUIRED');
      const body = { challengeId, custom: { amount: 1 } };
      expect((await post(`users/${userId}/actions/${code}`, body)).body.state).toBe('CHALLENGE_SUCCEEDED');
      expect(asked(userId)).toHaveLength(1);
    });

    test.each([
      [1_000_000, 'BLOCK'],
      [1, 'CHALLENGE_SUCCEEDED'],
    ])('a track of %d that arrives during the webhook call decides: %s', async (amount, end) => {
      const code = await action(large);
      const { userId, signedIn } = await signIn(code);
      endpoint.answer((response) => void track(userId, code, amount).then(() => response.end()));
      expect((await signedIn()).body.isVerified === true).toBe(end !== 'BLOCK');
      expect(await state(userId, 'k', code)).toBe(end);
    });
  });

  test('a webhook that was removed is not called any more', async () => {
    const ask = manage(app);
    await ask('PATCH', '/action-configurations/pay', { verificationWebhookUrl: null });
    const userId = newUser();
    const { challengeId, code } = await challenged(userId);
    expect((await post('verify', { challengeId, verificationCode: code })).body).toMatchObject({ isVerified: true });
    expect(askedOf(userId)).toEqual([]);
    await ask('PATCH', '/action-configurations/pay', { verificationWebhookUrl: `${endpoint.url}/verify` });
  });
});
