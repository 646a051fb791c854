/** Worry: removing old entries of the audit log opens a way to remove others, or hides that something was changed. */
import { randomUUID } from 'node:crypto';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { linkAuditEvents } from '../../src/jobs/link-audit-events.ts';
import { trimAuditChain } from '../../src/jobs/trim-audit-chain.ts';
import { verifyAuditChain } from '../../src/jobs/verify-audit-chain.ts';
import { loadAuditAnchor } from '../../src/storage/queries/audit-chain.ts';
import { openPostgresDatabase } from '../../src/storage/postgres-database.ts';
import { statement } from '../../src/storage/sql.ts';
import type { Database } from '../../src/storage/sql.ts';
import { testApp } from '../../src/testkit/test-app.ts';
import type { TestApp, TestTenant } from '../../src/testkit/test-app.ts';
import { createPostgresDatabase, databasesOf } from '../../src/testkit/test-database.ts';
import { manage } from './manage.ts';
import { unusedEvents } from '../rig/unused-events.ts';

const databaseKinds = databasesOf(import.meta.url, { hasRaces: true });

const dayMs = 24 * 60 * 60 * 1000;

const someEvents = statement<never>(
  'audit_trimming_test_events',
  `insert into audit_events (tenant_id, event_id, happened_at, actor, event_type, data)
   select $1, gen_random_uuid(), $3::timestamptz + n * interval '1 second', '{"kind":"test"}', 'test.event',
     jsonb_build_object('number', n)
   from generate_series(1, $2::int) as n`,
);
const countEvents = statement<{ events: number; links: number }>(
  'audit_trimming_test_counts',
  `select (select count(*)::int from audit_events where tenant_id = $1) as events,
     (select count(*)::int from audit_chain where tenant_id = $1) as links`,
);
const trimmedEvents = statement<{ data: { position: number; hash: string; removed: number } }>(
  'audit_trimming_test_trimmed',
  `select data from audit_events where tenant_id = $1 and event_type = 'audit.trimmed' order by event_id`,
);

/** What only the owner of the database can do: bypass the triggers. */
async function tamper(db: Database, table: string, change: string): Promise<void> {
  await db.script(`alter table ${table} disable trigger user; ${change}; alter table ${table} enable trigger user`);
}

const insertAnchor = (tenantId: string, position: number | string, at = '2026-01-01Z') =>
  `insert into audit_anchors (tenant_id, position, hash, removed, trimmed_at, event_id)
   select '${tenantId}', position, hash, 0, '${at}', gen_random_uuid() from audit_chain
   where tenant_id = '${tenantId}' and position = ${position}`;

