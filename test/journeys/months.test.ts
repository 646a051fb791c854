/** Actions in one table a month: across a month's end they are one history, and their keys are one set of keys. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { firstIdAt } from '../../src/storage/queries/actions/months.ts';
import { statement } from '../../src/storage/sql.ts';
import { testApp } from '../../src/testkit/test-app.ts';
import type { TestApp } from '../../src/testkit/test-app.ts';
import { databasesOf } from '../../src/testkit/test-database.ts';

const databaseKinds = databasesOf(import.meta.url);

const hour = 3_600_000;
const monthsEnd = Date.UTC(2026, 1, 1);

const tablesOf = statement<{ name: string; rows: number }>(
  'months_test_tables',
  `select tableoid::regclass::text as name, count(*)::int as rows from actions_by_month where user_id = $1
   group by 1 order by 1`,
);
const idOf = statement<{ actionId: string; createdAt: number }>(
  'months_test_ids',
  'select action_id, created_at from actions_by_month where user_id = $1 order by created_at',
);

describe.each(databaseKinds)('actions across the end of a month, on the %s database', (kind) => {
  let app: TestApp;
  beforeAll(async () => {
    app = await testApp(kind);
    // Makes the tables of the months around the runtime's own time.
    await app.runtime.advance(hour);
  });
  afterAll(() => app.close());

  const track = async (userId: string, body: object = {}) => {
    const reply = await app.call('POST', `/v1/users/${userId}/actions/pay`, { body });
    expect(reply.status, reply.text).toBe(200);
    return reply.body as { idempotencyKey: string; token: string; state: string };
  };

  test('the id of an action has the time that it was made at, and names the table of its month', async () => {
    app.runtime.moveTo(monthsEnd - 1);
    await track('edge');
    app.runtime.moveTo(monthsEnd);
    await track('edge');
    const ids = await app.db.query(idOf, ['edge']);
    for (const { actionId, createdAt } of ids) {
      expect(actionId.slice(0, 13)).toBe(firstIdAt(createdAt).slice(0, 13));
    }
    expect(await app.db.query(tablesOf, ['edge'])).toEqual([
      { name: 'actions_2026_01', rows: 1 },
      { name: 'actions_2026_02', rows: 1 },
    ]);
  });

  test('A42: a key of the month before finds its action, and names nothing of another user or action code', async () => {
    app.runtime.moveTo(monthsEnd - hour);
    const first = await track('keeper', { idempotencyKey: 'order' });
    const made = await track('keeper');
    app.runtime.moveTo(monthsEnd + hour);
    await track('keeper', { idempotencyKey: 'order' });
    // The key that the server made is the action's id.
    await track('keeper', { idempotencyKey: made.idempotencyKey });
    expect(await app.db.query(tablesOf, ['keeper'])).toEqual([{ name: 'actions_2026_01', rows: 2 }]);
    const validated = await app.call('POST', '/v1/validate', { body: { token: first.token } });
    expect(validated.body).toMatchObject({ error: 'Token has expired.' });

    await track('other', { idempotencyKey: made.idempotencyKey });
    const elsewhere = await app.call('POST', '/v1/users/keeper/actions/sell', {
      body: { idempotencyKey: made.idempotencyKey },
    });
    expect(elsewhere.body.idempotencyKey).toBe(made.idempotencyKey);
    const foreign = await app.call('GET', `/v1/users/other/actions/sell/${made.idempotencyKey}`);
    expect(foreign.status).toBe(404);
    expect(await app.db.query(tablesOf, ['other'])).toEqual([{ name: 'actions_2026_02', rows: 1 }]);
  });

  test('rules and lists see both months as one history, newest first', async () => {
    app.runtime.moveTo(monthsEnd - hour);
    const before = [await track('lister'), await track('lister')];
    app.runtime.moveTo(monthsEnd + hour);
    const after = await track('lister');
    const { body } = await app.call('GET', '/v1/users/lister/actions?limit=2');
    expect(body.map(({ idempotencyKey }: { idempotencyKey: string }) => idempotencyKey)[0]).toBe(after.idempotencyKey);
    const all = await app.call('GET', '/v1/users/lister/actions');
    expect(new Set(all.body.map(({ idempotencyKey }: { idempotencyKey: string }) => idempotencyKey))).toEqual(
      new Set([...before, after].map(({ idempotencyKey }) => idempotencyKey)),
    );
    const rules = '/v1/management/action-configurations/counted';
    await app.call('POST', '/v1/management/action-configurations', {
      key: app.tenant.managementKey,
      body: { actionCode: 'counted', defaultUserActionResult: 'ALLOW' },
    });
    const rule = await app.call('POST', `${rules}/rules`, {
      key: app.tenant.managementKey,
      body: {
        name: 'Three in three hours',
        isActive: true,
        priority: 0,
        type: 'BLOCK',
        conditions: { '==': [{ actionCount: ['user', 'pay', 180, '*'] }, 3] },
      },
    });
    expect(rule.status, rule.text).toBe(200);
    const counted = await app.call('POST', '/v1/users/lister/actions/counted', { body: {} });
    expect(counted.body.state).toBe('BLOCK');
  });

  test('an action of a month without a table is kept, counted in a metric, and moved once the table is there', async () => {
    app.runtime.moveTo(Date.UTC(2027, 6, 10));
    await track('early', { idempotencyKey: 'e' });
    expect(await app.db.query(tablesOf, ['early'])).toEqual([{ name: 'actions_default', rows: 1 }]);
    expect((await app.call('GET', '/v1/users/early/actions/pay/e')).status).toBe(200);
    await app.runtime.advance(hour);
    expect(await app.db.query(tablesOf, ['early'])).toEqual([{ name: 'actions_2027_07', rows: 1 }]);
    expect((await app.call('GET', '/v1/users/early/actions/pay/e')).status).toBe(200);
  });
});
