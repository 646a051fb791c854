/** Worry: a session outlives its user or its proof, or someone else than its holder continues it. */
import { createRemoteJWKSet, customFetch, decodeJwt, decodeProtectedHeader, jwtVerify } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { statement } from '../../storage/sql.ts';
import { testApp, testPublicUrl } from '../../testkit/test-app.ts';
import type { TestApp, TestReply, TestTenant } from '../../testkit/test-app.ts';
import { databasesOf } from '../../testkit/test-database.ts';

const databaseKinds = databasesOf(import.meta.url, { hasRaces: true });

interface Pair {
  readonly accessToken: string;
  readonly refreshToken: string;
}

const dayMs = 24 * 60 * 60 * 1000;

const auditStatement = statement<{ eventType: string; data: Record<string, unknown> }>(
  'test_session_audit',
  `select event_type, data from audit_events where tenant_id = $1 and user_id = $2 order by event_id`,
);
const setMethodStatement = statement<never>(
  'test_set_method',
  `update actions_by_month set verification_method = $3 where tenant_id = $1 and user_id = $2`,
);
const setGenerationStatement = statement<never>(
  'test_set_generation',
  `update sessions set generation = 1 where tenant_id = $1 and user_id = $2`,
);
const countStatement = statement<{ count: number }>(
  'test_count_sessions',
  'select count(*) as count from sessions where tenant_id = $1',
);

