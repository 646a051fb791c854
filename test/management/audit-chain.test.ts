/** The hash chain of the audit log: it contains every event once, and reveals tampering. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { linkAuditEvents } from '../../src/jobs/link-audit-events.ts';
import { verifyAuditChain } from '../../src/jobs/verify-audit-chain.ts';
import { loadAuditHead } from '../../src/storage/queries/audit-chain.ts';
import { statement } from '../../src/storage/sql.ts';
import { testApp } from '../../src/testkit/test-app.ts';
import type { TestApp } from '../../src/testkit/test-app.ts';
import { databasesOf } from '../../src/testkit/test-database.ts';
import { unusedEvents } from '../rig/unused-events.ts';

const databaseKinds = databasesOf(import.meta.url, { hasRaces: true });

/** The context that the job gets; it delivers nothing. */
const jobContext = ({ app: { context } }: TestApp) => ({
  ...context,
  owner: context.db,
  deliver: {},
  counted: () => [],
  underWay: new Map(),
  events: unusedEvents,
  tell: () => undefined,
  counts: {
    nodeId: '',
    unstored: () => [],
    settle: () => undefined,
    unstoredHours: () => [],
    settleHours: () => undefined,
  },
  settleFactors: async () => undefined,
});

describe.each(databaseKinds)('the audit chain on the %s database', (kind) => {
  let app: TestApp;
  beforeAll(async () => {
    app = await testApp(kind);
  });
  afterAll(() => app.close());

  const link = () => linkAuditEvents.run(jobContext(app));
  const verify = (tenantId: string) => verifyAuditChain(app.db, tenantId);

  const someEvents = statement<never>(
    'audit_chain_test_events',
    `insert into audit_events (tenant_id, event_id, happened_at, actor, event_type, data)
     select $1, gen_random_uuid(), now(), '{"kind":"test"}', 'test.event', jsonb_build_object('number', n)
     from generate_series(1, $2::int) as n`,
  );

  /** A tenant with a chain of its own. */
  async function chained(events: number): Promise<string> {
    const tenantId = randomUUID();
    await app.db.query(someEvents, [tenantId, events]);
    await link();
    expect(await verify(tenantId)).toEqual({ linked: events, faults: [] });
    return tenantId;
  }

  /** What only the owner of the database can do: bypass the triggers that refuse changes. */
  async function tamper(table: string, change: string): Promise<void> {
    await app.db.script(
      `alter table ${table} disable trigger user; ${change}; alter table ${table} enable trigger user`,
    );
  }

  test('changes through the API are linked within a second', async () => {
    const before = await verify(app.tenant.tenantId);
    for (const displayName of ['Ann', 'Bea', 'Cid']) {
      await app.call('PATCH', '/v1/users/chained', { body: { displayName } });
    }
    await app.runtime.advance(1_000);
    const after = await verify(app.tenant.tenantId);
    expect(after.linked).toBeGreaterThanOrEqual(before.linked + 3);
    expect(after.faults).toEqual([]);
  });

  test('more events than fit in a batch, of several tenants at once, are all linked, each in its tenant’s chain', async () => {
    const tenants = [randomUUID(), randomUUID(), randomUUID()];
    for (const [index, tenantId] of tenants.entries()) await app.db.query(someEvents, [tenantId, 400 + index]);
    await link();
    for (const [index, tenantId] of tenants.entries()) {
      expect(await verify(tenantId)).toEqual({ linked: 400 + index, faults: [] });
    }
    const [first = ''] = tenants;
    await app.db.query(someEvents, [first, 5]);
    await link();
    expect(await verify(first)).toEqual({ linked: 405, faults: [] });
  });

  test('ruling 58: a tail that was deleted from both tables is missed by the head, and nothing is linked in its place', async () => {
    const tenantId = await chained(5);
    const last = `tenant_id = '${tenantId}' and event_id in (
      select event_id from audit_chain where tenant_id = '${tenantId}' and position > 3)`;
    // Foreign keys are checked by triggers, too.
    await app.db.script(
      `set session_replication_role = replica; delete from audit_events where ${last}; reset session_replication_role`,
    );
    expect((await verify(tenantId)).faults).toEqual([
      expect.stringMatching(/^Entry 4 has lost its event [0-9a-f-]{36}\.$/),
      expect.stringMatching(/^Entry 5 has lost its event [0-9a-f-]{36}\.$/),
    ]);
    await tamper('audit_chain', `delete from audit_chain where tenant_id = '${tenantId}' and position > 3`);
    expect(await verify(tenantId)).toEqual({ linked: 3, faults: ['Entries 4 to 5 are missing at the end.'] });
    await app.db.query(someEvents, [tenantId, 1]);
    await link();
    expect(await verify(tenantId)).toEqual({ linked: 6, faults: ['Entries 4 to 5 are missing.'] });
    // A forged last entry that makes the chain look complete.
    await app.db.script(`update audit_heads set hash = '\\x00' where tenant_id = '${tenantId}'`);
    expect((await verify(tenantId)).faults).toContain('Entry 6 differs from the recorded head.');
  });

  test('ruling 58: each new head is logged once, at most a minute later', async () => {
    const tenantId = randomUUID();
    await app.db.query(someEvents, [tenantId, 3]);
    await app.runtime.advance(1_000);
    await app.runtime.advance(60_000);
    const told = () =>
      app
        .logText()
        .split('\n')
        .filter((line) => line.includes('"audit head"') && line.includes(tenantId))
        .map((line) => JSON.parse(line) as object);
    const { position, hash } = (await loadAuditHead(app.db, tenantId)) ?? {};
    expect(told()).toEqual([expect.objectContaining({ tenantId, position, hash: hash?.toString('hex') })]);
    expect(position).toBe(3);
    await app.runtime.advance(60_000);
    expect(told()).toHaveLength(1);
  });

  test('an altered event is reported', async () => {
    const tenantId = await chained(5);
    await tamper(
      'audit_events',
      `update audit_events set data = '{"number":77}' where tenant_id = '${tenantId}' and event_id = (
         select event_id from audit_chain where tenant_id = '${tenantId}' and position = 3)`,
    );
    const { faults } = await verify(tenantId);
    expect(faults).toEqual([expect.stringMatching(/^Entry 3 \(test\.event, .*\) was altered\.$/)]);
  });

  test('deleted entries are reported, and so are events without an entry', async () => {
    const tenantId = await chained(5);
    await tamper('audit_chain', `delete from audit_chain where tenant_id = '${tenantId}' and position in (2, 3)`);
    expect((await verify(tenantId)).faults).toEqual([
      'Entries 2 to 3 are missing.',
      '2 events have lost their entry in the chain.',
    ]);
  });

  test('an event that was altered together with its hash breaks the next entry', async () => {
    const tenantId = await chained(3);
    await tamper(
      'audit_chain',
      `update audit_chain set hash = sha256('other') where tenant_id = '${tenantId}' and position = 1`,
    );
    const { faults } = await verify(tenantId);
    expect(faults.at(-1)).toBe('Entry 2 does not follow the one before it.');
  });
});

test('jobs that run at once, while events are written, link each event once', async () => {
  const app = await testApp('postgres');
  const tenantId = randomUUID();
  const insert = statement<never>(
    'audit_chain_race_events',
    `insert into audit_events (tenant_id, event_id, happened_at, actor, event_type, data)
     select $1, gen_random_uuid(), now(), '{}', 'test.event', '{}' from generate_series(1, 60)`,
  );
  for (let round = 0; round < 5; round += 1) {
    await Promise.all([
      app.db.query(insert, [tenantId]),
      ...Array.from({ length: 4 }, () => linkAuditEvents.run(jobContext(app))),
    ]);
  }
  await linkAuditEvents.run(jobContext(app));
  expect(await verifyAuditChain(app.db, tenantId)).toEqual({ linked: 300, faults: [] });
  await app.close();
});
