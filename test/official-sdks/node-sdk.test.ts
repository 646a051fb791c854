/** Worry: a third-party client, which is not adapted to us, does not get what it expects. */
import { randomBytes, randomUUID } from 'node:crypto';
import { Authsignal, AuthsignalError, UserActionState, VerificationMethod } from '@authsignal/node';
import type { EnrollVerifiedAuthenticatorRequest, UserAttributes } from '@authsignal/node';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { unauthorizedDescription } from '../../src/contract/errors.ts';
import { databasesOf } from '../../src/testkit/test-database.ts';
import { coseKey } from './cose-key.ts';
import { startedServer } from './started-server.ts';
import type { StartedServer } from './started-server.ts';

const databaseKinds = databasesOf(import.meta.url, { hasRaces: true });

const isoTime = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/;
const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

describe.each(databaseKinds)('@authsignal/node against a started server on the %s database', (kind) => {
  let server: StartedServer;
  let authsignal: Authsignal;

  beforeAll(async () => {
    server = await startedServer(kind);
    authsignal = new Authsignal({ apiSecretKey: server.secretKey, apiUrl: server.apiUrl });
  });
  afterAll(() => server.stop());

  /** The SDK's types lag behind what the API accepts; the SDK sends whatever it is given. */
  function enroll(userId: string, attributes: Readonly<Record<string, unknown>>) {
    return authsignal.enrollVerifiedAuthenticator({
      userId,
      attributes,
    } as unknown as EnrollVerifiedAuthenticatorRequest);
  }

  async function errorOf(promise: Promise<unknown>): Promise<AuthsignalError> {
    const error = await promise.then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    expect(error).toBeInstanceOf(AuthsignalError);
    return error as AuthsignalError;
  }

  test('9.5-1: a wrong secret is 401 with the exact sentence that SDK tests compare', async () => {
    for (const apiSecretKey of ['invalid-secret', `${server.secretKey}x`, server.secretKey.toUpperCase(), '']) {
      const stranger = new Authsignal({ apiSecretKey, apiUrl: server.apiUrl });
      const error = await errorOf(stranger.getUser({ userId: randomUUID() }));
      expect(error.statusCode).toBe(401);
      expect(error.errorCode).toBe('unauthorized');
      expect(error.errorDescription).toBe(
        'The request is unauthorized. Check that your API key and region base URL are correctly configured.',
      );
      expect(error.errorDescription).toBe(unauthorizedDescription);
    }
  });

  test('9.5-2: an SMS enrolment on a fresh id, an update with verified flags, and a deletion read back as SDK tests expect', async () => {
    const userId = randomUUID();
    const enrolled = await enroll(userId, { verificationMethod: VerificationMethod.SMS, phoneNumber: '+64270000000' });
    expect(enrolled.authenticator).toMatchObject({ userId, verificationMethod: 'SMS', phoneNumber: '+64270000000' });
    expect(enrolled.recoveryCodes).toHaveLength(10);

    const user = await authsignal.getUser({ userId });
    expect(user.isEnrolled).toBe(true);
    expect('email' in user).toBe(false);
    expect(user.enrolledVerificationMethods).toEqual(['SMS']);

    const attributes: UserAttributes = {
      email: 'test@email',
      emailVerified: true,
      phoneNumber: '9876543210',
      phoneNumberVerified: true,
      username: 'jane',
      displayName: 'Jane Smith',
      locale: 'en-NZ',
      custom: { foo: 'bar', count: 3, isVip: false },
    };
    expect(await authsignal.updateUser({ userId, attributes })).toEqual({ userId, ...attributes });
    expect(await authsignal.getUser({ userId })).toMatchObject({ ...attributes, isEnrolled: true });

    expect(await authsignal.deleteUser({ userId })).toBeUndefined();
    const afterDeletion = await authsignal.getUser({ userId });
    expect(afterDeletion).toMatchObject({ isEnrolled: false, emailVerified: false, phoneNumberVerified: false });
    expect(afterDeletion.email).toBeUndefined();
    expect(afterDeletion.custom).toBeUndefined();
    expect(await authsignal.getAuthenticators({ userId })).toEqual([]);
  });

  test('9.5-3: an enrolled authenticator is listed, and after its deletion the list is empty', async () => {
    const userId = randomUUID();
    const { authenticator } = await enroll(userId, { verificationMethod: 'SMS', phoneNumber: '+6427123456' });
    const list = await authsignal.getAuthenticators({ userId });
    expect(list).toHaveLength(1);
    expect(list[0]).toEqual(authenticator);
    expect(list[0]?.userAuthenticatorId).toMatch(uuid);
    expect(list[0]?.createdAt).toMatch(isoTime);
    await authsignal.deleteAuthenticator({ userId, userAuthenticatorId: authenticator.userAuthenticatorId });
    expect(await authsignal.getAuthenticators({ userId })).toEqual([]);
    expect((await authsignal.getUser({ userId })).isEnrolled).toBe(false);
    const gone = await errorOf(
      authsignal.deleteAuthenticator({ userId, userAuthenticatorId: authenticator.userAuthenticatorId }),
    );
    expect(gone).toMatchObject({ statusCode: 404, errorCode: 'not_found' });
  });

  test('9.5-4: a tracked action is CHALLENGE_REQUIRED, validates as not yet valid, and shows an update', async () => {
    const userId = randomUUID();
    await enroll(userId, { verificationMethod: 'EMAIL_OTP', email: 'jane@example.com' });
    const tracked = await authsignal.track({ userId, action: 'Login' });
    expect(tracked.state).toBe(UserActionState.CHALLENGE_REQUIRED);
    expect(tracked.isEnrolled).toBe(true);
    expect(tracked.idempotencyKey).toMatch(uuid);
    expect(tracked.url).toContain('?');
    expect(tracked.url.startsWith(server.url.replace('127.0.0.1', 'localhost'))).toBe(true);
    expect(tracked.enrolledVerificationMethods).toEqual(['EMAIL_OTP']);
    expect(tracked.allowedVerificationMethods).not.toEqual([]);
    expect(tracked.defaultVerificationMethod).toBe('EMAIL_OTP');
    expect(tracked.ruleIds).toEqual([]);

    const validated = await authsignal.validateChallenge({ token: tracked.token });
    expect(validated).toMatchObject({ isValid: false, state: 'CHALLENGE_REQUIRED', userId, action: 'Login' });
    expect(validated.idempotencyKey).toBe(tracked.idempotencyKey);
    expect(validated.stateUpdatedAt).toMatch(isoTime);

    const key = { userId, action: 'Login', idempotencyKey: tracked.idempotencyKey };
    const updated = await authsignal.updateAction({ ...key, attributes: { state: UserActionState.REVIEW_REQUIRED } });
    expect(updated.state).toBe('REVIEW_REQUIRED');
    const action = await authsignal.getAction(key);
    expect(action).toMatchObject({ state: 'REVIEW_REQUIRED', rules: [], output: { custom: {} } });
    expect(action.createdAt).toMatch(isoTime);
    expect(action.stateUpdatedAt >= action.createdAt).toBe(true);
  });

  test('the state alone decides: an action set to CHALLENGE_SUCCEEDED makes its tokens valid, for the right user and action only', async () => {
    const userId = randomUUID();
    const tracked = await authsignal.track({ userId, action: 'withdraw' });
    const { token, idempotencyKey } = tracked;
    await authsignal.updateAction({
      userId,
      action: 'withdraw',
      idempotencyKey,
      attributes: { state: UserActionState.CHALLENGE_SUCCEEDED },
    });
    expect(await authsignal.validateChallenge({ token, userId, action: 'withdraw' })).toMatchObject({ isValid: true });
    expect(await authsignal.validateChallenge({ token })).toMatchObject({ isValid: true });
    expect(await authsignal.validateChallenge({ token, userId: 'somebody-else' })).toEqual({
      isValid: false,
      error: 'User is invalid.',
      action: undefined,
    });
    expect(await authsignal.validateChallenge({ token, action: 'login' })).toMatchObject({
      isValid: false,
      error: 'Action is invalid.',
    });
    expect((await authsignal.validateChallenge({ token: 'invalid-token' })).isValid).toBe(false);
    await authsignal.deleteUser({ userId });
    expect((await authsignal.validateChallenge({ token })).isValid).toBe(false);
  });

  test('every method that can be enrolled as verified is enrolled, listed with its own members, and deleted', async () => {
    const userId = randomUUID();
    const credentialId = randomBytes(32).toString('base64url');
    const enrolments = [
      { verificationMethod: 'EMAIL_OTP', email: 'jane@example.com' },
      { verificationMethod: 'EMAIL_MAGIC_LINK', email: 'jane@example.com' },
      { verificationMethod: 'SMS', phoneNumber: '+64270000000' },
      { verificationMethod: 'WHATSAPP', phoneNumber: '+64270000000' },
      {
        verificationMethod: 'AUTHENTICATOR_APP',
        otpUri: 'otpauth://totp/Bank:jane?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Bank',
      },
      { verificationMethod: 'PASSKEY', credentialId, credentialPublicKey: coseKey(), name: "Jane's phone", counter: 7 },
    ];
    for (const [index, attributes] of enrolments.entries()) {
      const { authenticator, recoveryCodes } = await enroll(userId, attributes);
      expect(authenticator).toMatchObject({ userId, verificationMethod: attributes.verificationMethod });
      expect(authenticator.verifiedAt).toMatch(isoTime);
      // Only with the first one; shown once.
      expect(recoveryCodes === undefined ? 0 : recoveryCodes.length).toBe(index === 0 ? 10 : 0);
    }
    const list = await authsignal.getAuthenticators({ userId });
    expect(list.map((one) => one.verificationMethod)).toEqual(enrolments.map((one) => one.verificationMethod));
    expect(list[0]?.email).toBe('jane@example.com');
    expect(list[2]?.phoneNumber).toBe('+64270000000');
    expect(list[5]?.webauthnCredential).toMatchObject({ credentialId, name: "Jane's phone" });
    // A seed is a secret: it is accepted, and never returned.
    expect(JSON.stringify(list)).not.toContain('GEZDGNBVGY3TQOJQ');
    expect((await authsignal.getUser({ userId })).enrolledVerificationMethods).toEqual(
      enrolments.map((one) => one.verificationMethod),
    );
    for (const { userAuthenticatorId } of list) await authsignal.deleteAuthenticator({ userId, userAuthenticatorId });
    expect(await authsignal.getAuthenticators({ userId })).toEqual([]);
  });

  test('9.5-11: a passkey has a name; a credential of another user is refused with 409', async () => {
    const [owner, other] = [randomUUID(), randomUUID()];
    const credentialId = randomBytes(16).toString('base64url');
    const passkey = { verificationMethod: 'PASSKEY', credentialId, credentialPublicKey: coseKey() };
    const { authenticator } = await enroll(owner, passkey);
    expect(authenticator.webauthnCredential?.name).toBe('Passkey');
    expect((await enroll(owner, passkey)).authenticator.userAuthenticatorId).toBe(authenticator.userAuthenticatorId);
    expect(await errorOf(enroll(other, passkey))).toMatchObject({ statusCode: 409, errorCode: 'conflict' });
    expect(await authsignal.getAuthenticators({ userId: other })).toEqual([]);
    const badKey = { ...passkey, credentialId: 'AAAA', credentialPublicKey: 'AAAA' };
    expect(await errorOf(enroll(owner, badKey))).toMatchObject({ statusCode: 400, errorCode: 'invalid_credential' });
  });

  test('9.5-13: repeated EMAIL_OTP enrolments of one user keep one authenticator, and deleting it removes its id', async () => {
    const userId = `user12345-${randomUUID()}`;
    const email = 'user@example.com';
    for (let round = 0; round < 3; round += 1) {
      const { authenticator } = await enroll(userId, { verificationMethod: 'EMAIL_OTP', email });
      expect(authenticator).toMatchObject({ userId, verificationMethod: 'EMAIL_OTP', email });
      const list = await authsignal.getAuthenticators({ userId });
      expect(list).toHaveLength(1);
      expect(list[0]).toMatchObject({ verificationMethod: 'EMAIL_OTP', email });
    }
    const [first] = await authsignal.getAuthenticators({ userId });
    const userAuthenticatorId = String(first?.userAuthenticatorId);
    await authsignal.deleteAuthenticator({ userId, userAuthenticatorId });
    const left = await authsignal.getAuthenticators({ userId });
    expect(left.map((one) => one.userAuthenticatorId)).not.toContain(userAuthenticatorId);
  });

  test('users are found by e-mail, phone number and user name, page by page', async () => {
    const mark = randomUUID().slice(0, 8);
    const userIds = ['a', 'b', 'c'].map((letter) => `${mark}-${letter}`);
    for (const userId of userIds) {
      await authsignal.updateUser({
        userId,
        attributes: { email: `${mark}@Example.com`, phoneNumber: '+6421555666', username: `name of ${userId}` },
      });
    }
    const email = `${mark}@example.COM`;
    const found = await authsignal.queryUsers({ email });
    expect(found.users.map((user) => user.userId)).toEqual(userIds);
    expect(found.lastEvaluatedUserId).toBeUndefined();
    expect(found.users[0]).toMatchObject({ email: `${mark}@Example.com`, emailVerified: false });

    const firstPage = await authsignal.queryUsers({ email, limit: 2 });
    expect(firstPage.users).toHaveLength(2);
    expect(firstPage.lastEvaluatedUserId).toBe(userIds[1]);
    const secondPage = await authsignal.queryUsers({
      email,
      limit: 2,
      lastEvaluatedUserId: String(firstPage.lastEvaluatedUserId),
    });
    expect(secondPage.users.map((user) => user.userId)).toEqual([userIds[2]]);
    expect(secondPage.lastEvaluatedUserId).toBeUndefined();

    const byName = await authsignal.queryUsers({ username: `name of ${mark}-b`, phoneNumber: '+6421555666' });
    expect(byName.users.map((user) => user.userId)).toEqual([`${mark}-b`]);
    expect((await authsignal.queryUsers({ email: 'nobody@nowhere' })).users).toEqual([]);
    expect(await errorOf(authsignal.queryUsers({}))).toMatchObject({ statusCode: 400, errorCode: 'invalid_request' });
    expect(await errorOf(authsignal.queryUsers({ token: 'an.id.token' }))).toMatchObject({
      statusCode: 400,
      errorCode: 'invalid_configuration',
    });
  });

  test('actions are listed newest first, by code, state and date', async () => {
    const userId = randomUUID();
    for (const [action, idempotencyKey] of [
      ['login', 'one'],
      ['withdraw', 'two'],
      ['login', 'three'],
    ] as const) {
      await authsignal.track({
        userId,
        action,
        attributes: { idempotencyKey, ipAddress: '203.0.113.9', userAgent: 'Agent/1' },
      });
    }
    await authsignal.updateAction({
      userId,
      action: 'login',
      idempotencyKey: 'three',
      attributes: { state: UserActionState.BLOCK },
    });
    const keysOf = async (filter: object) =>
      (await authsignal.queryUserActions({ userId, ...filter })).map((one) => one.idempotencyKey);
    expect(await keysOf({})).toEqual(['three', 'two', 'one']);
    expect(await keysOf({ actionCodes: ['login'] })).toEqual(['three', 'one']);
    expect(await keysOf({ actionCodes: ['login', 'withdraw'] })).toEqual(['three', 'two', 'one']);
    expect(await keysOf({ state: UserActionState.BLOCK })).toEqual(['three']);
    expect(await keysOf({ fromDate: '2020-01-01T00:00:00.000Z' })).toEqual(['three', 'two', 'one']);
    expect(await keysOf({ fromDate: new Date(Date.now() + 3_600_000).toISOString() })).toEqual([]);
    expect(await authsignal.queryUserActions({ userId: randomUUID() })).toEqual([]);
    const [newest] = await authsignal.queryUserActions({ userId });
    expect(newest).toMatchObject({
      actionCode: 'login',
      state: 'BLOCK',
      ipAddress: '203.0.113.9',
      userAgent: 'Agent/1',
    });
    expect(await errorOf(authsignal.queryUserActions({ userId, fromDate: 'yesterday' }))).toMatchObject({
      statusCode: 400,
    });
  });

  test('every state of the SDK can be set and is read back', async () => {
    const userId = randomUUID();
    const { idempotencyKey } = await authsignal.track({ userId, action: 'pay' });
    const key = { userId, action: 'pay', idempotencyKey };
    for (const state of Object.values(UserActionState)) {
      expect((await authsignal.updateAction({ ...key, attributes: { state } })).state).toBe(state);
      expect((await authsignal.getAction(key)).state).toBe(state);
    }
    const unknown = { state: 'APPROVED' } as unknown as { state: UserActionState };
    expect(await errorOf(authsignal.updateAction({ ...key, attributes: unknown }))).toMatchObject({
      statusCode: 400,
      errorCode: 'invalid_request',
    });
    expect(await errorOf(authsignal.getAction({ ...key, idempotencyKey: 'none' }))).toMatchObject({
      statusCode: 404,
      errorCode: 'not_found',
    });
    expect(
      await errorOf(authsignal.updateAction({ ...key, action: 'other', attributes: { state: UserActionState.ALLOW } })),
    ).toMatchObject({ statusCode: 404, errorCode: 'not_found' });
  });

  test('server-api 1.7: a POST that the SDK delivers twice makes one action', async () => {
    const userId = randomUUID();
    const request = { userId, action: 'pay', attributes: { idempotencyKey: 'same', custom: { amount: 250 } } };
    const [first, second] = await Promise.all([authsignal.track(request), authsignal.track(request)]);
    expect({ ...first, token: '', url: '' }).toEqual({ ...second, token: '', url: '' });
    expect(await authsignal.queryUserActions({ userId })).toHaveLength(1);
  });

  test('null from an SDK caller counts as absent in track and enrolment', async () => {
    const userId = randomUUID();
    const nulls = {
      idempotencyKey: null,
      redirectUrl: null,
      redirectToSettings: null,
      ipAddress: null,
      userAgent: null,
      deviceId: null,
      scope: null,
      email: null,
      phoneNumber: null,
      username: null,
      custom: null,
      challengeId: null,
      locale: null,
      customDomain: null,
    };
    const tracked = await authsignal.track({ userId, action: 'pay', attributes: nulls as unknown as object });
    expect(tracked.state).toBe('CHALLENGE_REQUIRED');
    const enrolled = await enroll(userId, { verificationMethod: 'SMS', phoneNumber: '+64270000000', email: null });
    expect(enrolled.authenticator.verificationMethod).toBe('SMS');
    const validated = await authsignal.validateChallenge({
      token: tracked.token,
      userId: null,
      action: null,
    } as unknown as { token: string });
    expect(validated).toMatchObject({ userId, action: 'pay' });
  });
});