describe.each(databaseKinds)('trimming the audit log on the %s database', (kind) => {
  let app: TestApp;
  const warnings: string[] = [];
  const lines: object[] = [];
  beforeAll(async () => {
    app = await testApp(kind);
  });
  afterAll(() => app.close());

  const context = () => ({
    ...app.app.context,
    owner: app.db,
    deliver: {},
    counted: () => [],
    underWay: new Map(),
    events: unusedEvents,
    warn: (error: unknown) => void warnings.push(String(error)),
    tell: (members: object, sentence: string) => void lines.push({ ...members, sentence }),
    counts: {
      nodeId: '',
      unstored: () => [],
      settle: () => undefined,
      unstoredHours: () => [],
      settleHours: () => undefined,
    },
    settleFactors: async () => undefined,
  });
  const link = () => linkAuditEvents.run(context());
  const trim = () => trimAuditChain.run(context());
  const verify = (tenantId: string) => verifyAuditChain(app.db, tenantId);
  const counts = async (tenantId: string) => (await app.db.query(countEvents, [tenantId]))[0];
  const daysAgo = (days: number) => new Date(app.runtime.clock.now() - days * dayMs).toISOString();
  const addEvents = (tenantId: string, count: number, days: number) =>
    app.db.query(someEvents, [tenantId, count, daysAgo(days)]);

  /** A tenant with entries that are 200 and 10 days old, in this order. */
  async function withOldEntries(old: number, recent: number, auditEntriesInDays: number | null): Promise<TestTenant> {
    const tenant = await app.createTenant('Audited');
    await addEvents(tenant.tenantId, old, 200);
    await link();
    await addEvents(tenant.tenantId, recent, 10);
    await link();
    const reply = await manage(app, tenant)('PATCH', '/tenant', { retention: { auditEntriesInDays } });
    expect(reply.status, reply.text).toBe(200);
    await link();
    return tenant;
  }

  test('only the beginning goes whose period is over; an anchor, an event and a line of the log tell of it, and what is left verifies', async () => {
    const { tenantId } = await withOldEntries(1_100, 3, 90);
    const keeper = await withOldEntries(2, 1, null);
    const before = await verify(tenantId);
    // On three nodes at once.
    await Promise.all([trim(), trim(), trim()]);
    const anchor = await loadAuditAnchor(app.db, tenantId);
    expect(anchor).toMatchObject({ position: 1_100, isTold: true });
    const hash = anchor?.hash.toString('hex');
    expect((await app.db.query(trimmedEvents, [tenantId])).map(({ data }) => data)).toEqual([
      expect.objectContaining({ position: 1_000, removed: 1_000 }),
      { position: 1_100, hash, removed: 100 },
    ]);
    expect(lines).toContainEqual({ tenantId, position: 1_100, hash, removed: 100, sentence: 'audit trimmed' });
    // The three, the change of the setting, and the two that tell of the trimming.
    expect((await counts(tenantId))?.events).toBe(6);
    expect(await verify(tenantId)).toEqual({ linked: before.linked, trimmed: 1_100, faults: [] });
    await link();
    expect(await verify(tenantId)).toEqual({ linked: before.linked + 2, trimmed: 1_100, faults: [] });
    expect((await counts(keeper.tenantId))?.links).toBe(4);
    expect(await loadAuditAnchor(app.db, keeper.tenantId)).toBeUndefined();

    await trim();
    expect(await loadAuditAnchor(app.db, tenantId), 'nothing is over').toEqual(anchor);
  });

  test('a chain of which everything is over goes on after its anchor', async () => {
    const { tenantId } = await withOldEntries(3, 0, 90);
    await app.db.script(`update audit_heads set told_position = 0 where tenant_id = '${tenantId}'`);
    app.runtime.moveTo(app.runtime.clock.now() + 92 * dayMs);
    await trim();
    // With the change of the setting.
    expect(await counts(tenantId)).toEqual({ events: 1, links: 0 });
    expect(await verify(tenantId)).toEqual({ linked: 4, trimmed: 4, faults: [] });
    await link();
    expect(await verify(tenantId)).toEqual({ linked: 5, trimmed: 4, faults: [] });
    await tamper(app.db, 'audit_anchors', `delete from audit_anchors where tenant_id = '${tenantId}'`);
    expect((await verify(tenantId)).faults).toEqual(['Entries 1 to 4 are missing.']);
    app.runtime.moveTo(app.runtime.clock.now() - 92 * dayMs);
  });

  test('an entry waits for events that are not linked yet, and for older ones behind a younger one', async () => {
    const tenant = await app.createTenant('Mixed');
    const { tenantId } = tenant;
    await addEvents(tenantId, 2, 10);
    await link();
    await addEvents(tenantId, 2, 200);
    await manage(app, tenant)('PATCH', '/tenant', { retention: { auditEntriesInDays: 90 } });
    await trim();
    expect((await counts(tenantId))?.events, 'two are not linked').toBe(5);
    await link();
    await trim();
    expect(await counts(tenantId), 'two stand behind younger ones').toEqual({ events: 5, links: 5 });
  });

  test('tampering after the anchor, and with the anchor, is found', async () => {
    const { tenantId } = await withOldEntries(5, 4, 90);
    await trim();
    await link();
    const good = await verify(tenantId);
    expect(good).toMatchObject({ trimmed: 5, faults: [] });
    const restoring = async (table: string, change: string) => {
      await app.db.script(`create table retention_copy as select * from ${table} where tenant_id = '${tenantId}'`);
      await tamper(app.db, table, change);
      const { faults } = await verify(tenantId);
      await app.db.script(`set session_replication_role = replica;
        delete from ${table} where tenant_id = '${tenantId}';
        insert into ${table} select * from retention_copy;
        reset session_replication_role; drop table retention_copy`);
      expect(await verify(tenantId)).toEqual(good);
      return faults;
    };
    const of = `where tenant_id = '${tenantId}'`;
    expect(await restoring('audit_anchors', `delete from audit_anchors ${of}`)).toEqual([
      'Entries 1 to 5 are missing.',
    ]);
    expect(await restoring('audit_anchors', `update audit_anchors set hash = '\\x00' ${of}`)).toEqual([
      'No audit event tells that entries up to 5 were removed.',
      'Entry 6 does not follow the one before it.',
    ]);
    expect(
      await restoring('audit_events', `update audit_events set data = '{}' ${of} and event_type = 'audit.trimmed'`),
    ).toEqual([
      'No audit event tells that entries up to 5 were removed.',
      expect.stringMatching(/^Entry \d+ \(audit\.trimmed, .*\) was altered\.$/),
    ]);
    // Two entries and their events are cut off, and the anchor moved to hide it.
    expect(
      await restoring(
        'audit_anchors',
        `update audit_anchors set position = 7,
           hash = (select hash from audit_chain ${of} and position = 7) ${of}`,
      ),
    ).toContain('No audit event tells that entries up to 7 were removed.');
    expect(
      await restoring(
        'audit_events',
        `update audit_events set data = '{"number":77}' ${of} and event_id =
           (select event_id from audit_chain ${of} and position = 6)`,
      ),
    ).toEqual([expect.stringMatching(/^Entry 6 \(test\.event, .*\) was altered\.$/)]);
    expect(await restoring('audit_chain', `delete from audit_chain ${of} and position = 6`)).toContain(
      'Entries 6 to 6 are missing.',
    );
  });

  test('what does not verify is not trimmed, and a warning says so', async () => {
    const { tenantId } = await withOldEntries(4, 1, 90);
    await tamper(
      app.db,
      'audit_events',
      `update audit_events set data = '{"number":77}' where tenant_id = '${tenantId}' and event_id =
         (select event_id from audit_chain where tenant_id = '${tenantId}' and position = 2)`,
    );
    await trim();
    expect((await counts(tenantId))?.links).toBe(6);
    expect(warnings.at(-1)).toMatch(/is not trimmed, because it does not hold: Entry 2 .* was altered/);
  });

  test('the database removes nothing but an unbroken beginning whose period is over', async () => {
    const { tenantId } = await withOldEntries(5, 3, 90);
    const keeper = await withOldEntries(2, 1, null);
    const of = `where tenant_id = '${tenantId}'`;
    const refused = (text: string, why = /append-only/) => expect(app.db.script(text), text).rejects.toThrow(why);
    await refused(`delete from audit_chain ${of} and position = 1`);
    await refused(`delete from audit_events ${of}`);
    await refused(`update audit_events set data = '{}' ${of}`);
    await refused('truncate audit_chain');
    await refused('truncate audit_anchors');
    await refused(`update audit_anchors set position = 1 ${of}`);
    await refused(insertAnchor(tenantId, 6), /not an unbroken beginning/);
    // A time to come makes nothing old: the database's own clock counts, too. All entries are older than 2999.
    await app.db.query(someEvents, [tenantId, 1, new Date().toISOString()]);
    await link();
    const last = `(select max(position) from audit_chain ${of})`;
    await refused(insertAnchor(tenantId, last, '2999-01-01Z'), /not an unbroken beginning/);
    await refused(insertAnchor(keeper.tenantId, 1), /no period/);
    await refused(
      `insert into audit_anchors values ('${tenantId}', 3, '\\x00', 0, '2026-01-01Z', gen_random_uuid())`,
      /not an unbroken beginning/,
    );
    await tamper(app.db, 'audit_chain', `delete from audit_chain ${of} and position = 2`);
    await refused(insertAnchor(tenantId, 4), /not an unbroken beginning/);
    expect((await verify(tenantId)).faults).toContain('Entries 2 to 2 are missing.');
  });
});