describe.each(databaseKinds)('sessions on the %s database', (kind) => {
  let t: TestApp;
  let tenant: TestTenant;
  let users = 0;
  beforeAll(async () => {
    t = await testApp(kind);
    tenant = t.tenant;
  });
  afterAll(() => t.close());

  function post(path: string, body: unknown, key?: string): Promise<TestReply> {
    return t.call('POST', `/v1/sessions${path}`, { body, ...(key === undefined ? {} : { key }) });
  }

  /** A user with an action, and its token. */
  async function tracked(state = 'CHALLENGE_SUCCEEDED', attributes: object = {}) {
    users += 1;
    const userId = `user-${users}`;
    const { body } = await t.call('POST', `/v1/users/${userId}/actions/login`, { body: attributes });
    const key = `/v1/users/${userId}/actions/login/${body.idempotencyKey}`;
    if (state !== body.state) expect((await t.call('PATCH', key, { body: { state } })).status).toBe(200);
    return { userId, key, token: body.token as string, idempotencyKey: body.idempotencyKey as string };
  }

  async function signedIn(attributes: object = {}) {
    const action = await tracked('CHALLENGE_SUCCEEDED', attributes);
    const reply = await post('', { token: action.token, clientId: tenant.tenantId });
    expect(reply.status, reply.text).toBe(200);
    return { ...action, ...(reply.body as Pair) };
  }

  async function refreshed(refreshToken: string): Promise<Pair> {
    const reply = await post('/refresh', { refreshToken });
    expect(reply.status, reply.text).toBe(200);
    return reply.body as Pair;
  }

  const isValid = async (accessToken: string) => {
    const { status } = await post('/validate', { accessToken });
    expect([200, 401]).toContain(status);
    return status === 200;
  };
  const canRefresh = async (refreshToken: string) => (await post('/refresh', { refreshToken })).status === 200;

  async function auditOf(userId: string) {
    const rows = await t.db.query(auditStatement, [tenant.tenantId, userId]);
    return rows.filter((row) => row.eventType.startsWith('session.'));
  }

  function expectRefusal(reply: TestReply, status: number, code: string): void {
    expect([reply.status, reply.body?.errorCode, reply.body?.error], reply.text).toEqual([status, code, code]);
    expect(reply.body.errorDescription).not.toBe('');
  }

  describe('create', () => {
    test('a succeeded challenge gives a pair whose access token any gateway verifies by the published keys', async () => {
      const session = await signedIn({ email: 'jane@example.com' });
      const nowSeconds = t.runtime.clock.now() / 1000;
      const discovery = `/v1/client/public/${tenant.tenantId}/.well-known/openid-configuration`;
      const { issuer, jwks_uri } = (await t.call('GET', discovery, { key: null })).body as Record<string, string>;
      const keys = createRemoteJWKSet(new URL(jwks_uri ?? ''), {
        [customFetch]: async (url: string) => {
          const reply = await t.call('GET', new URL(url).pathname, { key: null });
          return new Response(reply.text, { headers: { 'content-type': 'application/json' } });
        },
      });
      const { payload, protectedHeader } = await jwtVerify(session.accessToken, keys, {
        issuer: issuer ?? '',
        audience: tenant.tenantId,
        typ: 'at+jwt',
        algorithms: ['RS256'],
        currentDate: new Date(t.runtime.clock.now()),
      });
      expect(protectedHeader).toEqual({ alg: 'RS256', typ: 'at+jwt', kid: expect.any(String) });
      expect(payload).toEqual({
        iss: `${testPublicUrl}/v1/client/public/${tenant.tenantId}`,
        aud: tenant.tenantId,
        client_id: tenant.tenantId,
        sub: session.userId,
        iat: nowSeconds,
        exp: nowSeconds + 600,
        jti: expect.any(String),
        sid: expect.stringMatching(/^[0-9a-f-]{36}$/),
        generation: 0,
        auth_time: nowSeconds,
        assurance: 'low',
        email: 'jane@example.com',
      });
      expect(session.refreshToken).toMatch(/^[0-9a-f]{104}$/);
    });

    test('verification method and assurance are those of the proof, in the token and when validated', async () => {
      const action = await tracked();
      await t.db.query(setMethodStatement, [tenant.tenantId, action.userId, 'AUTHENTICATOR_APP']);
      const { body } = await post('', { token: action.token, clientId: tenant.tenantId });
      expect(decodeJwt(body.accessToken)).toMatchObject({
        verificationMethod: 'AUTHENTICATOR_APP',
        assurance: 'medium',
      });
      expect((await post('/validate', { accessToken: body.accessToken })).body).toMatchObject({
        verificationMethod: 'AUTHENTICATOR_APP',
        assurance: 'medium',
      });
    });

    test('A41: each call begins its own session, with an id and tokens that cannot be predicted', async () => {
      const { token, userId, ...first } = await signedIn();
      const second = (await post('', { token, clientId: tenant.tenantId })).body as Pair;
      expect(decodeJwt(second.accessToken)['sid']).not.toBe(decodeJwt(first.accessToken)['sid']);
      expect(second.refreshToken).not.toBe(first.refreshToken);
      expect(await isValid(first.accessToken)).toBe(true);
      expect(await isValid(second.accessToken)).toBe(true);
      const planted = { token, clientId: tenant.tenantId, sessionId: 'planted', sid: 'planted', generation: 7 };
      expect(decodeJwt(((await post('', planted)).body as Pair).accessToken)).toMatchObject({ generation: 0 });
      expect((await auditOf(userId)).map((event) => event.eventType)).toEqual(Array(3).fill('session.created'));
    });

    test.each([
      'ALLOW',
      'BLOCK',
      'CHALLENGE_REQUIRED',
      'CHALLENGE_FAILED',
      'REVIEW_REQUIRED',
      'REVIEW_SUCCEEDED',
      'REVIEW_FAILED',
    ])('A17: an action in state %s begins no session, and its token is no session token', async (state) => {
      const { token, userId } = await tracked(state);
      expectRefusal(await post('', { token, clientId: tenant.tenantId }), 400, 'invalid_request');
      expect(await isValid(token)).toBe(false);
      expectRefusal(await post('/refresh', { refreshToken: token }), 401, 'unauthorized');
      expect(await auditOf(userId)).toEqual([]);
    });

    test('another action, an unknown client, and a bad token are told apart by the documented statuses', async () => {
      const { token } = await tracked();
      const clientId = tenant.tenantId;
      expect((await post('', { token, clientId, action: 'login' })).status).toBe(200);
      expect((await post('', { token, clientId, action: null })).status).toBe(200);
      expectRefusal(await post('', { token, clientId, action: 'withdraw' }), 400, 'invalid_request');
      expectRefusal(await post('', { token, clientId: 'nobody' }), 400, 'invalid_configuration');
      expectRefusal(await post('', { token: `${token}x`, clientId }), 401, 'unauthorized');
      expectRefusal(await post('', { token: 'nonsense', clientId }), 401, 'unauthorized');
      expectRefusal(await post('', { token }), 400, 'invalid_request');
      expectRefusal(await post('', { clientId }), 400, 'invalid_request');
      await t.runtime.advance(10 * 60_000);
      expectRefusal(await post('', { token, clientId }), 401, 'unauthorized');
    });

    test('A40: the token of a deleted user begins no session, even if the same id is created again', async () => {
      const { token, userId, idempotencyKey } = await tracked();
      await t.call('DELETE', `/v1/users/${userId}`);
      expectRefusal(await post('', { token, clientId: tenant.tenantId }), 401, 'unauthorized');
      await t.call('POST', `/v1/users/${userId}/actions/login`, { body: { idempotencyKey } });
      const key = `/v1/users/${userId}/actions/login/${idempotencyKey}`;
      await t.call('PATCH', key, { body: { state: 'CHALLENGE_SUCCEEDED' } });
      expectRefusal(await post('', { token, clientId: tenant.tenantId }), 401, 'unauthorized');
    });

    test('N17: a new token for an old success does not make the proof younger', async () => {
      const { userId, idempotencyKey } = await tracked();
      const signedInSeconds = t.runtime.clock.now() / 1000;
      const again = async () => {
        const { body } = await t.call('POST', `/v1/users/${userId}/actions/login`, { body: { idempotencyKey } });
        return post('', { token: body.token, clientId: tenant.tenantId });
      };
      await t.runtime.advance(30 * dayMs - 60_000);
      const { body } = await again();
      // The session ends with the 30 days of the proof, and its access token with it.
      expect(decodeJwt(body.accessToken)).toMatchObject({
        auth_time: signedInSeconds,
        exp: signedInSeconds + (30 * dayMs) / 1000,
      });
      await t.runtime.advance(60_000);
      expectRefusal(await again(), 400, 'invalid_request');
    });
  });

  describe('validate', () => {
    test('answers the user as they are now, when the token expires, and leaves out what is not known', async () => {
      const { accessToken, userId } = await signedIn({ email: 'jane@example.com' });
      const expiresAt = t.runtime.clock.now() / 1000 + 600;
      const plain = { userId, email: 'jane@example.com', emailVerified: false, phoneNumberVerified: false };
      expect((await post('/validate', { accessToken })).body).toEqual({ user: plain, expiresAt, assurance: 'low' });
      const attributes = {
        emailVerified: true,
        phoneNumber: '+6427123456',
        phoneNumberVerified: true,
        username: 'jane',
        displayName: 'Jane',
        custom: { b: 1, a: [2] },
      };
      await t.call('PATCH', `/v1/users/${userId}`, { body: { ...attributes, locale: 'en' } });
      const { body } = await post('/validate', { accessToken });
      expect(body.user).toEqual({ ...plain, ...attributes });
    });

    test('the audience must be among the clients that are asked for; an empty list is a mistake, not any client', async () => {
      const { accessToken } = await signedIn();
      const clientId = tenant.tenantId;
      for (const [clientIds, status] of [
        [[clientId], 200],
        [['other', clientId], 200],
        [undefined, 200],
        [null, 200],
        [['other'], 401],
        [[clientId.toUpperCase()], 401],
        [[], 400],
        [clientId, 400],
      ] as const) {
        expect((await post('/validate', { accessToken, clientIds })).status, JSON.stringify(clientIds)).toBe(status);
      }
    });

    test('an expired token is refused to the second, though its session lives', async () => {
      const { accessToken, refreshToken } = await signedIn();
      await t.runtime.advance(600_000 - 1);
      expect(await isValid(accessToken)).toBe(true);
      await t.runtime.advance(1);
      expectRefusal(await post('/validate', { accessToken }), 401, 'unauthorized');
      expect(await canRefresh(refreshToken)).toBe(true);
    });

    test('A36: any other token is 401, however long; what is not a text is 400; what is too large is 413', async () => {
      const { accessToken } = await signedIn();
      const header = decodeProtectedHeader(accessToken);
      const [, payload, signature] = accessToken.split('.');
      const spell = (changes: object) =>
        `${Buffer.from(JSON.stringify({ ...header, ...changes })).toString('base64url')}.${payload}.${signature}`;
      for (const bad of [
        '',
        'x',
        `${accessToken}x`,
        `${accessToken}.`,
        spell({ alg: 'none' }),
        spell({ kid: '../key' }),
        spell({ typ: 'JWT' }),
        'x'.repeat(60_000),
      ]) {
        expectRefusal(await post('/validate', { accessToken: bad }), 401, 'unauthorized');
      }
      for (const bad of [null, 1, {}, [accessToken], undefined]) {
        expectRefusal(await post('/validate', { accessToken: bad }), 400, 'invalid_request');
      }
      expectRefusal(await post('/validate', { accessToken: 'x'.repeat(1_000_000) }), 413, 'body_too_large');
    });
  });

  describe('refresh', () => {
    test('gives a new pair and ends the old one; the proof and its time stay as they were (N17)', async () => {
      const first = await signedIn({ email: 'jane@example.com' });
      await t.runtime.advance(60_000);
      await t.call('PATCH', `/v1/users/${first.userId}`, { body: { email: 'jane@example.org' } });
      const second = await refreshed(first.refreshToken);
      expect(await isValid(first.accessToken)).toBe(false);
      expect(await isValid(second.accessToken)).toBe(true);
      const before = decodeJwt(first.accessToken);
      expect(decodeJwt(second.accessToken)).toEqual({
        ...before,
        iat: (before.iat ?? 0) + 60,
        exp: (before.exp ?? 0) + 60,
        jti: `${String(before['sid'])}.1`,
        generation: 1,
        email: 'jane@example.org',
      });
      const third = await refreshed(second.refreshToken);
      expect(new Set([first, second, third].map((pair) => pair.refreshToken)).size).toBe(3);
    });

    test('A39: the same old token gives the same new pair for ten seconds', async () => {
      const { refreshToken } = await signedIn();
      await t.runtime.advance(1_500);
      const pair = await refreshed(refreshToken);
      for (const waitMs of [0, 5_000, 4_999]) {
        await t.runtime.advance(waitMs);
        expect(await refreshed(refreshToken)).toEqual(pair);
      }
      expect(await isValid(pair.accessToken)).toBe(true);
      expect(await canRefresh(pair.refreshToken)).toBe(true);
    });

    test('N32: an old token after ten seconds is refused and ends the session, for whichever party continues it', async () => {
      const { refreshToken, userId } = await signedIn();
      const pair = await refreshed(refreshToken);
      const other = await signedIn();
      await t.runtime.advance(10_000);
      expectRefusal(await post('/refresh', { refreshToken }), 401, 'unauthorized');
      expect(await isValid(pair.accessToken)).toBe(false);
      expect(await canRefresh(pair.refreshToken)).toBe(false);
      expect(await isValid(other.accessToken)).toBe(true);
      const events = await auditOf(userId);
      expect(events.map((event) => event.eventType)).toEqual(['session.created', 'session.reuse_detected']);
      expect(events[1]?.data).toEqual({
        sessionId: decodeJwt(pair.accessToken)['sid'],
        clientId: tenant.tenantId,
        generation: 1,
        reusedGeneration: 0,
      });
    });

    test('ruling 46: each of the three generations before gives the latest pair for ten seconds, and rotates nothing', async () => {
      const first = await signedIn();
      const chain = [first.refreshToken];
      let latest: Pair = first;
      for (let generation = 1; generation <= 3; generation += 1) {
        await t.runtime.advance(2_000);
        latest = await refreshed(latest.refreshToken);
        chain.push(latest.refreshToken);
      }
      // Exchanged 4, 2 and 0 seconds ago; then 9.999, 7.999 and 5.999.
      for (const waitMs of [0, 5_999]) {
        await t.runtime.advance(waitMs);
        for (const old of chain.slice(0, 3)) expect(await refreshed(old)).toEqual(latest);
      }
      expect(decodeJwt(latest.accessToken)).toMatchObject({ generation: 3 });
      expect(await isValid(latest.accessToken)).toBe(true);
      // Each counts from its own exchange, not from the latest.
      await t.runtime.advance(1);
      expect(await refreshed(chain[1] ?? '')).toEqual(latest);
      expectRefusal(await post('/refresh', { refreshToken: chain[0] }), 401, 'unauthorized');
      expect(await isValid(latest.accessToken)).toBe(false);
      expect((await auditOf(first.userId)).at(-1)).toMatchObject({
        eventType: 'session.reuse_detected',
        data: { generation: 3, reusedGeneration: 0 },
      });
    });

    test('ruling 46, N32: the fourth generation before ends the session at once, and so does one from the future', async () => {
      const first = await signedIn();
      let latest: Pair = first;
      for (let generation = 1; generation <= 4; generation += 1) latest = await refreshed(latest.refreshToken);
      expect(await canRefresh(first.refreshToken)).toBe(false);
      expect(await canRefresh(latest.refreshToken)).toBe(false);
      expect(await isValid(latest.accessToken)).toBe(false);

      const other = await signedIn();
      const future = await refreshed((await refreshed(other.refreshToken)).refreshToken);
      await t.db.query(setGenerationStatement, [tenant.tenantId, other.userId]);
      expect(await canRefresh(future.refreshToken)).toBe(false);
      expect(await canRefresh(other.refreshToken)).toBe(false);
    });

    test('ruling 46: what ends or changes a session in the meantime counts for its earlier generations too', async () => {
      const twice = async () => {
        const first = await signedIn();
        const second = await refreshed(first.refreshToken);
        return { ...first, latest: await refreshed(second.refreshToken) };
      };
      const revoked = await twice();
      await post('/revoke', { accessToken: revoked.latest.accessToken });
      expectRefusal(await post('/refresh', { refreshToken: revoked.refreshToken }), 401, 'unauthorized');

      const deleted = await twice();
      await t.call('DELETE', `/v1/users/${deleted.userId}`);
      expectRefusal(await post('/refresh', { refreshToken: deleted.refreshToken }), 401, 'unauthorized');

      // Claims are current; identity and times are those of the pair.
      const changed = await twice();
      await t.call('PATCH', `/v1/users/${changed.userId}`, { body: { email: 'new@example.com' } });
      const { email, ...rest } = decodeJwt((await refreshed(changed.refreshToken)).accessToken);
      expect([email, rest]).toEqual(['new@example.com', decodeJwt(changed.latest.accessToken)]);

      const expiring = await signedIn();
      await t.runtime.advance(30 * dayMs - 5_000);
      await refreshed((await refreshed(expiring.refreshToken)).refreshToken);
      await t.runtime.advance(5_000);
      expectRefusal(await post('/refresh', { refreshToken: expiring.refreshToken }), 401, 'unauthorized');
    });

    test('N18, N32: thirty days after the sign-in the session ends, however often it was refreshed', async () => {
      let { refreshToken, accessToken } = await signedIn();
      const signedInSeconds = Math.floor(t.runtime.clock.now() / 1000);
      for (let day = 1; day < 30; day += 1) {
        await t.runtime.advance(dayMs);
        ({ refreshToken, accessToken } = await refreshed(refreshToken));
      }
      await t.runtime.advance(dayMs - 1_000);
      ({ refreshToken, accessToken } = await refreshed(refreshToken));
      expect(decodeJwt(accessToken).exp).toBe(signedInSeconds + (30 * dayMs) / 1000);
      await t.runtime.advance(1_000);
      expect(await isValid(accessToken)).toBe(false);
      expectRefusal(await post('/refresh', { refreshToken }), 401, 'unauthorized');
      await t.runtime.advance(60_000);
      const [left] = await t.db.query(countStatement, [tenant.tenantId]);
      expect(left?.count, 'expired sessions are purged').toBe(0);
    });

    test('A36: a token that was never issued is refused, and none of it reaches the database', async () => {
      const { refreshToken } = await signedIn();
      for (const bad of ['', 'x', refreshToken.toUpperCase(), `${refreshToken}0`, '0'.repeat(104), "' or 1=1 --"]) {
        expectRefusal(await post('/refresh', { refreshToken: bad }), 401, 'unauthorized');
      }
      expect(await canRefresh(refreshToken)).toBe(true);
    });
  });

  describe('revoke', () => {
    test('ends the session with 204 and no body, again and again', async () => {
      const { accessToken, refreshToken, userId } = await signedIn();
      for (let round = 0; round < 2; round += 1) {
        const reply = await post('/revoke', { accessToken });
        expect([reply.status, reply.text, reply.headers['content-type']]).toEqual([204, '', undefined]);
      }
      expect(await isValid(accessToken)).toBe(false);
      expectRefusal(await post('/refresh', { refreshToken }), 401, 'unauthorized');
      expect((await auditOf(userId)).map((event) => event.eventType)).toEqual(['session.created', 'session.revoked']);
    });

    test('an expired or refreshed access token ends its session all the same', async () => {
      const first = await signedIn();
      const second = await refreshed(first.refreshToken);
      await t.runtime.advance(60 * 60_000);
      const third = await refreshed(second.refreshToken);
      expect(await isValid(third.accessToken)).toBe(true);
      expect((await post('/revoke', { accessToken: first.accessToken })).status).toBe(204);
      expect(await isValid(third.accessToken)).toBe(false);
      expect(await canRefresh(third.refreshToken)).toBe(false);
    });

    test('an unknown token is 204 too, and ends nothing', async () => {
      const { accessToken, refreshToken, token } = await signedIn();
      for (const other of ['x', refreshToken, token, accessToken.slice(0, -4)]) {
        expect((await post('/revoke', { accessToken: other })).status).toBe(204);
      }
      expectRefusal(await post('/revoke', {}), 400, 'invalid_request');
      expect(await isValid(accessToken)).toBe(true);
    });

    test('all sessions of a user end, and no others; an unknown user has none', async () => {
      const mine = await signedIn();
      const again = (await post('', { token: mine.token, clientId: tenant.tenantId })).body as Pair;
      const other = await signedIn();
      for (const userId of [mine.userId, mine.userId, 'nobody']) {
        const reply = await post('/user/revoke', { userId });
        expect([reply.status, reply.text]).toEqual([204, '']);
      }
      for (const pair of [mine, again]) {
        expect(await isValid(pair.accessToken)).toBe(false);
        expect(await canRefresh(pair.refreshToken)).toBe(false);
      }
      expect(await isValid(other.accessToken)).toBe(true);
      const events = await auditOf(mine.userId);
      expect(events.slice(2)).toEqual([{ eventType: 'session.user_revoked', data: { sessions: 2 } }]);
      expectRefusal(await post('/user/revoke', { userId: 'a/b' }), 400, 'invalid_request');
    });

    test('A40: a session ends with its user, and when one of the user’s authenticators is removed or replaced', async () => {
      const gone = await signedIn();
      await t.call('DELETE', `/v1/users/${gone.userId}`);
      await t.call('PATCH', `/v1/users/${gone.userId}`, { body: { email: 'new@example.com' } });
      const changed = await signedIn();
      const enrolment = { verificationMethod: 'SMS', phoneNumber: '+6427123456' };
      const path = `/v1/users/${changed.userId}/authenticators`;
      const { body } = await t.call('POST', path, { body: enrolment });
      expect(await isValid(changed.accessToken)).toBe(true);
      await t.call('DELETE', `${path}/${body.authenticator.userAuthenticatorId}`);
      const replaced = await signedIn();
      const enrol = (phoneNumber: string) =>
        t.call('POST', `/v1/users/${replaced.userId}/authenticators`, { body: { ...enrolment, phoneNumber } });
      await enrol('+6427123456');
      await enrol('+6427123456');
      expect(await isValid(replaced.accessToken)).toBe(true);
      await enrol('+6427654321');
      for (const pair of [gone, changed, replaced]) {
        expect(await isValid(pair.accessToken)).toBe(false);
        expect(await canRefresh(pair.refreshToken)).toBe(false);
      }
    });
  });

  test('N16: no token is in the database, a log line or an audit event, and no contact in the latter two', async () => {
    const { userId, token, ...first } = await signedIn({ email: 'jane@example.com' });
    const second = await refreshed(first.refreshToken);
    await t.runtime.advance(10_000);
    await post('/refresh', { refreshToken: first.refreshToken });
    await post('/revoke', { accessToken: second.accessToken });
    const told = t.logText() + JSON.stringify(await auditOf(userId));
    for (const secret of [token, first.accessToken, first.refreshToken, second.accessToken, second.refreshToken]) {
      expect(told).not.toContain(secret.slice(-40));
    }
    expect(told).not.toContain('jane@example.com');
    const stored = statement<{ row: string }>('sessions_stored', 'select row_to_json(s)::text as row from sessions s');
    const rows = (await t.db.query(stored, [])).map(({ row }) => row).join('\n');
    expect(rows).toContain(userId);
    for (const { accessToken, refreshToken } of [first, second]) {
      expect(rows).not.toContain(accessToken.slice(-40));
      expect(rows).not.toContain(refreshToken.slice(-40));
    }
    // 256 bits of it are the tenant's HMAC; the rest names the session.
    expect(first.refreshToken).toMatch(/^[0-9a-f]{40}[0-9a-f]{64}$/);
  });
});
