/**
 * A67: nodes work as a role that owns nothing, and the database keeps the audit log from it. The owner of the tables is
 * named in SALLYPORT_MIGRATION_URL.
 */
import { randomBytes } from 'node:crypto';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { migrate } from '../../src/storage/migrate.ts';
import { migrations } from '../../src/storage/migrations/index.ts';
import { migrateAsOwner, openOwner } from '../../src/storage/owner.ts';
import { virtualRuntime } from '../../src/runtime/virtual-runtime.ts';
import { statement } from '../../src/storage/sql.ts';
import type { Database } from '../../src/storage/sql.ts';
import { testApp } from '../../src/testkit/test-app.ts';
import { closeOpened, emptyPostgres, open } from '../rig/empty-database.ts';
import { runProgram } from '../rig/run-program.ts';
import { startServer, testCredentials } from '../rig/server-process.ts';

/** What brings the schema of the release before up to date. */
const since23 = migrations.slice(23).map(({ version, name }) => `${version}-${name}`);

const dropped: (() => Promise<void>)[] = [];
afterEach(closeOpened);
afterAll(async () => {
  for (const drop of dropped) await drop();
});

/** An empty database with two roles: its owner, who may make tables, and one that may connect. */
async function withRoles() {
  const adminUrl = await emptyPostgres();
  const suffix = randomBytes(4).toString('hex');
  const admin = open(adminUrl);
  const urlOf = (role: string) => {
    const url = new URL(adminUrl);
    [url.username, url.password] = [role, 'p'];
    return url.href;
  };
  const [owner, serving] = [`owner_${suffix}`, `serving_${suffix}`];
  await admin.script(`create role ${owner} login password 'p'; create role ${serving} login password 'p';
    alter database ${new URL(adminUrl).pathname.slice(1)} owner to ${owner}; grant all on schema public to ${owner}`);
  dropped.push(async () => {
    const last = open(adminUrl);
    await last.script(`drop owned by ${owner}, ${serving}; alter database ${new URL(adminUrl).pathname.slice(1)}
      owner to current_user; drop role ${owner}, ${serving}`);
    await closeOpened();
  });
  return { ownerUrl: urlOf(owner), servingUrl: urlOf(serving) };
}

const passing = (db: Database): Database => ({
  kind: db.kind,
  query: (one, values, party) => db.query(one, values, party),
  script: (text, isPatient) => db.script(text, isPatient),
  transaction: (work, party) => db.transaction(work, party),
  listen: (channel, onPayload) => db.listen(channel, onPayload),
  poolStatus: () => db.poolStatus(),
  beat: (one, values) => db.beat(one, values),
  wrongSettings: () => db.wrongSettings(),
  close: () => db.close(),
});

const monthsStatement = statement<{ months: number }>(
  'roles_test_months',
  `select count(*)::int as months from pg_inherits where inhparent = 'actions_by_month'::regclass`,
);
const auditStatement = statement<{ events: number; unlinked: number }>(
  'roles_test_audit',
  `select (select count(*) from audit_chain)::int as events, (select count(*) from audit_unlinked)::int as unlinked`,
);

const attacks = ['audit_events', 'audit_chain'].flatMap((table) => [
  `update ${table} set tenant_id = tenant_id`,
  `delete from ${table}`,
  `truncate ${table}`,
  `drop table ${table}`,
  `alter table ${table} disable trigger all`,
]);

/** What would remove events by what they belong to. */
const indirect = ['delete from tenants', 'truncate tenants cascade'];

async function expectSafe(serving: Database) {
  for (const attack of attacks) {
    await expect(serving.script(attack), attack).rejects.toThrow(/permission denied|must be owner/);
  }
  for (const attack of indirect) {
    await expect(serving.script(`${attack}; select 1 / 0`), attack).rejects.not.toThrow(/division by zero/);
  }
}

