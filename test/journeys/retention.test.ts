/** Worry: something is kept longer than a tenant says, or is gone that others keep or that rules still need. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { purgeActions } from '../../src/jobs/purge-actions.ts';
import { purgeAddresses } from '../../src/jobs/purge-addresses.ts';
import { purgeOutbox } from '../../src/jobs/purge-outbox.ts';
import { firstIdAt } from '../../src/storage/queries/actions/months.ts';
import { statement } from '../../src/storage/sql.ts';
import type { Store } from '../../src/storage/sql.ts';
import { testApp } from '../../src/testkit/test-app.ts';
import type { TestApp, TestTenant } from '../../src/testkit/test-app.ts';
import { databasesOf, testDatabase } from '../../src/testkit/test-database.ts';
import { manage } from '../management/manage.ts';
import { databaseText } from './database-text.ts';
import { unusedEvents } from '../rig/unused-events.ts';

const databaseKinds = databasesOf(import.meta.url, { hasRaces: true });

const dayMs = 24 * 60 * 60 * 1000;
const german = '91.10.20.30';
const korean = '175.45.176.1';

const tablesStatement = statement<{ name: string }>(
  'retention_test_tables',
  `select c.relname::text as name from pg_inherits i join pg_class c on c.oid = i.inhrelid
   where i.inhparent = 'actions_by_month'::regclass and c.relname < 'actions_2026_06' order by 1`,
);
const countStatement = statement<{ actions: number; keys: number; dangling: number }>(
  'retention_test_counts',
  `select (select count(*)::int from actions_by_month where tenant_id = $1) as actions,
     (select count(*)::int from action_keys where tenant_id = $1) as keys,
     (select count(*)::int from action_keys k where k.tenant_id = $1 and k.action_id not in (
        select a.action_id from actions_by_month a where a.tenant_id = $1)) as dangling`,
);
const earlierSize = statement<{ bytes: number }>(
  'retention_test_earlier_size',
  `select pg_relation_size('actions')::int as bytes`,
);
const manyActions = statement<never>(
  'retention_test_many_actions',
  `with made as (
     insert into actions_by_month (tenant_id, user_id, action_code, idempotency_key, action_id, state, created_at,
       updated_at, state_updated_at, decision, ip_address, owner_id)
     select a.tenant_id, a.user_id, a.action_code, 'many-' || n,
       (substring(a.action_id::text for 24) || lpad(to_hex(n), 12, '0'))::uuid, 'ALLOW', a.created_at, a.created_at,
       a.created_at, a.decision, a.ip_address, a.owner_id
     from actions_by_month a, generate_series(1, $2::int) n where a.tenant_id = $1 and a.idempotency_key = 'first'
     returning *
   )
   insert into action_keys (tenant_id, owner_id, action_code, idempotency_key, action_id)
   select tenant_id, owner_id, action_code, idempotency_key, action_id from made`,
);

describe.each(databaseKinds)('retention on the %s database', (kind) => {
  let app: TestApp;
  let start: number;
  const warnings: unknown[] = [];
  beforeAll(async () => {
    app = await testApp(kind, { managementRateLimit: 100_000 });
    start = app.runtime.clock.now();
    // Makes the tables of the months around the runtime's own time.
    await app.runtime.advance(3_600_000);
  });
  afterAll(() => app.close());
  beforeEach(() => app.runtime.moveTo(start));

  const context = (db: Store = app.db) => ({
    ...app.app.context,
    db,
    owner: db,
    deliver: {},
    counted: () => [],
    underWay: new Map(),
    events: unusedEvents,
    warn: (error: unknown) => void warnings.push(error),
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
  const later = (days: number) => app.runtime.moveTo(start + days * dayMs);
  const counts = async ({ tenantId }: TestTenant) => (await app.db.query(countStatement, [tenantId]))[0];
  const keep = async (tenant: TestTenant, retention: object | null) => {
    const reply = await manage(app, tenant)('PATCH', '/tenant', { retention });
    expect(reply.status, reply.text).toBe(200);
  };
  const track = async ({ secretKey: key }: TestTenant, userId: string, actionCode: string, body: object = {}) => {
    const reply = await app.call('POST', `/v1/users/${userId}/actions/${actionCode}`, { key, body });
    expect(reply.status, reply.text).toBe(200);
    return reply.body as { state: string; idempotencyKey: string };
  };
  const succeed = ({ secretKey: key }: TestTenant, userId: string, actionCode: string, idempotencyKey: string) =>
    app.call('PATCH', `/v1/users/${userId}/actions/${actionCode}/${idempotencyKey}`, {
      key,
      body: { state: 'CHALLENGE_SUCCEEDED' },
    });
  /** An action that is challenged when the condition holds, and else allowed. */
  const challengeIf = async (tenant: TestTenant, actionCode: string, conditions: object) => {
    const ask = manage(app, tenant);
    await ask('POST', '/action-configurations', { actionCode, defaultUserActionResult: 'ALLOW' });
    const reply = await ask('POST', `/action-configurations/${actionCode}/rules`, {
      name: 'rule',
      isActive: true,
      priority: 0,
      type: 'CHALLENGE',
      conditions,
    });
    expect(reply.status, reply.text).toBe(200);
  };

  test('the settings are stored and answered; a period shorter than rules look back is refused with a sentence', async () => {
    const ask = manage(app, await app.createTenant('Settings'));
    const retention = { actionsInDays: 400, messagesInDays: 7, addressesInDays: 90, auditEntriesInDays: null };
    expect((await ask('PATCH', '/tenant', { retention })).body).toMatchObject({ retention });
    expect((await ask('GET', '/tenant')).body).toMatchObject({ retention });
    for (const [name, days] of [
      ['actionsInDays', 89],
      ['addressesInDays', 89],
      ['auditEntriesInDays', 89],
      ['messagesInDays', 0],
    ] as const) {
      const reply = await ask('PATCH', '/tenant', { retention: { [name]: days } });
      expect(reply.status).toBe(400);
      expect(reply.text).toContain(`retention.${name} must be at least ${days === 0 ? '1 day' : '90 days'}: `);
    }
    for (const wrong of [{ actionsInDays: 90.5 }, { actionsInDays: 36_501 }, { actions: 90 }, 90]) {
      expect((await ask('PATCH', '/tenant', { retention: wrong })).status, JSON.stringify(wrong)).toBe(400);
    }
    expect((await ask('PATCH', '/tenant', { retention: null })).body).not.toHaveProperty('retention');
    const trail = (await databaseText(app.db)).get('audit_events') ?? '';
    expect(trail, 'audited').toMatch(/tenant\.updated.*"messagesInDays": ?7/);
  });

  test('only the actions go whose own tenant’s period is over, with their keys, and a key can be used again', async () => {
    const [short, long, keeper] = [
      await app.createTenant('Short'),
      await app.createTenant('Long'),
      await app.createTenant('Keeper'),
    ];
    await keep(short, { actionsInDays: 90 });
    await keep(long, { actionsInDays: 91 });
    for (const tenant of [short, long, keeper]) await track(tenant, 'u', 'pay', { idempotencyKey: 'order' });
    later(60);
    await track(short, 'u', 'pay', { idempotencyKey: 'younger' });
    later(90.5);
    await purgeActions.run(context());
    expect(await counts(short)).toEqual({ actions: 1, keys: 1, dangling: 0 });
    expect(await counts(long)).toEqual({ actions: 1, keys: 1, dangling: 0 });
    expect(await counts(keeper)).toEqual({ actions: 1, keys: 1, dangling: 0 });
    const { secretKey: key } = short;
    expect((await app.call('GET', '/v1/users/u/actions/pay/younger', { key })).status).toBe(200);
    expect((await app.call('GET', '/v1/users/u/actions/pay/order', { key })).status).toBe(404);
    expect(await track(short, 'u', 'pay', { idempotencyKey: 'order' })).toMatchObject({ idempotencyKey: 'order' });
    expect(await counts(short)).toEqual({ actions: 2, keys: 2, dangling: 0 });
  });

  test('a key whose action is gone, as a crash could leave it, is freed by the next track', async () => {
    const tenant = await app.createTenant('Dangling');
    await track(tenant, 'u', 'pay', { idempotencyKey: 'order' });
    await app.db.script(`delete from actions_by_month where tenant_id = '${tenant.tenantId}'`);
    expect(await counts(tenant)).toEqual({ actions: 0, keys: 1, dangling: 1 });
    await track(tenant, 'u', 'pay', { idempotencyKey: 'order' });
    expect(await counts(tenant)).toEqual({ actions: 1, keys: 1, dangling: 0 });
  });

  test('facts without a window are decided the same after the actions are gone', async () => {
    const tenant = await app.createTenant('Facts');
    const other = await app.createTenant('Facts kept');
    await keep(tenant, { actionsInDays: 90 });
    const asked = {
      verified: { '!': [{ var: 'user.hasPreviouslyVerified' }] },
      address: { var: 'ip.isUnrecognized' },
      device: { var: 'device.isNew' },
      quiet: { '>': [{ minutesSince: 'action' }, 94.5 * 24 * 60] },
      never: { '==': [{ minutesSince: 'action' }, null] },
      success: { '>': [{ minutesSince: 'challengeSucceeded' }, 94.5 * 24 * 60] },
      failure: { '>': [{ minutesSince: 'challengeFailed' }, 94.5 * 24 * 60] },
    };
    const from = { ipAddress: german, deviceId: 'phone' };
    const decided: Record<string, string>[] = [];
    for (const each of [tenant, other]) {
      app.runtime.moveTo(start);
      for (const [code, conditions] of Object.entries(asked)) await challengeIf(each, code, conditions);
      const { idempotencyKey } = await track(each, 'u', 'pay', from);
      await succeed(each, 'u', 'pay', idempotencyKey);
      const failed = await track(each, 'u', 'pay', from);
      await app.call('PATCH', `/v1/users/u/actions/pay/${failed.idempotencyKey}`, {
        key: each.secretKey,
        body: { state: 'CHALLENGE_FAILED' },
      });
    }
    later(95);
    await purgeActions.run(context());
    expect((await counts(tenant))?.actions).toBe(0);
    expect((await counts(other))?.actions).toBe(2);
    for (const each of [tenant, other]) {
      const states: Record<string, string> = {};
      // What they track is taken away again: else it would be the latest action.
      for (const code of Object.keys(asked)) {
        const { state } = await track(each, 'u', code, from);
        states[code] = state;
        await app.db.script(
          `delete from actions_by_month where tenant_id = '${each.tenantId}' and action_code = '${code}'`,
        );
      }
      decided.push(states);
    }
    expect(decided[0]).toEqual(decided[1]);
    expect(decided[0]).toEqual({
      verified: 'ALLOW',
      address: 'ALLOW',
      device: 'ALLOW',
      quiet: 'CHALLENGE_REQUIRED',
      never: 'ALLOW',
      success: 'CHALLENGE_REQUIRED',
      failure: 'CHALLENGE_REQUIRED',
    });
    const unknown = await track(tenant, 'stranger', 'address', from);
    expect(unknown.state, 'the rule tells known from unknown').toBe('CHALLENGE_REQUIRED');
  });

  test('nothing is kept of a user who was deleted, whether their actions stay under a pseudonym or wait to be removed', async () => {
    const tenant = await app.createTenant('Departed');
    await keep(tenant, { actionsInDays: 90 });
    await track(tenant, 'u', 'pay');
    await app.call('DELETE', '/v1/users/u?actions=false', { key: tenant.secretKey });
    // As a deleted user's action that is still to be removed, after somebody else was created with the same user id.
    await track(tenant, 'again', 'pay');
    await app.db.script(`update actions_by_month set owner_id = gen_random_uuid()
      where tenant_id = '${tenant.tenantId}' and user_id = 'again'`);
    later(91);
    await purgeActions.run(context());
    expect(await counts(tenant)).toEqual({ actions: 0, keys: 0, dangling: 0 });
    const marks = (await databaseText(app.db)).get('user_marks') ?? '';
    expect(marks).not.toContain(tenant.tenantId);
  });

  test('addresses, user agents and cities go from actions, their decisions and what is known of users; the country stays', async () => {
    const tenant = await app.createTenant('Addresses');
    await keep(tenant, { addressesInDays: 90 });
    await challengeIf(tenant, 'pay', {
      and: [{ '==': [{ var: 'ip.ipAddress' }, german] }, { var: 'device.isMobile' }],
    });
    await track(tenant, 'u', 'pay', {
      idempotencyKey: 'old',
      ipAddress: `${german}:51234`,
      userAgent: 'canary-agent/1',
    });
    await succeed(tenant, 'u', 'pay', 'old');
    await app.db.script(`update actions_by_month set latitude = 52.5, longitude = 13.25,
      earlier_decisions = array[json_build_object('decidedAtMs', 1, 'record', decision)]
      where tenant_id = '${tenant.tenantId}'`);
    await app.db.script(`update user_marks set subject = '["DE", 52.5, 13.25, false]'
      where kind = 'place' and tenant_id = '${tenant.tenantId}'`);
    later(60);
    await track(tenant, 'u', 'pay', { idempotencyKey: 'new', ipAddress: korean });
    const traces = async () =>
      [...(await databaseText(app.db))].flatMap(([table, rows]) =>
        rows
          .split('\n')
          .filter((row) => row.includes(tenant.tenantId))
          .flatMap((row) => [german, 'canary-agent', '52.5', '13.25'].filter((word) => row.includes(word)))
          .map((word) => `${table}: ${word}`),
      );
    const configured = ['published_documents', 'rule_versions', 'rules'].map((table) => `${table}: ${german}`);
    expect((await traces()).length).toBeGreaterThan(configured.length + 5);
    later(91);
    await purgeAddresses.run(context());
    // Rules name addresses of their own.
    expect(new Set((await traces()).filter((trace) => !trace.startsWith('audit_events')))).toEqual(new Set(configured));
    const read = async (key: string) =>
      (await app.call('GET', `/v1/users/u/actions/pay/${key}`, { key: tenant.secretKey })).body;
    expect(await read('old')).toMatchObject({ state: 'CHALLENGE_SUCCEEDED' });
    expect((await databaseText(app.db)).get('actions_by_month')).toContain('"country_code":"DE"');
    expect((await databaseText(app.db)).get('actions_by_month')).toContain(korean);
    expect((await databaseText(app.db)).get('user_marks')).toContain('[\\"DE\\", null, null, false]');
    const { body } = await app.call('GET', '/v1/users/u/actions/pay/old/explain', { key: tenant.secretKey });
    expect(body).toMatchObject({ outcome: 'ALLOW', isReproduced: null });
    expect(body.words.join(' ')).toContain('told as it was recorded');
    const young = await app.call('GET', '/v1/users/u/actions/pay/new/explain', { key: tenant.secretKey });
    expect(young.body).toMatchObject({ isReproduced: true });
    // Stricter, never laxer: what is forgotten is no longer recognised.
    await challengeIf(tenant, 'address', { var: 'ip.isUnrecognized' });
    expect((await track(tenant, 'u', 'address', { ipAddress: german })).state).toBe('CHALLENGE_REQUIRED');
  });

  test('settled messages go after their tenant’s period, else after 30 days', async () => {
    const [short, long, plain] = [
      await app.createTenant('Short'),
      await app.createTenant('Long'),
      await app.createTenant('Plain'),
    ];
    await keep(short, { messagesInDays: 1 });
    await keep(long, { messagesInDays: 60 });
    for (const { tenantId } of [short, long, plain]) {
      for (const days of [0.5, 2, 31, 61]) {
        await app.db.script(`insert into outbox (tenant_id, event_id, kind, created_at)
          values ('${tenantId}', gen_random_uuid(), 'settled', '${new Date(start - days * dayMs).toISOString()}')`);
      }
    }
    await purgeOutbox.run(context());
    const left = (await databaseText(app.db)).get('outbox') ?? '';
    const of = ({ tenantId }: TestTenant) => left.split(tenantId).length - 1;
    expect([of(short), of(long), of(plain)]).toEqual([1, 3, 2]);
  });

  test('F40: a run that is killed between two batches is continued by the next, and leaves no key without its action', async () => {
    const tenant = await app.createTenant('Many');
    await keep(tenant, { actionsInDays: 90, addressesInDays: 90 });
    await track(tenant, 'u', 'pay', { idempotencyKey: 'first', ipAddress: german });
    await app.db.query(manyActions, [tenant.tenantId, 700]);
    later(91);
    for (const [job, name, isAfterOne] of [
      [purgeAddresses, 'remove_old_addresses', `ip_address is null`],
      [purgeActions, 'remove_old_actions', 'false'],
    ] as const) {
      let batches = 0;
      const dying: Store = {
        ...context().db,
        query: async (asked, values) => {
          if (asked.name === name && values[0] === tenant.tenantId) {
            batches += 1;
            if (batches > 1) throw new Error('killed');
          }
          return app.db.query(asked, values);
        },
        transaction: (work) => app.db.transaction(work),
        script: (text) => app.db.script(text),
      };
      await expect(job.run(context(dying))).rejects.toThrow('killed');
      const left = statement<{ n: number }>(
        `retention_test_left_${name}`,
        `select count(*)::int as n from actions_by_month where tenant_id = $1 and not (${isAfterOne})`,
      );
      expect(await app.db.query(left, [tenant.tenantId])).toEqual([{ n: 201 }]);
      expect((await counts(tenant))?.dangling).toBe(0);
      // On two nodes at once.
      await Promise.all([job.run(context()), job.run(context())]);
      expect(await app.db.query(left, [tenant.tenantId])).toEqual([{ n: 0 }]);
    }
    expect(await counts(tenant)).toEqual({ actions: 0, keys: 0, dangling: 0 });
  });

  test('actions of an earlier release leave what rules ask of all of the past, and their table is emptied, not dropped', async () => {
    const tenant = await app.createTenant('Earlier');
    await challengeIf(tenant, 'denied', { '<': [{ var: 'user.minutesSinceDenied' }, 200 * 24 * 60] });
    await challengeIf(tenant, 'verified', { '!': [{ var: 'user.hasPreviouslyVerified' }] });
    await challengeIf(tenant, 'address', { var: 'ip.isUnrecognized' });
    const { idempotencyKey } = await track(tenant, 'u', 'pay', { ipAddress: german });
    const at = new Date(start - 120 * dayMs);
    // An empty table of earlier releases ends before every time; as after an upgrade it has what they have left.
    await app.db.script(`
      delete from user_marks where tenant_id = '${tenant.tenantId}';
      alter table actions_by_month detach partition actions;
      alter table actions_by_month attach partition actions for values from (minvalue) to ('${firstIdAt(start - 100 * dayMs)}');
      insert into actions (tenant_id, user_id, action_code, idempotency_key, action_id, state, created_at, updated_at,
        state_updated_at, decision, ip_address, verified_at, denied_at)
      select tenant_id, user_id, 'sign', 'early-' || n, (substring('${firstIdAt(at.getTime())}' for 24) || lpad(n::text, 12, '0'))::uuid,
        'CHALLENGE_FAILED', t, t, t, decision, ip_address, t, t
      from actions_by_month, (values (1, '${at.toISOString()}'::timestamptz), (2, '${at.toISOString()}')) as early (n, t)
      where tenant_id = '${tenant.tenantId}' and idempotency_key = '${idempotencyKey}'`);
    const ask = async () => {
      const states = [];
      for (const code of ['denied', 'verified', 'address'])
        states.push((await track(tenant, 'u', code, { ipAddress: german })).state);
      return states;
    };
    const before = await ask();
    expect(before).toEqual(['CHALLENGE_REQUIRED', 'ALLOW', 'ALLOW']);
    await keep(tenant, { actionsInDays: 90 });
    await purgeActions.run(context());
    const rows = ((await databaseText(app.db)).get('actions_by_month') ?? '').split('\n');
    expect(rows.filter((row) => row.includes('early-'))).toEqual([]);
    expect(await app.db.query(earlierSize, [])).toEqual([{ bytes: 0 }]);
    expect(await ask()).toEqual(before);
  });
});

