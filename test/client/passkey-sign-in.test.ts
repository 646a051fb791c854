/** Worry: a sign-in without a token bypasses the rules, tells strangers who has an account, or can be planted. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createCredential, softwareKey, useCredential } from '../../src/testkit/authenticator.ts';
import type { SoftwareKey, Wrong } from '../../src/testkit/authenticator.ts';
import { testApp } from '../../src/testkit/test-app.ts';
import { statement } from '../../src/storage/sql.ts';
import type { TestApp, TestReply } from '../../src/testkit/test-app.ts';
import { databasesOf } from '../../src/testkit/test-database.ts';
import { databaseText } from '../journeys/database-text.ts';
import { keyHolder, ownOrigin } from './key-holder.ts';

const databaseKinds = databasesOf(import.meta.url);

const theirs = 'owner_id = (select own_id from users where user_id = $1)';
const forgetActions = statement<never>(
  'test_forget_actions',
  `with marks as (delete from user_marks where ${theirs}) delete from actions_by_month where user_id = $1`,
);
const forgetOtherActions = statement<never>(
  'test_forget_other_actions',
  `with others as (delete from actions_by_month where user_id = $1 and action_code <> $2 returning action_id),
   marks as (delete from user_marks where ${theirs} and action_id in (select action_id from others))
   update user_marks set earlier_action_id = null, earlier_marked_at = null
   where ${theirs} and earlier_action_id in (select action_id from others)`,
);
// As a denial or a failed attestation will set it.
const setState = statement<never>(
  'test_set_state',
  'update actions_by_month set state = $1 where user_id = $2 and action_code = $3',
);

describe.each(databaseKinds)('signing in with a passkey alone, on the %s database', (kind) => {
  let app: TestApp;
  let they: ReturnType<typeof keyHolder>;
  beforeAll(async () => {
    app = await testApp(kind, { anonymousRateLimit: 10_000, trustedProxies: ['127.0.0.1'] });
    they = keyHolder(app);
  });
  afterAll(() => app.close());

  const configure = (actionCode: string, body: object) =>
    app.call('POST', '/v1/management/action-configurations', {
      key: app.tenant.managementKey,
      body: { actionCode, defaultUserActionResult: 'CHALLENGE', ...body },
    });

  /** Starts from a challenge that was opened for an action, and sends a key's answer. */
  async function answer(key: SoftwareKey, challengeId: unknown, wrong: Wrong = {}, sent = {}): Promise<TestReply> {
    const { options, challengeId: same } = await they.authenticationOptions(undefined, { challengeId });
    expect(same).toBe(challengeId);
    return they.post('verify/passkey', undefined, {
      challengeId,
      authenticationCredential: useCredential(key, options, ownOrigin, wrong),
      ...sent,
    });
  }
  const open = async (body: object) => (await they.good(they.post('challenge', undefined, body))).challengeId;

  test('creates its own action, which is decided and then proven, and whose token the backend can validate', async () => {
    const { userId, key, authenticatorId } = await they.enrolled();
    const { options } = await they.authenticationOptions(undefined);
    expect(options).toMatchObject({ allowCredentials: [], rpId: 'localhost', userVerification: 'preferred' });
    const reply = await they.good(
      they.post('verify/passkey', undefined, {
        authenticationCredential: useCredential(key, options, ownOrigin),
        deviceId: 'device-1',
      }),
    );
    expect(reply).toEqual({
      isVerified: true,
      accessToken: expect.any(String),
      userId,
      userAuthenticatorId: authenticatorId,
    });
    const validated = await they.validate(reply.accessToken);
    expect(validated).toMatchObject({
      isValid: true,
      state: 'CHALLENGE_SUCCEEDED',
      action: 'signInWithPasskey',
      userId,
      assurance: 'high',
    });
    const action = await app.call('GET', `/v1/users/${userId}/actions/signInWithPasskey/${validated.idempotencyKey}`);
    expect(action.body).toMatchObject({ state: 'CHALLENGE_SUCCEEDED', verificationMethod: 'PASSKEY' });
    const listed = await app.call('GET', '/v1/client/user-authenticators', { token: reply.accessToken });
    expect(listed.body).toHaveLength(1);
  });

  test('ruling 37: rules see the address that a proxy reports, and get unknown if it cannot be parsed', async () => {
    await configure('fromKorea', { defaultUserActionResult: 'ALLOW' });
    const blocked = { type: 'BLOCK', conditions: { '==': [{ var: 'ip.countryCode' }, 'KP'] } };
    await app.call('POST', '/v1/management/action-configurations/fromKorea/rules', {
      key: app.tenant.managementKey,
      body: { name: 'Korea', isActive: true, priority: 0, ...blocked },
    });
    const from = async (address: string) => {
      const { userId, key } = await they.enrolled();
      const challengeId = await open({ action: 'fromKorea', idempotencyKey: userId });
      const { options } = await they.authenticationOptions(undefined, { challengeId });
      const authenticationCredential = useCredential(key, options, ownOrigin);
      const sent = { challengeId, authenticationCredential };
      const { status } = await they.post('verify/passkey', undefined, sent, { 'x-forwarded-for': address });
      const explained = await app.call('GET', `/v1/users/${userId}/actions/fromKorea/${userId}/explain`);
      return [status, explained.body.outcome, explained.body.facts[0].status];
    };
    expect(await from('175.45.176.1:51234')).toEqual([403, 'BLOCK', 'known']);
    expect(await from('91.10.20.30')).toEqual([200, 'ALLOW', 'known']);
    const garbage = Array.from({ length: 3_000 }, (_, index) => index.toString(36)).join('');
    for (const address of ['unknown', garbage]) expect(await from(address)).toEqual([200, 'CHALLENGE', 'unreadable']);
  });

  test('belongs to the action and the key that the challenge was opened with', async () => {
    const { userId, key } = await they.enrolled();
    const challengeId = await open({ action: 'opened', idempotencyKey: 'k1' });
    const reply = await answer(key, challengeId);
    expect(await they.validate(reply.body.accessToken)).toMatchObject({
      isValid: true,
      userId,
      action: 'opened',
      idempotencyKey: 'k1',
    });
    expect((await they.post('challenge', undefined, { action: 'no such code!' })).body.errorCode).toBe(
      'invalid_request',
    );
    const { nonce } = await they.good(they.post('challenge', undefined, {}));
    expect(Buffer.from(nonce, 'base64url').length).toBeGreaterThanOrEqual(16);
  });

  test('ruling 9: a valid passkey changes neither REVIEW nor BLOCK', async () => {
    await configure('reviewed', { defaultUserActionResult: 'REVIEW' });
    await configure('blocked', { defaultUserActionResult: 'BLOCK' });
    await configure('otherwise', { verificationMethods: ['EMAIL_OTP'] });
    const { key } = await they.enrolled();
    const held = await answer(key, await open({ action: 'reviewed' }));
    expect(await they.validate(held.body.accessToken)).toMatchObject({ isValid: false, state: 'REVIEW_REQUIRED' });
    for (const action of ['blocked', 'otherwise']) {
      const reply = await answer(key, await open({ action }));
      expect([reply.status, reply.body.errorCode]).toEqual([403, 'forbidden']);
    }
  });

  test('rules see the address and the browser of the request itself', async () => {
    await configure('placed', { defaultUserActionResult: 'ALLOW' });
    await app.call('POST', '/v1/management/action-configurations/placed/rules', {
      key: app.tenant.managementKey,
      body: {
        name: 'No crawlers',
        isActive: true,
        priority: 0,
        type: 'BLOCK',
        conditions: { '==': [{ var: 'device.isBot' }, true] },
      },
    });
    const { key } = await they.enrolled();
    const from = async (agent: string) => {
      const { options } = await they.authenticationOptions(undefined, {
        challengeId: await open({ action: 'placed' }),
      });
      const body = { authenticationCredential: useCredential(key, options, ownOrigin) };
      return (await they.post('verify/passkey', undefined, body, { 'user-agent': agent })).status;
    };
    expect(await from('Googlebot/2.1 (+http://www.google.com/bot.html)')).toBe(403);
    expect(await from('Mozilla/5.0 (X11; Linux x86_64; rv:131.0) Gecko/20100101 Firefox/131.0')).toBe(200);
  });

  describe('a backend', () => {
    test('claims a challenge after it was answered, only for the key’s own user', async () => {
      const { userId, key } = await they.enrolled();
      const challengeId = await open({ action: 'claimed' });
      expect((await answer(key, challengeId)).status).toBe(200);
      const claim = (whose: string) => app.call('POST', '/v1/claim', { body: { challengeId, userId: whose } });
      expect((await claim('somebody-else')).body.errorCode).toBe('invalid_request');
      const claimed = await claim(userId);
      expect(claimed.body).toMatchObject({ verificationMethod: 'PASSKEY' });
      expect(await they.validate(claimed.body.token)).toMatchObject({ isValid: true, userId, action: 'claimed' });
    });

    test('assigns a challenge to a user by track; after that only this user can answer it', async () => {
      const [ann, bob] = [await they.enrolled(), await they.enrolled()];
      for (const [key, status] of [
        [bob.key, 400],
        [ann.key, 200],
      ] as const) {
        const challengeId = await open({ action: 'tracked' });
        const token = await they.track(ann.userId, { challengeId }, 'tracked');
        const reply = await answer(key, challengeId);
        expect(reply.status, reply.text).toBe(status);
        expect((await they.validate(token)).isValid).toBe(status === 200);
      }
    });

    test('cannot claim an unanswered challenge, nor answer it with a code', async () => {
      const challengeId = await open({ action: 'unanswered' });
      expect((await app.call('POST', '/v1/claim', { body: { challengeId, userId: 'x' } })).status).toBe(400);
      const verified = await app.call('POST', '/v1/verify', { body: { challengeId, verificationCode: '123456' } });
      expect(verified.status).toBe(404);
      const nameless = await open({});
      const body = { challengeId: nameless, userId: 'x', skipVerificationCheck: true };
      expect((await app.call('POST', '/v1/claim', { body })).status).toBe(404);
    });
  });

  describe('ruling 36: only a track decides for the backend', () => {
    const manage = (method: string, path: string, body?: object) =>
      app.call(method, `/v1/management/action-configurations${path}`, {
        key: app.tenant.managementKey,
        ...(body === undefined ? {} : { body }),
      });
    const codes = async (): Promise<string[]> =>
      (await manage('GET', '')).body.map(({ actionCode }: { actionCode: string }) => actionCode);
    let actions = 0;
    type Rule = readonly [type: string, conditions: object, more?: object];
    /** A fresh action with these rules, so that tests do not see each other's rules. */
    async function actionWith(defaultUserActionResult: string, rules: readonly Rule[], more: object = {}) {
      const action = `early-${(actions += 1)}`;
      await configure(action, { defaultUserActionResult, ...more });
      for (const [priority, [type, conditions, demands]] of rules.entries()) {
        const rule = { name: `${type} ${priority}`, isActive: true, priority, type, conditions, ...demands };
        const reply = await manage('POST', `/${action}/rules`, rule);
        expect(reply.status, reply.text).toBe(200);
      }
      return action;
    }
    const is = (path: string, value: unknown) => ({ '==': [{ var: path }, value] });
    const over1000 = { '>': [{ var: 'custom.amount' }, 1000] };

    const key = 'order-1';
    const path = (userId: string, action: string) => `/v1/users/${userId}/actions/${action}`;
    async function track(userId: string, action: string, body: object = {}) {
      const reply = await app.call('POST', path(userId, action), { body: { idempotencyKey: key, ...body } });
      expect(reply.status, reply.text).toBe(200);
      return reply.body as { state: string; ruleIds: string[]; idempotencyKey: string; token: string };
    }
    const actionOf = async (userId: string, action: string) =>
      (await app.call('GET', `${path(userId, action)}/${key}`)).body;
    const explain = async (userId: string, action: string) =>
      (await app.call('GET', `${path(userId, action)}/${key}/explain`)).body;

    /** A user who has signed in under the key before the backend tracked it. */
    async function early(action: string, wrong: Wrong = {}, sent: object = {}, user = they.enrolled()) {
      const { userId, key: theirKey } = await user;
      const challengeId = await open({ action, idempotencyKey: key });
      const reply = await answer(theirKey, challengeId, wrong, sent);
      expect(reply.body, reply.text).toMatchObject({ isVerified: true, userId });
      return { userId, key: theirKey, challengeId, accessToken: String(reply.body.accessToken) };
    }
    /** The user was not verified: the key was only touched. */
    const medium = { flags: 1 | 8 | 16 };
    const codeTo = (email: string) =>
      /^\d{6}/.exec(app.mail().find(({ to }) => to === email)?.subject ?? '')?.[0] ?? '';
    const challenge = (userId: string, action: string, body: object = {}) =>
      app.call('POST', '/v1/challenge', {
        body: {
          verificationMethod: 'EMAIL_OTP',
          action,
          userId,
          email: `${userId}@example.com`,
          idempotencyKey: key,
          ...body,
        },
      });
    const verify = (userId: string, challengeId: unknown) =>
      app.call('POST', '/v1/verify', { body: { challengeId, verificationCode: codeTo(`${userId}@example.com`) } });

    test.each(['key', 'challenge'])('the first track, found by its %s, decides with its own data', async (named) => {
      const action = await actionWith('ALLOW', [['BLOCK', over1000]]);
      const { userId, challengeId, accessToken } = await early(action);
      // For a backend that validates by action and user only.
      const before = { isValid: false, isTracked: false, state: 'CHALLENGE_REQUIRED' };
      expect(await they.validate(accessToken)).toMatchObject(before);
      const by = named === 'key' ? {} : { idempotencyKey: undefined, challengeId };
      const tracked = await track(userId, action, { ...by, custom: { amount: 1_000_000 } });
      expect(tracked).toMatchObject({ state: 'BLOCK', idempotencyKey: key, ruleIds: [expect.any(String)] });
      expect(await they.validate(accessToken)).toMatchObject({ isValid: false, isTracked: true, state: 'BLOCK' });
      // It is decided once: a repeat returns the current result (ruling 11).
      const { state, ruleIds } = await track(userId, action, { ...by, custom: { amount: 1 } });
      expect({ state, ruleIds }).toEqual({ state: 'BLOCK', ruleIds: tracked.ruleIds });
    });

    test('an action code that was never tracked creates no configuration, and gets the default result for new actions', async () => {
      const { userId, accessToken } = await early('invented');
      expect(await they.validate(accessToken)).toMatchObject({ isValid: true, isTracked: false });
      await challenge(userId, 'invented-too');
      expect(await codes()).not.toContain('invented');
      expect(await codes()).not.toContain('invented-too');
      await app.call('PATCH', '/v1/management/tenant', {
        key: app.tenant.managementKey,
        body: { newActionResult: 'BLOCK' },
      });
      const challengeId = await open({ action: 'invented-later' });
      expect((await answer((await they.enrolled()).key, challengeId)).body.errorCode).toBe('forbidden');
      await app.call('PATCH', '/v1/management/tenant', {
        key: app.tenant.managementKey,
        body: { newActionResult: 'CHALLENGE' },
      });
      expect(await track(userId, 'invented')).toMatchObject({ state: 'CHALLENGE_SUCCEEDED' });
      expect(await codes()).toContain('invented');
    });

    const kinds: readonly Rule[] = ['ALLOW', 'CHALLENGE', 'REVIEW', 'BLOCK'].map((kind) => [
      kind,
      is('custom.kind', kind),
    ]);
    const high: Rule = ['CHALLENGE', is('custom.kind', 'high'), { minimumAssurance: 'high' }];
    const byMail: Rule = ['CHALLENGE', is('custom.kind', 'mail'), { verificationMethods: ['EMAIL_OTP'] }];
    test.each([
      ['ALLOW', 'fresh', 'CHALLENGE_SUCCEEDED'],
      ['CHALLENGE', 'fresh', 'CHALLENGE_SUCCEEDED'],
      ['REVIEW', 'fresh', 'REVIEW_REQUIRED'],
      ['BLOCK', 'fresh', 'BLOCK'],
      ['high', 'fresh', 'CHALLENGE_SUCCEEDED'],
      ['high', 'weak', 'CHALLENGE_REQUIRED'],
      ['CHALLENGE', 'weak', 'CHALLENGE_SUCCEEDED'],
      ['mail', 'fresh', 'CHALLENGE_REQUIRED'],
      ['ALLOW', 'old', 'ALLOW'],
      ['CHALLENGE', 'old', 'CHALLENGE_REQUIRED'],
    ])('rule outcome %s with a proof that is %s: the action becomes %s', async (kind, proof, state) => {
      const action = await actionWith('CHALLENGE', [...kinds, high, byMail]);
      const { userId, accessToken } = await early(action, proof === 'weak' ? medium : {});
      await app.runtime.advance(proof === 'old' ? 600_001 : 600_000);
      const { token } = await track(userId, action, { custom: { kind } });
      const validated = await they.validate(token);
      expect(validated).toMatchObject({ state, isTracked: true });
      const assurance = proof === 'weak' ? 'medium' : 'high';
      expect(validated.assurance).toBe(state === 'CHALLENGE_SUCCEEDED' ? assurance : undefined);
      expect(accessToken).not.toBe(token);
    });

    test('ALLOW demands no proof, whatever the action demands of a challenge', async () => {
      const action = await actionWith('ALLOW', [], { minimumAssurance: 'high' });
      const { userId, accessToken } = await early(action, medium);
      expect(await they.validate(accessToken)).toMatchObject({ isValid: false, state: 'ALLOW' });
      expect(await track(userId, action)).toMatchObject({ state: 'CHALLENGE_SUCCEEDED' });
    });

    test('of several proofs the strongest recent one counts, also after a weaker one', async () => {
      const action = await actionWith('CHALLENGE', [...kinds, high]);
      const user = they.enrolled();
      const { userId } = await early(action, {}, {}, user);
      await app.runtime.advance(60_000);
      await early(action, medium, {}, user);
      expect((await actionOf(userId, action)).state).toBe('CHALLENGE_REQUIRED');
      const { token } = await track(userId, action, { custom: { kind: 'high' } });
      expect(await they.validate(token)).toMatchObject({ state: 'CHALLENGE_SUCCEEDED', assurance: 'high' });
    });

    test('custom data, also that of the user, is unknown before the track; a rule that needs none of it decides', async () => {
      const known = is('action.code', `early-${actions + 1}`);
      const action = await actionWith('ALLOW', [
        ['CHALLENGE', known],
        ['BLOCK', over1000],
      ]);
      const { accessToken } = await early(action);
      expect(await they.validate(accessToken), 'a rule after the one that decides').toMatchObject({ isValid: true });

      const other = await actionWith('BLOCK', [['ALLOW', is('custom.tier', 'gold')]]);
      const { userId, key: theirs } = await they.enrolled();
      await app.call('PATCH', `/v1/users/${userId}`, { body: { custom: { tier: 'gold' } } });
      const refused = await answer(theirs, await open({ action: other, idempotencyKey: key }));
      expect(refused.body.errorCode).toBe('forbidden');
      expect(await track(userId, other)).toMatchObject({ state: 'ALLOW' });

      const challenged = await actionWith('ALLOW', [['CHALLENGE', over1000, { minimumAssurance: 'high' }]]);
      const weak = await early(challenged, medium);
      expect(await they.validate(weak.accessToken), 'an unknown demand').toMatchObject({ isValid: false });
      const strong = await early(challenged);
      expect(await they.validate(strong.accessToken)).toMatchObject({ isValid: true });
    });

    test('a rule that is unknown only for lack of data files does not wait for a track (ruling 8)', async () => {
      const action = await actionWith('ALLOW', [['BLOCK', { '>': [{ customSum: ['amount', 'user', '*', 60] }, 5] }]]);
      const { accessToken } = await early(action);
      expect(await they.validate(accessToken)).toMatchObject({ isValid: true });
    });

    test('a user without an authenticator is challenged before the track, even if such users are otherwise allowed', async () => {
      const tenant = (unenrolledUserState: string) =>
        app.call('PATCH', '/v1/management/tenant', { key: app.tenant.managementKey, body: { unenrolledUserState } });
      await tenant('ALLOW');
      const action = await actionWith('CHALLENGE', [['BLOCK', over1000]]);
      const userId = they.newUser();
      const started = await challenge(userId, action);
      expect(started.status, started.text).toBe(200);
      expect((await actionOf(userId, action)).state).toBe('CHALLENGE_REQUIRED');
      await tenant('CHALLENGE_REQUIRED');
      await verify(userId, started.body.challengeId);
      expect((await actionOf(userId, action)).state, 'the proof is kept').toBe('CHALLENGE_REQUIRED');
      expect(await track(userId, action, { custom: { amount: 1 } })).toMatchObject({ state: 'CHALLENGE_SUCCEEDED' });
    });

    describe('facts that are based on this action alone do not count', () => {
      let addresses = 0;
      const facts: readonly (readonly [string, object])[] = [
        ['device.isNew', is('device.isNew', true)],
        ['device.count', is('device.count', 0)],
        ['user.hasPreviouslyVerified', is('user.hasPreviouslyVerified', false)],
        ['ip.isUnrecognized', is('ip.isUnrecognized', true)],
        ['actionCount by user', { '==': [{ actionCount: ['user', '*', 60, '*'] }, 0] }],
        ['actionCount by address', { '==': [{ actionCount: ['ip', '*', 60, '*'] }, 0] }],
        ['distinctCount', { '==': [{ distinctCount: ['device', 'user', 60] }, 0] }],
        ['minutesSince a success', { '==': [{ minutesSince: ['challengeSucceeded'] }, null] }],
        ['minutesSince an action', { '==': [{ minutesSince: ['action'] }, null] }],
      ];
      test.each(facts)('%s', async (_fact, isAsIfFirst) => {
        const action = await actionWith('BLOCK', [['ALLOW', isAsIfFirst]]);
        const begun = await actionWith('ALLOW', []);
        const { userId, key: theirs } = await they.enrolled();
        // Enrolling was an action, too: after deleting it, only the sign-in is left.
        await app.db.query(forgetActions, [userId]);
        const ipAddress = `91.10.20.${(addresses += 1)}`;
        const signIn = async (code: string) => {
          const challengeId = await open({ action: code, idempotencyKey: key });
          const { options } = await they.authenticationOptions(undefined, { challengeId });
          const body = { authenticationCredential: useCredential(theirs, options, ownOrigin), deviceId: 'phone' };
          const call = { key: app.tenant.tenantId, body, remoteAddress: ipAddress };
          return app.call('POST', '/v1/client/verify/passkey', call);
        };
        const sent = { deviceId: 'phone', ipAddress };
        expect((await signIn(action)).status).toBe(200);
        expect((await track(userId, action, sent)).state, 'this action alone').toBe('CHALLENGE_SUCCEEDED');
        // Other actions count, tracked or not.
        expect((await signIn(begun)).status).toBe(200);
        const later = await app.call('POST', path(userId, action), { body: sent });
        expect(later.body.state, 'other actions').toBe('BLOCK');
      });
    });

    test('a track that does not let the action succeed makes no device, address or success known', async () => {
      const action = await actionWith('ALLOW', [['BLOCK', is('ip.ipAddress', '91.10.20.30')]]);
      const seen = await actionWith('ALLOW', [
        ['BLOCK', { or: [is('device.isNew', false), is('user.hasPreviouslyVerified', true)] }],
      ]);
      const { userId } = await early(action, {}, { deviceId: 'phone' });
      await app.db.query(forgetOtherActions, [userId, action]);
      const isKnown = async () =>
        (await app.call('POST', path(userId, seen), { body: { deviceId: 'phone' } })).body.state === 'BLOCK';
      expect(await isKnown()).toBe(true);
      expect(await track(userId, action, { ipAddress: '91.10.20.30' })).toMatchObject({ state: 'BLOCK' });
      expect(await isKnown()).toBe(false);
      expect(await actionOf(userId, action)).not.toHaveProperty('verificationMethod');
    });

    test('taking back two successes leaves those before them', async () => {
      const isElsewhere: readonly Rule[] = [['BLOCK', is('ip.ipAddress', '91.10.20.30')]];
      const codes = [
        await actionWith('ALLOW', isElsewhere),
        await actionWith('ALLOW', isElsewhere),
        await actionWith('ALLOW', isElsewhere),
      ] as const;
      const isKnown = await actionWith('ALLOW', [
        [
          'BLOCK',
          { and: [is('device.isNew', false), is('user.hasPreviouslyVerified', true), is('ip.isUnrecognized', false)] },
        ],
      ]);
      const user = they.enrolled();
      const { userId } = await user;
      const sent = { deviceId: 'phone' };
      await app.db.query(forgetActions, [userId]);
      for (const code of codes) {
        await early(code, {}, sent, user);
        await app.runtime.advance(1_000);
      }
      expect((await track(userId, codes[0])).state).toBe('CHALLENGE_SUCCEEDED');
      for (const code of [codes[2], codes[1]]) {
        expect((await track(userId, code, { ipAddress: '91.10.20.30' })).state).toBe('BLOCK');
      }
      const reply = await app.call('POST', path(userId, isKnown), { body: { ...sent, ipAddress: '127.0.0.1' } });
      expect(reply.body.state).toBe('BLOCK');
    });

    test('data that a backend sends with its secret key counts as in a track, and wins over a different amount', async () => {
      await app.call('POST', '/v1/management/custom-data-points', {
        key: app.tenant.managementKey,
        body: { name: 'amount', dataType: 'number', modelType: 'action', linked: true },
      });
      const action = await actionWith('ALLOW', [['BLOCK', over1000]]);
      const userId = they.newUser();
      expect((await challenge(userId, action, { custom: { amount: 5000 } })).body.errorCode).toBe('forbidden');

      const sender = they.newUser();
      const started = await challenge(sender, action, { custom: { amount: 10 } });
      await verify(sender, started.body.challengeId);
      expect((await actionOf(sender, action)).state).toBe('CHALLENGE_SUCCEEDED');
      const changed = await app.call('POST', path(sender, action), {
        body: { idempotencyKey: key, custom: { amount: 900 } },
      });
      expect([changed.status, changed.body.errorCode]).toEqual([409, 'conflict']);
      expect(await track(sender, action, { custom: { amount: 10 } })).toMatchObject({ state: 'CHALLENGE_SUCCEEDED' });

      // Absent members are null there, and there is no earlier value.
      const without = they.newUser();
      const empty = await challenge(without, action, { custom: {} });
      await verify(without, empty.body.challengeId);
      expect((await actionOf(without, action)).state).toBe('CHALLENGE_SUCCEEDED');
    });

    test('a later backend call decides an action that a sign-in has begun: by /challenge, by /claim', async () => {
      const action = await actionWith('ALLOW', [['BLOCK', over1000]]);
      const first = await early(action);
      expect((await challenge(first.userId, action, { custom: { amount: 5000 } })).body.errorCode).toBe('forbidden');
      expect(await they.validate(first.accessToken)).toMatchObject({ state: 'BLOCK', isTracked: false });
      // The track decides all the same, with its own data.
      expect((await explain(first.userId, action)).earlier).toHaveLength(1);

      const second = await early(action);
      const claim = { challengeId: second.challengeId, userId: second.userId, custom: { amount: 10 } };
      const claimed = await app.call('POST', '/v1/claim', { body: claim });
      expect(await they.validate(claimed.body.token)).toMatchObject({ isValid: true, isTracked: false });
      expect(await codes()).toContain(action);
    });

    test('CHALLENGE_FAILED stays, and so does a state set by a denial or a failed attestation; a state set by rules is decided again', async () => {
      const action = await actionWith('CHALLENGE', [...kinds]);
      for (const [set, kind, state] of [
        ['CHALLENGE_FAILED', 'ALLOW', 'CHALLENGE_FAILED'],
        ['BLOCK', 'ALLOW', 'BLOCK'],
        ['REVIEW_REQUIRED', 'CHALLENGE', 'REVIEW_REQUIRED'],
      ] as const) {
        const { userId, accessToken } = await early(action);
        await app.db.query(setState, [set, userId, action]);
        const { ruleIds, state: stands } = await track(userId, action, { custom: { kind } });
        expect([stands, ruleIds.length]).toEqual([state, 1]);
        expect(await they.validate(accessToken)).toMatchObject({ state, isTracked: true });
      }
      const reviewed = await actionWith('REVIEW', [...kinds]);
      const { userId } = await early(reviewed);
      expect((await actionOf(userId, reviewed)).state).toBe('REVIEW_REQUIRED');
      expect(await track(userId, reviewed, { custom: { kind: 'CHALLENGE' } })).toMatchObject({
        state: 'CHALLENGE_SUCCEEDED',
      });
    });

    test('an action whose state a backend sets counts as tracked, also if the state is the same, whatever its track brings', async () => {
      await app.call('POST', '/v1/management/custom-data-points', {
        key: app.tenant.managementKey,
        body: { name: 'payee', dataType: 'text', modelType: 'action', linked: true },
      });
      const action = await actionWith('ALLOW', [...kinds]);
      for (const state of ['REVIEW_FAILED', 'CHALLENGE_SUCCEEDED']) {
        const { userId, accessToken } = await early(action);
        const before = await actionOf(userId, action);
        expect((await app.call('PATCH', `${path(userId, action)}/${key}`, { body: { state } })).status).toBe(200);
        const validated = await they.validate(accessToken);
        expect(validated).toMatchObject({ state, isTracked: true });
        if (before.state === state) expect(validated.stateUpdatedAt).toBe(before.stateUpdatedAt);
        const told = { custom: { kind: 'BLOCK', payee: 'Ann' } };
        expect(await track(userId, action, told)).toMatchObject({ state, ruleIds: [] });
      }
    });

    test('an explanation contains both decisions, and computes both again', async () => {
      const action = await actionWith('ALLOW', [['BLOCK', over1000]]);
      const { userId } = await early(action);
      const begun = await explain(userId, action);
      expect(begun).toMatchObject({
        outcome: 'CHALLENGE',
        isTracked: false,
        isAwaitingTrack: true,
        isReproduced: true,
      });
      expect(begun.words).toContain(
        'Until a track tells what is awaited, the action stays as it is, whatever is proven.',
      );
      await app.runtime.advance(1_000);
      await track(userId, action, { custom: { amount: 2000 } });
      const { earlier, ...now } = await explain(userId, action);
      expect(now).toMatchObject({ outcome: 'BLOCK', isTracked: true, isAwaitingTrack: false, isReproduced: true });
      const { earlier: _none, isTracked: _not, state: _then, ...first } = begun;
      expect(earlier).toEqual([first]);
      expect(Date.parse(now.decidedAt) - Date.parse(first.decidedAt)).toBe(1_000);
    });

    test('if the user is deleted in between, the action begins again and earlier proofs do not count', async () => {
      const action = await actionWith('CHALLENGE', []);
      const { userId, accessToken } = await early(action);
      await app.call('DELETE', `/v1/users/${userId}`);
      expect(await track(userId, action)).toMatchObject({ state: 'CHALLENGE_REQUIRED' });
      expect(await they.validate(accessToken)).toEqual({ isValid: false, error: 'Token is invalid.' });
    });

    test('N17: a session is counted from the proof, however much later the track lets the action succeed', async () => {
      const action = await actionWith('ALLOW', [['BLOCK', over1000]]);
      const { userId } = await early(action);
      await app.runtime.advance(300_000);
      const { token } = await track(userId, action, { custom: { amount: 1 } });
      const clientId = app.tenant.tenantId;
      const session = await app.call('POST', '/v1/sessions', { body: { token, clientId } });
      expect(session.status, session.text).toBe(200);
      const claims = JSON.parse(Buffer.from(session.body.accessToken.split('.')[1], 'base64url').toString());
      expect(claims.auth_time).toBe(claims.iat - 300);
    });
  });

  test('the token of an action can take over a challenge that was opened without a user', async () => {
    const { userId, key } = await they.enrolled();
    const token = await they.track(userId);
    const mine = await open({});
    const { options } = await they.authenticationOptions(token, { challengeId: mine });
    const body = { authenticationCredential: useCredential(key, options, ownOrigin) };
    expect((await they.post('verify/passkey', token, body)).status).toBe(200);
    const foreign = await they.post('user-authenticators/passkey/authentication-options', token, {
      challengeId: await open({ action: 'another' }),
    });
    expect(foreign.body.errorCode).toBe('invalid_credential');
  });

  test('A47: options look the same for every user; a user without a passkey always gets the same decoy', async () => {
    const { userId } = await they.enrolled();
    const scrubbed = async (token: string | undefined, body: object) => {
      const { options } = await they.authenticationOptions(token, body);
      return { ...options, challenge: '' };
    };
    const known = await scrubbed(undefined, { username: userId, userId });
    expect(await scrubbed(undefined, { username: 'nobody-at-all' })).toEqual(known);
    const [with_, without] = [await they.track(userId), await they.track('has-none')];
    const asked = [await scrubbed(with_, {}), await scrubbed(without, {}), await scrubbed(without, {})];
    expect(asked[1]).toEqual(asked[2]);
    expect(asked[1]?.allowCredentials).toHaveLength(1);
    expect(asked[1]?.allowCredentials[0].id).toMatch(/^[\w-]{43}$/);
    const other = await scrubbed(await they.track('has-none-either'), {});
    expect(other.allowCredentials[0].id).not.toBe(asked[1]?.allowCredentials[0].id);
  });

  test('client-api 4.5: unknown_credential is returned only for a credential that no user of the tenant has', async () => {
    const known = await they.enrolled();
    const codeOf = async (token: string | undefined, key: SoftwareKey, origin = ownOrigin, wrong = {}) =>
      (await they.signIn(token, key, wrong, {}, origin)).body.errorCode;
    const token = await they.track(known.userId);
    for (const given of [undefined, token]) {
      expect(await codeOf(given, softwareKey())).toBe('unknown_credential');
      expect(await codeOf(given, softwareKey(), 'https://evil.example')).toBe('invalid_credential');
      expect(await codeOf(given, known.key, ownOrigin, { flags: 0 })).toBe('invalid_credential');
    }
    expect(await codeOf(token, (await they.enrolled()).key)).toBe('invalid_credential');
    // A security key belongs to a user, too.
    const securityKey = softwareKey();
    const asked = await they.good(
      they.post('user-authenticators/security-key/registration-options', known.accessToken),
    );
    const created = createCredential(securityKey, asked, ownOrigin);
    await they.good(they.post('user-authenticators/security-key', known.accessToken, created));
    expect(await codeOf(undefined, securityKey)).toBe('invalid_credential');
    // A removed credential belongs to no user any more.
    await app.call('DELETE', `/v1/users/${known.userId}/authenticators/${known.authenticatorId}`);
    expect(await codeOf(undefined, known.key)).toBe('unknown_credential');
  });

  test('a passkey that the backend imported signs in, and its kind is learnt from that', async () => {
    const key = softwareKey({ counter: 3, isSynced: false });
    const enrolled = await app.call('POST', '/v1/users/moved/authenticators', {
      body: {
        verificationMethod: 'PASSKEY',
        credentialId: key.credentialId.toString('base64url'),
        credentialPublicKey: coseOf(key),
        counter: 3,
      },
    });
    expect(enrolled.status, enrolled.text).toBe(200);
    // It uses the user handle that its maker chose.
    const reply = await they.signIn(undefined, key, { userHandle: 'b2xkLWhhbmRsZQ' });
    expect(reply.body, reply.text).toMatchObject({ isVerified: true, userId: 'moved' });
    expect((await they.signIn(undefined, key, { counter: 4 })).body.errorCode).toBe('invalid_credential');
    const [seen] = (await app.call('GET', '/v1/users/moved/authenticators')).body;
    expect(seen.webauthnCredential).toMatchObject({ credentialDeviceType: 'singleDevice', credentialBackedUp: false });
  });

  test('A65: the database contains neither an open challenge nor a nonce in clear', async () => {
    const { options } = await they.authenticationOptions(undefined);
    const { nonce } = await they.good(they.post('challenge', undefined, {}));
    const dump = JSON.stringify(await databaseText(app.db));
    for (const secret of [options.challenge, nonce]) {
      expect(dump).not.toContain(secret);
      expect(dump).not.toContain(Buffer.from(secret, 'base64url').toString('hex'));
    }
    expect(app.logText()).not.toContain(options.challenge);
  });

  describe('with cookies (client-api 4.4)', () => {
    const path = 'user-authenticators/passkey';
    const page = { origin: ownOrigin };

    function cookiesOf(reply: TestReply): readonly string[] {
      return [reply.headers['set-cookie'] ?? []].flat().map(String);
    }
    const pair = (reply: TestReply, name: string) =>
      cookiesOf(reply)
        .find((cookie) => cookie.startsWith(`${name}=`))
        ?.split(';')[0];

    async function begun(headers: Record<string, string> = page) {
      const reply = await they.post(`${path}/authentication-options/web`, undefined, {}, headers);
      expect(reply.status, reply.text).toBe(200);
      return { reply, options: reply.body.options };
    }

    test('only the browser that began a ceremony can finish it', async () => {
      const { key } = await they.enrolled();
      const { reply: first, options } = await begun();
      expect(cookiesOf(first)).toEqual([
        `__as_challenge=${first.body.challengeId}; Max-Age=3600; Path=/v1/client; HttpOnly; Secure; SameSite=None`,
      ]);
      const body = { authenticationCredential: useCredential(key, options, ownOrigin) };
      const cookie = pair(first, '__as_challenge') ?? '';
      const reply = await they.post('verify/passkey', undefined, body, { ...page, cookie });
      expect(reply.body, reply.text).toMatchObject({ isVerified: true, accessToken: expect.any(String) });
      expect(pair(reply, '__as_session')).toBe(`__as_session=${reply.body.accessToken}`);
      expect(pair(reply, '__as_challenge')).toBe('__as_challenge=');
      expect(cookiesOf(reply).every((each) => /; HttpOnly; Secure; SameSite=None$/.test(each))).toBe(true);

      const session = pair(reply, '__as_session') ?? '';
      const list = (headers: Record<string, string>, key_ = app.tenant.tenantId) =>
        app.call('GET', '/v1/client/user-authenticators', { key: key_, headers });
      expect((await list({ ...page, cookie: session })).body).toHaveLength(1);
      const other = await app.createTenant('With cookies');
      const refusals = [
        await list({ cookie: session }),
        await list({ origin: 'https://evil.example', cookie: session }),
        await list(page),
        await list({ ...page, cookie: `${session}x` }),
        await list({ ...page, cookie: session }, other.tenantId),
      ];
      expect(refusals.map(({ status }) => status)).toEqual([401, 401, 401, 401, 401]);
      await app.runtime.advance(10 * 60_000);
      expect((await list({ ...page, cookie: session })).body.errorCode).toBe('expired_token');
    });

    test('A41: a cookie that was planted, belongs to another ceremony or comes from another page finishes nothing', async () => {
      const { key } = await they.enrolled();
      const planted = (await begun()).reply;
      for (const headers of [
        { ...page },
        { ...page, cookie: '__as_challenge=planted' },
        { ...page, cookie: pair(planted, '__as_challenge') ?? '' },
        { cookie: 'own' },
        { origin: 'https://evil.example', cookie: 'own' },
      ]) {
        const { reply, options } = await begun();
        const own = pair(reply, '__as_challenge') ?? '';
        const sent = 'cookie' in headers && headers.cookie === 'own' ? { ...headers, cookie: own } : headers;
        const body = { authenticationCredential: useCredential(key, options, ownOrigin) };
        const refused = await they.post('verify/passkey', undefined, body, sent);
        expect([refused.status, refused.body.errorCode]).toEqual([400, 'invalid_credential']);
        expect(await they.lastRefusal()).toBe('browser');
        expect(cookiesOf(refused)).toEqual([]);
      }
    });

    test('A41: the session cookie gets a new value at sign-in', async () => {
      const { key } = await they.enrolled();
      const { reply: first, options } = await begun();
      const cookie = `${pair(first, '__as_challenge')}; __as_session=fixed`;
      const body = { authenticationCredential: useCredential(key, options, ownOrigin) };
      const reply = await they.post('verify/passkey', undefined, body, { ...page, cookie });
      expect(pair(reply, '__as_session')).toBe(`__as_session=${reply.body.accessToken}`);
    });

    test('no cookie is set for a page that is not the tenant’s, nor for a request without one', async () => {
      expect(cookiesOf((await begun({ origin: 'https://evil.example' })).reply)).toEqual([]);
      expect(cookiesOf((await begun({})).reply)).toEqual([]);
      const { key } = await they.enrolled();
      const { options } = await they.authenticationOptions(undefined);
      const body = { authenticationCredential: useCredential(key, options, ownOrigin) };
      expect(cookiesOf(await they.post('verify/passkey', undefined, body, page))).toEqual([]);
    });

    test('an action’s challenge keeps its cookie across requests for options, and a registration has a cookie, too', async () => {
      const { key } = await they.enrolled();
      const opened = await they.post('challenge/web', undefined, { action: 'cooked' }, page);
      const { challengeId } = opened.body;
      const { options } = await they.authenticationOptions(undefined, { challengeId });
      const body = { authenticationCredential: useCredential(key, options, ownOrigin) };
      const reply = await they.post('verify/passkey', undefined, body, {
        ...page,
        cookie: pair(opened, '__as_challenge') ?? '',
      });
      expect(pair(reply, '__as_session'), reply.text).toBe(`__as_session=${reply.body.accessToken}`);

      const register = async (keeps: boolean) => {
        const token = await they.track(they.newUser());
        const start = await they.post(`${path}/registration-options/web`, token, {}, page);
        const registrationCredential = createCredential(softwareKey(), start.body.options, ownOrigin);
        const cookie = pair(start, '__as_challenge') ?? '';
        return they.post(path, token, { registrationCredential }, { ...page, ...(keeps ? { cookie } : {}) });
      };
      const added = await register(true);
      expect(pair(added, '__as_session'), added.text).toBe(`__as_session=${added.body.accessToken}`);
      expect((await register(false)).body.errorCode).toBe('invalid_credential');
    });
  });
});

/** A COSE key as text, in the form that an importing backend sends. */
function coseOf(key: SoftwareKey): string {
  const [x, y] = [key.publicKey.get(-2), key.publicKey.get(-3)] as [Buffer, Buffer];
  const parts = [Buffer.from('a5010203262001215820', 'hex'), x, Buffer.from('225820', 'hex'), y];
  return Buffer.concat(parts).toString('base64url');
}
