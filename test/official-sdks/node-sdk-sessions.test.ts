/** Worry: sessions do not behave as a third-party client expects, which is not adapted to us. */
import { randomUUID } from 'node:crypto';
import { Authsignal, AuthsignalError, UserActionState } from '@authsignal/node';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { databasesOf } from '../../src/testkit/test-database.ts';
import { startedServer } from './started-server.ts';
import type { StartedServer } from './started-server.ts';

const databaseKinds = databasesOf(import.meta.url, { hasRaces: true });

describe.each(databaseKinds)('sessions of @authsignal/node against a started server on the %s database', (kind) => {
  let server: StartedServer;
  let authsignal: Authsignal;

  beforeAll(async () => {
    server = await startedServer(kind);
    authsignal = new Authsignal({ apiSecretKey: server.secretKey, apiUrl: server.apiUrl });
  });
  afterAll(() => server.stop());

  async function errorOf(promise: Promise<unknown>): Promise<AuthsignalError> {
    const error = await promise.then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    expect(error).toBeInstanceOf(AuthsignalError);
    return error as AuthsignalError;
  }

  /** A user whose challenge has succeeded, with the action's token. */
  async function signedIn() {
    const userId = randomUUID();
    const attributes = { email: 'jane@example.com', username: 'jane' };
    const { token, idempotencyKey } = await authsignal.track({ userId, action: 'signIn', attributes });
    await authsignal.updateAction({
      userId,
      action: 'signIn',
      idempotencyKey,
      attributes: { state: UserActionState.CHALLENGE_SUCCEEDED },
    });
    return { userId, token };
  }

  test('create, validate, verify offline, refresh, revoke', async () => {
    const { userId, token } = await signedIn();
    const clientId = server.tenantId;
    const first = await authsignal.createSession({ token, clientId, action: 'signIn' });
    const validated = await authsignal.validateSession({ accessToken: first.accessToken, clientIds: [clientId] });
    expect(validated.user).toEqual({
      userId,
      email: 'jane@example.com',
      emailVerified: false,
      phoneNumberVerified: false,
      username: 'jane',
    });
    expect(validated.expiresAt).toBeGreaterThan(Date.now() / 1000 + 590);

    const prefix = `${server.apiUrl}/client/public/${server.tenantId}`;
    const keys = createRemoteJWKSet(new URL(`${prefix}/.well-known/jwks`));
    const { payload } = await jwtVerify(first.accessToken, keys, { audience: clientId, typ: 'at+jwt' });
    expect(payload).toMatchObject({ sub: userId, email: 'jane@example.com', exp: validated.expiresAt });
    expect(payload.iss).toBe(prefix.replace('127.0.0.1', 'localhost'));

    const second = await authsignal.refreshSession({ refreshToken: first.refreshToken });
    expect(second).toEqual({ accessToken: expect.any(String), refreshToken: expect.any(String) });
    const old = await errorOf(authsignal.validateSession({ accessToken: first.accessToken }));
    expect(old).toMatchObject({ statusCode: 401, errorCode: 'unauthorized' });
    expect((await authsignal.validateSession({ accessToken: second.accessToken })).user.userId).toBe(userId);

    expect(await authsignal.revokeSession({ accessToken: second.accessToken })).toBeUndefined();
    expect(await authsignal.revokeSession({ accessToken: second.accessToken })).toBeUndefined();
    for (const ask of [
      () => authsignal.validateSession({ accessToken: second.accessToken }),
      () => authsignal.refreshSession({ refreshToken: second.refreshToken }),
    ]) {
      expect(await errorOf(ask())).toMatchObject({ statusCode: 401, errorCode: 'unauthorized' });
    }
  });

  test('all sessions of a user end at once; an unknown user has none', async () => {
    const { userId, token } = await signedIn();
    const clientId = server.tenantId;
    const pairs = [
      await authsignal.createSession({ token, clientId }),
      await authsignal.createSession({ token, clientId }),
    ];
    expect(await authsignal.revokeUserSessions({ userId })).toBeUndefined();
    expect(await authsignal.revokeUserSessions({ userId: randomUUID() })).toBeUndefined();
    for (const { accessToken } of pairs) {
      expect((await errorOf(authsignal.validateSession({ accessToken }))).statusCode).toBe(401);
    }
  });

  test('mistakes are thrown with the documented statuses', async () => {
    const { token } = await signedIn();
    const clientId = server.tenantId;
    const pending = await authsignal.track({ userId: randomUUID(), action: 'signIn' });
    const { accessToken } = await authsignal.createSession({ token, clientId });
    for (const [call, statusCode, errorCode] of [
      [() => authsignal.createSession({ token: pending.token, clientId }), 400, 'invalid_request'],
      [() => authsignal.createSession({ token, clientId, action: 'other' }), 400, 'invalid_request'],
      [() => authsignal.createSession({ token, clientId: 'nobody' }), 400, 'invalid_configuration'],
      [() => authsignal.createSession({ token: 'nonsense', clientId }), 401, 'unauthorized'],
      [() => authsignal.validateSession({ accessToken: 'nonsense' }), 401, 'unauthorized'],
      [() => authsignal.validateSession({ accessToken, clientIds: ['other'] }), 401, 'unauthorized'],
      [() => authsignal.validateSession({ accessToken, clientIds: [] }), 400, 'invalid_request'],
      [() => authsignal.refreshSession({ refreshToken: 'nonsense' }), 401, 'unauthorized'],
    ] as const) {
      expect(await errorOf(call())).toMatchObject({ statusCode, errorCode });
    }
    const stranger = new Authsignal({ apiSecretKey: 'wrong', apiUrl: server.apiUrl });
    expect((await errorOf(stranger.validateSession({ accessToken }))).statusCode).toBe(401);
  });
});
