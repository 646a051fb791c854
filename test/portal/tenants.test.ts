/** Admins make tenants: each with its own keys and its maker as admin, shown once, counted, and nothing of it elsewhere. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { tenantsMadeMax } from '../../src/contract/portal/tenants.ts';
import { statement } from '../../src/storage/sql.ts';
import { testApp } from '../../src/testkit/test-app.ts';
import type { TestApp } from '../../src/testkit/test-app.ts';
import { databasesOf } from '../../src/testkit/test-database.ts';
import { operator } from '../rig/portal.ts';
import type { Operator } from '../rig/portal.ts';

const databaseKinds = databasesOf(import.meta.url, { hasRaces: true });

const create = (who: Operator, body: object, how: { tenantId?: string } = {}) =>
  who.call('POST', '/v1/portal/tenants', body, how);
const tenantsOf = async (who: Operator) =>
  (await who.call('GET', '/v1/portal/session', undefined, { tenantId: null })).body.tenants as {
    tenantId: string;
    name: string;
    environment?: string;
    roles: string[];
  }[];

describe.each(databaseKinds)('on the %s database', (kind) => {
  let app: TestApp;
  let admin: Operator;
  beforeAll(async () => {
    app = await testApp(kind, { anonymousRateLimit: 100_000, managementRateLimit: 100_000 });
    admin = await operator(app, 'admin@bank.example', ['ADMIN']);
  });
  afterAll(() => app.close());

  test('its maker is its first admin; its keys work, and are stored as their hashes alone', async () => {
    const reply = await create(admin, { name: 'Bank (test)', environment: 'TEST' });
    expect(reply.status, reply.text).toBe(200);
    const { tenantId, secretKey, managementKey } = reply.body;
    expect(await tenantsOf(admin)).toContainEqual(
      expect.objectContaining({ tenantId, name: 'Bank (test)', environment: 'TEST', roles: ['ADMIN'] }),
    );
    const tracked = await app.call('POST', '/v1/users/first/actions/signIn', { key: secretKey, body: {} });
    expect(tracked.status, tracked.text).toBe(200);
    const settings = await app.call('GET', '/v1/management/tenant', { key: managementKey });
    expect(settings.body).toMatchObject({ tenantId, name: 'Bank (test)', environment: 'TEST' });
    expect((await app.call('GET', '/v1/management/tenant', { key: secretKey })).status).toBe(401);
    expect(app.logText()).not.toContain(secretKey);
    for (const [log, how] of [
      ['theirs', { tenantId }],
      ['that of the tenant they come from', {}],
    ] as const) {
      const { body } = await admin.call('GET', '/v1/portal/audit-events?type=tenant.created', undefined, how);
      expect(body.events, log).toMatchObject([{ actor: { id: admin.operatorId }, data: { tenantId } }]);
      expect(JSON.stringify(body)).not.toContain(secretKey);
    }
    const renamed = await admin.call(
      'PATCH',
      '/v1/management/tenant',
      { name: 'Renamed', environment: null },
      { tenantId },
    );
    expect(renamed.status, renamed.text).toBe(200);
    const shown = (await tenantsOf(admin)).find((one) => one.tenantId === tenantId);
    expect(shown).toMatchObject({ name: 'Renamed' });
    expect(shown).not.toHaveProperty('environment');
  });

  test('only an admin of the tenant that is named makes one, and only with a fresh proof', async () => {
    const elsewhere = await app.createTenant('Elsewhere');
    const editor = await operator(app, 'editor@bank.example', ['EDITOR', 'ANALYST', 'AUDITOR']);
    expect((await create(editor, { name: 'X' })).status).toBe(403);
    expect((await create(admin, { name: 'X' }, { tenantId: elsewhere.tenantId })).status).toBe(403);
    const late = await operator(app, 'late@bank.example', ['ADMIN']);
    await app.runtime.advance(6 * 60_000);
    const refused = await create(late, { name: 'X' });
    expect([refused.status, refused.body.errorCode]).toEqual([403, 'step_up_required']);
    await late.stepUp();
    expect((await create(late, { name: 'X' })).status).toBe(200);
    for (const body of [{}, { name: '' }, { name: 'a\nb' }, { name: 'X', environment: 'PROD' }, { name: 'X', more: 1 }])
      expect((await create(late, body)).status, JSON.stringify(body)).toBe(400);
  });
});

test('of many at once on two nodes an operator makes no more in a day than permitted; the day after, more', async () => {
  const options = { anonymousRateLimit: 100_000, managementRateLimit: 100_000 };
  const app = await testApp('postgres', options);
  const other = await testApp('postgres', { ...options, db: app.db, seed: 'other' });
  const admin = await operator(app, 'admin@bank.example', ['ADMIN']);
  const { secret, operatorId } = admin;
  const body = { name: 'One of many' };
  const left = 3;
  await app.db.script(
    `update operators set tenants_made = ${tenantsMadeMax - left}, tenants_made_since = to_timestamp(${app.runtime.clock.now() / 1000})`,
  );
  const replies = await Promise.all(
    Array.from({ length: left + 4 }, (_, at) => {
      if (at % 2 === 0) return create(admin, body);
      const headers = {
        origin: 'http://localhost:4000',
        'sec-fetch-site': 'same-origin',
        cookie: `__Host-sallyport-operator=${secret}`,
        'x-sallyport-tenant': app.tenant.tenantId,
      };
      return other.call('POST', '/v1/portal/tenants', { key: null, body, headers });
    }),
  );
  const statuses = replies.map(({ status }) => status).toSorted();
  expect(statuses).toEqual([...Array(left).fill(200), ...Array(4).fill(429)]);
  const made = await app.db.query(
    statement<{ memberOf: string }>(
      'portal_tenants_made',
      `select member_of from memberships where tenant_id = '00000000-0000-7000-8000-000000000000' and operator_id = $1`,
    ),
    [operatorId],
  );
  expect(made).toHaveLength(left + 1);
  const waits = replies.find(({ status }) => status === 429)?.headers['retry-after'];
  expect(Number(waits)).toBeGreaterThan(23 * 3_600);
  // A day later they prove again who they are.
  await app.db.script(`update operators set tenants_made_since = tenants_made_since - interval '1 day'`);
  expect((await create(admin, body)).status).toBe(200);
  await other.close();
  await app.close().catch(() => undefined);
});
