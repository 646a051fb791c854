/** Worry: one customer of a server sees or changes what belongs to another. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { routes } from '../../src/contract/index.ts';
import { testApp } from '../../src/testkit/test-app.ts';
import type { TestApp, TestTenant } from '../../src/testkit/test-app.ts';
import { databaseKinds } from '../../src/testkit/test-database.ts';
import { sampleKey } from './sample-key.ts';

const credential = {
  verificationMethod: 'PASSKEY',
  credentialId: 'Y3JlZGVudGlhbA',
  credentialPublicKey: sampleKey,
};

describe.each(databaseKinds)('two tenants on the %s database', (kind) => {
  let app: TestApp;
  let other: TestTenant;
  let token: string;
  let authenticatorId: string;
  let challengeId: string;
  let session: { readonly accessToken: string; readonly refreshToken: string };

  beforeAll(async () => {
    app = await testApp(kind);
    other = await app.createTenant('The other one');
    const tracked = await app.call('POST', '/v1/users/alice/actions/pay', {
      body: { idempotencyKey: 'k1', email: 'alice@example.com', username: 'alice' },
    });
    token = String(tracked.body.token);
    const enrolled = await app.call('POST', '/v1/users/alice/authenticators', { body: credential });
    authenticatorId = String(enrolled.body.authenticator.userAuthenticatorId);
    await app.call('PATCH', '/v1/users/alice/actions/pay/k1', { body: { state: 'CHALLENGE_SUCCEEDED' } });
    const challenge = { verificationMethod: 'EMAIL_OTP', action: 'signIn', email: 'guest@example.com' };
    challengeId = String((await app.call('POST', '/v1/challenge', { body: challenge })).body.challengeId);
    session = (await app.call('POST', '/v1/sessions', { body: { token, clientId: app.tenant.tenantId } })).body;
  });
  afterAll(() => app.close());

  const asOther = (method: string, path: string, body?: object) =>
    app.call(method, path, { key: other.secretKey, ...(body === undefined ? {} : { body }) });

  /** What each route answers the other tenant about things that are not theirs; the same as if they did not exist. */
  const attempts: Readonly<Record<string, () => Promise<void>>> = {
    async getUser() {
      expect((await asOther('GET', '/v1/users/alice')).body).toEqual((await asOther('GET', '/v1/users/alice')).body);
      const { body } = await asOther('GET', '/v1/users/alice');
      expect(body).toMatchObject({ userId: 'alice', isEnrolled: false });
      expect(body).not.toHaveProperty('email');
    },
    async queryUsers() {
      expect((await asOther('GET', '/v1/users?email=alice%40example.com')).body).toEqual({ users: [] });
      expect((await asOther('GET', '/v1/users?username=alice')).body).toEqual({ users: [] });
    },
    async getAuthenticators() {
      expect((await asOther('GET', '/v1/users/alice/authenticators')).body).toEqual([]);
    },
    async liftHold() {
      const path = `/v1/users/alice/authenticators/${authenticatorId}/lift-hold`;
      expect((await asOther('POST', path)).status).toBe(404);
    },
    async deleteAuthenticator() {
      const path = `/v1/users/alice/authenticators/${authenticatorId}`;
      expect((await asOther('DELETE', path)).status).toBe(404);
      // Also with a user of the same id of their own.
      await asOther('PATCH', '/v1/users/alice', { displayName: 'Another Alice' });
      const stolen = await asOther('DELETE', path);
      const unknown = await asOther('DELETE', `/v1/users/alice/authenticators/${app.tenant.tenantId}`);
      expect([stolen.status, stolen.text]).toEqual([404, unknown.text]);
    },
    async getAuthenticatorConfigurations() {
      const ids = async (key: string) =>
        (await app.call('GET', '/v1/authenticators', { key })).body.map(
          (one: { authenticatorId: string }) => one.authenticatorId,
        );
      const mine = await ids(app.tenant.secretKey);
      const theirs = await ids(other.secretKey);
      expect(mine.filter((id: string) => theirs.includes(id))).toEqual([]);
    },
    async getAction() {
      expect((await asOther('GET', '/v1/users/alice/actions/pay/k1')).status).toBe(404);
    },
    async updateAction() {
      expect((await asOther('PATCH', '/v1/users/alice/actions/pay/k1', { state: 'BLOCK' })).status).toBe(404);
    },
    async queryUserActions() {
      expect((await asOther('GET', '/v1/users/alice/actions')).body).toEqual([]);
    },
    async validateChallenge() {
      const unknown = await asOther('POST', '/v1/validate', { token: 'x' });
      const stolen = await asOther('POST', '/v1/validate', { token });
      expect([stolen.status, stolen.text]).toEqual([200, unknown.text]);
    },
    async explainAction() {
      expect((await asOther('GET', '/v1/users/alice/actions/pay/k1/explain')).status).toBe(404);
    },
    async initiateChallenge() {
      expect((await asOther('POST', '/v1/challenge', { challengeId })).status).toBe(404);
    },
    async verifyChallenge() {
      expect((await asOther('POST', '/v1/verify', { challengeId, verificationCode: '123456' })).status).toBe(404);
    },
    async claimChallenge() {
      const claim = { challengeId, userId: 'alice', skipVerificationCheck: true };
      expect((await asOther('POST', '/v1/claim', claim)).status).toBe(404);
    },
    async getChallenge() {
      expect((await asOther('GET', `/v1/challenges?challengeId=${challengeId}`)).body).toEqual({});
    },
    async createSession() {
      const reply = await asOther('POST', '/v1/sessions', { token, clientId: app.tenant.tenantId });
      expect(reply.status).not.toBe(200);
    },
    async validateSession() {
      const { accessToken } = session;
      expect((await asOther('POST', '/v1/sessions/validate', { accessToken })).status).toBe(401);
    },
    async refreshSession() {
      const { refreshToken } = session;
      expect((await asOther('POST', '/v1/sessions/refresh', { refreshToken })).status).toBe(401);
    },
    async revokeSession() {
      const { accessToken } = session;
      expect((await asOther('POST', '/v1/sessions/revoke', { accessToken })).status).toBe(204);
    },
    async revokeUserSessions() {
      expect((await asOther('POST', '/v1/sessions/user/revoke', { userId: 'alice' })).status).toBe(204);
    },
    async updateUser() {
      await asOther('PATCH', '/v1/users/alice', { email: 'thief@example.com', emailVerified: true });
      await asOther('POST', '/v1/users/alice', { username: 'thief' });
    },
    async enrollVerifiedAuthenticator() {
      // The same credential in another tenant is another credential.
      const enrolled = await asOther('POST', '/v1/users/alice/authenticators', credential);
      expect(enrolled.status, enrolled.text).toBe(200);
      expect(enrolled.body.authenticator.userAuthenticatorId).not.toBe(authenticatorId);
    },
    async enrollVerifiedAuthenticators() {
      const { body } = await asOther('POST', '/v1/users/authenticators', {
        authenticators: [{ ...credential, userId: 'carol' }],
      });
      expect(body).toMatchObject({ succeeded: 0, failures: [{ userId: 'carol', errorCode: 'conflict' }] });
    },
    async trackAction() {
      const tracked = await asOther('POST', '/v1/users/alice/actions/pay', {
        idempotencyKey: 'k1',
        email: 'thief@example.com',
      });
      expect(tracked.body.state).toBe('CHALLENGE_REQUIRED');
      const validated = await app.call('POST', '/v1/validate', { body: { token: tracked.body.token } });
      expect(validated.body).toEqual({ isValid: false, error: 'Token is invalid.' });
    },
    async deleteUser() {
      expect((await asOther('DELETE', '/v1/users/alice')).status).toBe(200);
      expect((await asOther('DELETE', '/v1/users/alice?actions=false')).status).toBe(200);
    },
  };

  test('A33, A42: no route of the server API reaches anything of another tenant', async () => {
    // Here because this failed? You added a route to the server API. Say above what it answers about another tenant's things.
    expect(Object.keys(attempts).sort()).toEqual(
      routes
        .filter((route) => route.caller === 'server')
        .map((route) => route.id)
        .sort(),
    );
    const everything = async () => [
      (await app.call('GET', '/v1/users/alice')).body,
      (await app.call('GET', '/v1/users/alice/authenticators')).body,
      (await app.call('GET', '/v1/users/alice/actions')).body,
      (await app.call('GET', '/v1/users?email=alice%40example.com')).body,
      (await app.call('POST', '/v1/validate', { body: { token } })).body,
      (await app.call('GET', `/v1/challenges?challengeId=${challengeId}`)).body,
      (await app.call('POST', '/v1/sessions/validate', { body: { accessToken: session.accessToken } })).body,
    ];
    const before = await everything();
    expect(before[4]).toMatchObject({ isValid: true });
    expect(before[5]).toMatchObject({ challengeId });
    expect(before[6]).toMatchObject({ user: { userId: 'alice' } });
    for (const [id, attempt] of Object.entries(attempts)) {
      await attempt();
      expect(await everything(), id).toEqual(before);
    }
  });

  test('A33: who calls is what the key says, whatever body, path, query and headers say', async () => {
    const claim = { tenantId: app.tenant.tenantId, tenant_id: app.tenant.tenantId, role: 'admin', userId: 'alice' };
    const query = `?tenantId=${app.tenant.tenantId}`;
    const headers = { 'x-tenant-id': app.tenant.tenantId, 'x-authsignal-tenant': app.tenant.tenantId };
    const read = await app.call('GET', `/v1/users/alice${query}`, { key: other.secretKey, headers });
    expect(read.body).not.toHaveProperty('email', 'alice@example.com');
    await app.call('PATCH', `/v1/users/mallory${query}`, {
      key: other.secretKey,
      headers,
      body: { ...claim, username: 'm' },
    });
    expect((await app.call('GET', '/v1/users/mallory')).body).not.toHaveProperty('username');
    expect((await app.call('GET', '/v1/users/alice')).body.username).toBe('alice');
  });

  test('A33: without a key, with a token of a person, or with a management key nobody gets past any route', async () => {
    const filled = (path: string) =>
      path
        .replace(':userId', 'alice')
        .replace(':action', 'pay')
        .replace(':idempotencyKey', 'k1')
        .replace(':userAuthenticatorId', authenticatorId);
    const credentials: readonly { readonly key: string | null; readonly headers?: Record<string, string> }[] = [
      { key: null },
      { key: '' },
      { key: app.tenant.managementKey },
      { key: token },
      { key: app.tenant.tenantId },
      { key: null, headers: { authorization: `Bearer ${token}` } },
      { key: null, headers: { authorization: `Bearer ${app.tenant.secretKey}` } },
    ];
    let address = 0;
    for (const route of routes.filter(({ caller }) => caller === 'server')) {
      for (const { method, path } of [route, ...(route.aliases ?? [])]) {
        for (const credential of credentials) {
          // From addresses of their own, so that none of them is refused for asking too often.
          address += 1;
          const remoteAddress = `10.0.${address >> 8}.${address & 255}`;
          const reply = await app.call(method, filled(path), { ...credential, remoteAddress, body: {} });
          expect([reply.status, reply.body.errorCode], `${method} ${path}`).toEqual([401, 'unauthorized']);
        }
      }
    }
    expect((await app.call('GET', '/v1/users/alice')).body).toMatchObject({ username: 'alice', isEnrolled: true });
  });
});