describe('A67: a role that owns nothing', () => {
  test('serves calls and does the jobs, while the database keeps the audit log from it', async () => {
    const { ownerUrl, servingUrl } = await withRoles();
    const [owner, serving] = [open(ownerUrl), open(servingUrl, 10)];
    expect(await migrateAsOwner(owner, serving)).toHaveLength(migrations.length);
    expect(await migrateAsOwner(owner, serving), 'another start').toEqual([]);
    const app = await testApp('postgres', { db: serving, owner });
    const tracked = await app.call('POST', '/v1/users/alice/actions/pay', {
      body: { idempotencyKey: 'k', deviceId: 'd' },
    });
    expect(tracked.status, tracked.text).toBe(200);
    const enrolled = await app.call('POST', '/v1/users/alice/authenticators', {
      body: { verificationMethod: 'EMAIL_OTP', email: 'a@b.example' },
    });
    expect(enrolled.status, enrolled.text).toBe(200);
    const challenge = await app.call('POST', '/v1/challenge', {
      body: { verificationMethod: 'EMAIL_OTP', action: 'pay', email: 'a@b.example', userId: 'alice' },
    });
    expect(challenge.status, challenge.text).toBe(200);
    const code = /\b\d{6}\b/.exec(app.mail()[0]?.text ?? '')?.[0];
    const verified = await app.call('POST', '/v1/verify', {
      body: { challengeId: challenge.body.challengeId, verificationCode: code },
    });
    expect(verified.body, verified.text).toMatchObject({ isVerified: true });
    const before = await serving.query(monthsStatement, []);
    await app.runtime.advance(3_600_000);
    expect(await serving.query(monthsStatement, [])).not.toEqual(before);
    const [audit] = await serving.query(auditStatement, []);
    expect(audit?.unlinked).toBe(0);
    expect(audit?.events).toBeGreaterThan(2);
    const deleted = await app.call('DELETE', '/v1/users/alice');
    expect(deleted.status, deleted.text).toBe(200);
    await app.runtime.advance(120_000);
    expect(app.logText()).not.toMatch(/permission denied|must be owner|may not/);
    await expectSafe(serving);
    await app.close();
  });

  test('cannot change a schema that is not up to date, and says who can', async () => {
    const { ownerUrl, servingUrl } = await withRoles();
    const [owner, serving] = [open(ownerUrl), open(servingUrl)];
    await migrateAsOwner(owner, serving);
    expect(await migrate(serving)).toEqual([]);
    const next = {
      version: migrations.length + 1,
      name: 'next',
      sql: 'create table next (tenant_id uuid primary key);',
    };
    await expect(migrate(serving, [...migrations, next])).rejects.toThrow(
      /only the role "owner_\w+", which owns its tables, may change it\. Set SALLYPORT_MIGRATION_URL .* "sallyport migrate"\.$/,
    );
  });

  test('a node without the URL of the owner says what to do where a month has no table', async () => {
    const { ownerUrl, servingUrl } = await withRoles();
    const [owner, serving] = [open(ownerUrl), open(servingUrl, 10)];
    await migrateAsOwner(owner, serving);
    const app = await testApp('postgres', { db: serving });
    app.runtime.moveTo(Date.UTC(2028, 1, 1));
    await app.runtime.advance(3_600_000);
    expect(app.logText()).toMatch(/Run \\"sallyport migrate\\" with SALLYPORT_MIGRATION_URL/);
    await app.close();
  });

  test('several nodes that start at once all get their rights', async () => {
    const { ownerUrl, servingUrl } = await withRoles();
    await Promise.all(Array.from({ length: 4 }, () => migrateAsOwner(open(ownerUrl), open(servingUrl))));
    await expectSafe(open(servingUrl));
  });

  test('a node behind a pooler that swaps sessions migrates past it, where an index can be built concurrently', async () => {
    const url = await emptyPostgres();
    // Only scripts differ behind a pooler: each is in a transaction.
    const direct = open(url);
    const pooled: Database = {
      ...passing(direct),
      script: (text) => direct.transaction((sql) => sql.script(text)),
    };
    const way = { migrationUrls: undefined, listenUrls: [url], isPooled: true };
    await expect(migrate(pooled)).rejects.toThrow(/CONCURRENTLY cannot (run|be executed)/);
    const owner = openOwner(way, pooled, virtualRuntime(), () => undefined);
    expect(await migrateAsOwner(owner, pooled)).toEqual(since23);
    await owner.close();
    expect(openOwner({ ...way, isPooled: false }, pooled, virtualRuntime(), () => undefined)).toBe(pooled);
  });

  test('the command line migrates as the owner, and the server then needs only the other role', async () => {
    const { ownerUrl, servingUrl } = await withRoles();
    const settings = { ...testCredentials(), DATABASE_URL: servingUrl };
    const migrated = await runProgram(['migrate'], { ...settings, SALLYPORT_MIGRATION_URL: ownerUrl });
    expect(migrated, migrated.stderr).toMatchObject({ code: 0 });
    const server = await startServer(settings);
    const reply = await fetch(`${server.url}/v1/users/bob/actions/pay`, {
      method: 'POST',
      headers: {
        authorization: `Basic ${Buffer.from(`${settings.SALLYPORT_SECRET_KEY}:`).toString('base64')}`,
        'content-type': 'application/json',
      },
      body: '{}',
    });
    expect(reply.status).toBe(200);
    expect((await fetch(`${server.url}/readyz`)).status).toBe(200);
    await server.stop();
    expect(server.output()).not.toContain('permission denied');
    await expectSafe(open(servingUrl));
  });
});
