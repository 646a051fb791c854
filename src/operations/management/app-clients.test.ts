/** Worry: a setting of an app client makes tokens that claim more or last longer than they may. */
import { decodeJwt } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { statement } from '../../storage/sql.ts';
import { testApp } from '../../testkit/test-app.ts';
import type { TestApp, TestReply } from '../../testkit/test-app.ts';
import { databasesOf } from '../../testkit/test-database.ts';

const databaseKinds = databasesOf(import.meta.url);

const auditStatement = statement<{ eventType: string; data: Record<string, unknown> }>(
  'test_app_client_audit',
  `select event_type, data from audit_events where tenant_id = $1 and event_type like 'app_client.%' order by event_id`,
);

describe.each(databaseKinds)('app clients on the %s database', (kind) => {
  let t: TestApp;
  beforeAll(async () => {
    t = await testApp(kind);
  });
  afterAll(() => t.close());

  const defaults = { accessTokenLifetimeInMinutes: 10, refreshTokenLifetimeInDays: 30, customClaims: {} };

  function manage(method: string, path = '', body?: unknown, key = t.tenant.managementKey): Promise<TestReply> {
    return t.call(method, `/v1/management/app-clients${path}`, { key, ...(body === undefined ? {} : { body }) });
  }

  /** The claims of an access token of a new session with the client. */
  async function signIn(userId: string, clientId: string) {
    const { body } = await t.call('POST', `/v1/users/${userId}/actions/login`, { body: {} });
    const path = `/v1/users/${userId}/actions/login/${body.idempotencyKey}`;
    await t.call('PATCH', path, { body: { state: 'CHALLENGE_SUCCEEDED' } });
    const reply = await t.call('POST', '/v1/sessions', { body: { token: body.token, clientId } });
    expect(reply.status, reply.text).toBe(200);
    return {
      ...(reply.body as { accessToken: string; refreshToken: string }),
      claims: decodeJwt(reply.body.accessToken),
    };
  }

  test('every tenant starts with one, whose clientId is the tenant id', async () => {
    const first = { clientId: t.tenant.tenantId, name: 'Default', ...defaults };
    expect((await manage('GET')).body).toEqual([first]);
    expect((await manage('GET', `/${t.tenant.tenantId}`)).body).toEqual(first);
    const other = await t.createTenant('Other');
    expect((await manage('GET', '', undefined, other.managementKey)).body).toMatchObject([
      { clientId: other.tenantId },
    ]);
    expect((await manage('GET', `/${t.tenant.tenantId}`, undefined, other.managementKey)).status).toBe(404);
  });

  test('one is created, read, changed and deleted, and each change leaves its audit event', async () => {
    const before = (await t.db.query(auditStatement, [t.tenant.tenantId])).length;
    const created = await manage('POST', '', { clientId: 'com.example.app', name: 'App' });
    expect([created.status, created.body]).toEqual([200, { clientId: 'com.example.app', name: 'App', ...defaults }]);
    const body = {
      accessTokenLifetimeInMinutes: 5,
      refreshTokenLifetimeInDays: 1,
      customClaims: { tier: 'custom.tier' },
    };
    const changed = await manage('PATCH', '/com.example.app', body);
    expect(changed.body).toEqual({ clientId: 'com.example.app', name: 'App', ...body });
    expect((await manage('PATCH', '/com.example.app', {})).body).toEqual(changed.body);
    // A response can be sent back unchanged; null restores the default.
    expect((await manage('PATCH', '/com.example.app', changed.body)).body).toEqual(changed.body);
    const cleared = { accessTokenLifetimeInMinutes: null, refreshTokenLifetimeInDays: null, customClaims: null };
    expect((await manage('PATCH', '/com.example.app', cleared)).body).toEqual(created.body);
    expect((await t.call('GET', '/v1/management/app_clients', { key: t.tenant.managementKey })).body).toEqual(
      (await manage('GET')).body,
    );
    expect((await manage('DELETE', '/com.example.app')).body).toEqual({ success: true });
    expect((await manage('GET', '/com.example.app')).status).toBe(404);
    const events = (await t.db.query(auditStatement, [t.tenant.tenantId])).slice(before);
    expect(events.map((event) => event.eventType)).toEqual([
      'app_client.created',
      'app_client.updated',
      'app_client.updated',
      'app_client.updated',
      'app_client.deleted',
    ]);
    expect(events[1]?.data).toEqual({ before: created.body, after: changed.body });
  });

  test('a missing clientId is generated; one that exists is 409; one that does not is 404', async () => {
    const { body } = await manage('POST', '', { name: 'Made' });
    expect(body.clientId).toMatch(/^[0-9a-f-]{36}$/);
    const again = await manage('POST', '', { name: 'Again', clientId: body.clientId });
    expect([again.status, again.body.errorCode]).toEqual([409, 'resource_already_exists']);
    for (const [method, given] of [
      ['GET', undefined],
      ['PATCH', { name: 'x' }],
      ['DELETE', undefined],
    ] as const) {
      for (const id of ['nobody', '%00', "'", 'x'.repeat(300)]) {
        const reply = await manage(method, `/${id}`, given);
        expect([reply.status, reply.body.errorCode], `${method} ${id}`).toEqual([404, 'not_found']);
      }
    }
  });

  test.each<readonly [object, string]>([
    [{ accessTokenLifetimeInMinutes: 11 }, 'accessTokenLifetimeInMinutes'],
    [{ accessTokenLifetimeInMinutes: 0 }, 'accessTokenLifetimeInMinutes'],
    [{ accessTokenLifetimeInMinutes: 1.5 }, 'accessTokenLifetimeInMinutes'],
    [{ accessTokenLifetimeInMinutes: '10' }, 'accessTokenLifetimeInMinutes'],
    [{ refreshTokenLifetimeInDays: 31 }, 'refreshTokenLifetimeInDays'],
    [{ refreshTokenLifetimeInDays: 0 }, 'refreshTokenLifetimeInDays'],
    [{ name: '' }, 'name'],
    [{ nonsense: 1 }, 'nonsense'],
    [{ generation: 0 }, 'generation'],
    [{ customClaims: [] }, 'customClaims'],
    [{ customClaims: { tier: 'password' } }, 'customClaims.tier'],
    [{ customClaims: { tier: 'custom' } }, 'customClaims.tier'],
    [{ customClaims: { tier: 'custom.' } }, 'customClaims.tier'],
    [{ customClaims: { tier: ['username'] } }, 'customClaims.tier'],
    [{ customClaims: { 'ti er': 'username' } }, 'claim'],
    [{ customClaims: Object.fromEntries(Array.from({ length: 17 }, (_, i) => [`c${i}`, 'username'])) }, 'customClaims'],
    ...['iss', 'sub', 'aud', 'exp', 'iat', 'jti', 'sid', 'generation', 'email', 'assurance', 'acr', 'scope'].map(
      (name): readonly [object, string] => [{ customClaims: { [name]: 'username' } }, name],
    ),
  ])('%j is refused by name, when created and when changed', async (part, named) => {
    const existing = t.tenant.tenantId;
    for (const reply of [
      await manage('POST', '', { name: 'Bad', ...part }),
      await manage('PATCH', `/${existing}`, { ...part }),
    ]) {
      expect([reply.status, reply.body.errorCode], reply.text).toEqual([400, 'invalid_request']);
      expect(reply.body.errorDescription).toContain(named);
    }
  });

  test('a name that JavaScript treats as none is refused too', async () => {
    const rawBody = '{"name":"Bad","customClaims":{"__proto__":"username"}}';
    const reply = await t.call('POST', '/v1/management/app-clients', { key: t.tenant.managementKey, rawBody });
    expect(reply.status).toBe(400);
    for (const clientId of ['', '..', 'a/b', 'a b', '-a', 'x'.repeat(65)]) {
      expect((await manage('POST', '', { name: 'Bad', clientId })).status, clientId).toBe(400);
    }
  });

  test('tokens are made by the lifetimes and claims of their client, from the next one on', async () => {
    await manage('POST', '', { clientId: 'short', name: 'Short', accessTokenLifetimeInMinutes: 2 });
    await t.call('PATCH', '/v1/users/jane', {
      body: { username: 'jane', custom: { tier: 'gold', roles: ['a', 'b'] } },
    });
    const first = await signIn('jane', 'short');
    expect(first.claims).toMatchObject({ aud: 'short', exp: (first.claims.iat ?? 0) + 120 });
    expect(first.claims).not.toHaveProperty('tier');
    const customClaims = { tier: 'custom.tier', 'https://example.com/roles': 'custom.roles', name: 'displayName' };
    await manage('PATCH', '/short', { accessTokenLifetimeInMinutes: 3, customClaims });
    const { refreshToken } = first;
    const { body } = await t.call('POST', '/v1/sessions/refresh', { body: { refreshToken } });
    const claims = decodeJwt(body.accessToken);
    expect(claims).toMatchObject({ tier: 'gold', 'https://example.com/roles': ['a', 'b'], sid: first.claims['sid'] });
    expect(claims).not.toHaveProperty('name');
    expect(claims.exp).toBe((claims.iat ?? 0) + 180);
  });

  test('a refresh lifetime counts from the sign-in; a deleted client takes its sessions along, and no others', async () => {
    await manage('POST', '', { clientId: 'brief', name: 'Brief', refreshTokenLifetimeInDays: 1 });
    const refresh = async (refreshToken: string) =>
      (await t.call('POST', '/v1/sessions/refresh', { body: { refreshToken } })).status;
    const brief = await signIn('joe', 'brief');
    await t.runtime.advance(24 * 60 * 60 * 1000);
    expect(await refresh(brief.refreshToken)).toBe(401);

    const ending = await signIn('joe', 'brief');
    const staying = await signIn('joe', t.tenant.tenantId);
    await manage('DELETE', '/brief');
    const validate = async (accessToken: string) =>
      (await t.call('POST', '/v1/sessions/validate', { body: { accessToken } })).status;
    expect([await validate(ending.accessToken), await refresh(ending.refreshToken)]).toEqual([401, 401]);
    expect([await validate(staying.accessToken), await refresh(staying.refreshToken)]).toEqual([200, 200]);
  });

  test('a server key may not manage clients', async () => {
    for (const method of ['GET', 'POST']) expect((await manage(method, '', {}, t.tenant.secretKey)).status).toBe(401);
  });
});