test('a role without the right to delete audit entries trims them, and no trigger of its own lets it do more', async () => {
  const url = await createPostgresDatabase();
  const options = { poolSize: 1, random: () => 0.5, onError: () => undefined };
  const owner = openPostgresDatabase({ url, ...options });
  const app = await testApp('postgres', { db: owner });
  const { tenantId } = app.tenant;
  await owner.query(someEvents, [tenantId, 4, '2020-01-01Z']);
  await manage(app)('PATCH', '/tenant', { retention: { auditEntriesInDays: 90 } });
  await app.runtime.advance(1_000);
  const role = `serving_${randomUUID().slice(0, 8)}`;
  await owner.script(`
    create role ${role} login password 'serving';
    grant select, insert, update, delete on all tables in schema public to ${role};
    revoke delete, update on audit_events, audit_chain, audit_anchors from ${role}`);
  const served = new URL(url);
  served.username = role;
  served.password = 'serving';
  const serving = openPostgresDatabase({ url: served.href, ...options });
  try {
    await serving.script(insertAnchor(tenantId, 2));
    // Two, the change of the setting, and what tells of the trimming.
    expect(await owner.query(countEvents, [tenantId])).toEqual([{ events: 4, links: 3 }]);
    expect(await verifyAuditChain(owner, tenantId)).toMatchObject({ trimmed: 2, faults: [] });
    await expect(serving.script('delete from audit_chain')).rejects.toThrow(/permission denied/);
    // With the right to delete, but not the owner: what a trigger of its own deletes is refused as well.
    await owner.script(`grant delete on audit_chain to ${role}`);
    await expect(serving.script('delete from audit_chain')).rejects.toThrow(/append-only/);
    await expect(
      serving.script(`
        create temp table bait (n int);
        create function pg_temp.remove() returns trigger language plpgsql as
          $$ begin delete from public.audit_chain; return new; end $$;
        create trigger remove before insert on bait for each row execute function pg_temp.remove();
        insert into bait values (1)`),
    ).rejects.toThrow(/append-only/);
  } finally {
    await serving.close();
    await owner.script(`drop owned by ${role}`);
    await app.close();
    const admin = new Client({ connectionString: inject('postgresAdminUrl') });
    await admin.connect();
    await admin.query(`drop role ${role}`);
    await admin.end();
  }
});