describe.each(databaseKinds)('months on the %s database', (kind) => {
  test('a month’s table is dropped once nothing is left in it, without waiting for its lock', async () => {
    const db = await testDatabase(kind);
    const app = await testApp(kind, { db });
    await app.runtime.advance(3_600_000);
    const start = app.runtime.clock.now();
    const tables = async () => (await app.db.query(tablesStatement, [])).map(({ name }) => name);
    const context = {
      ...app.app.context,
      owner: app.db,
      deliver: {},
      counted: () => [],
      underWay: new Map(),
      events: unusedEvents,
      warn: () => undefined,
      tell: () => undefined,
      counts: {
        nodeId: '',
        unstored: () => [],
        settle: () => undefined,
        unstoredHours: () => [],
        settleHours: () => undefined,
      },
      settleFactors: async () => undefined,
    };
    const other = await app.createTenant('Other');
    for (const tenant of [app.tenant, other]) {
      await app.call('POST', '/v1/users/u/actions/pay', { key: tenant.secretKey, body: { idempotencyKey: 'k' } });
    }
    const keep = (tenant: TestTenant) => manage(app, tenant)('PATCH', '/tenant', { retention: { actionsInDays: 90 } });
    await keep(app.tenant);
    // The first day of which all of January is over.
    app.runtime.moveTo(start + 107 * dayMs);
    await purgeActions.run(context);
    expect(await tables(), 'another tenant keeps its action').toContain('actions_2026_01');
    await keep(other);
    if (kind === 'postgres') {
      // A report that reads actions for a long time.
      let finish: () => void = () => undefined;
      const reading = app.db.transaction(async (sql) => {
        await sql.script('select count(*) from actions_by_month');
        await new Promise<void>((resolve) => (finish = resolve));
      });
      await new Promise((resolve) => setTimeout(resolve, 100));
      const begun = performance.now();
      const purging = purgeActions.run(context);
      expect((await app.call('GET', '/v1/users/u/actions')).status).toBe(200);
      await purging;
      expect(performance.now() - begun).toBeLessThan(1_500);
      expect(await tables(), 'in use').toContain('actions_2026_01');
      finish();
      await reading;
    }
    await purgeActions.run(context);
    expect(await tables()).not.toContain('actions_2026_01');
    expect(await tables()).toEqual(expect.arrayContaining(['actions', 'actions_2026_02', 'actions_2026_03']));
    const again = await app.call('POST', '/v1/users/u/actions/pay', { body: { idempotencyKey: 'k' } });
    expect(again.body).toMatchObject({ idempotencyKey: 'k' });
    expect(await tables(), 'the month is not made again').not.toContain('actions_2026_01');
    await app.close();
  });
});
