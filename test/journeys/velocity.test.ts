/** What rules count of the past is kept as it happens, and is what a plain count of the actions gives (decision 0035). */
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import type { WindowQuestion } from '../../src/storage/queries/history.ts';
import { removeUserActions, removeDeparted } from '../../src/storage/queries/departures.ts';
import { statement } from '../../src/storage/sql.ts';
import type { Database } from '../../src/storage/sql.ts';
import { migrate } from '../../src/storage/migrate.ts';
import { createPostgresDatabase, databasesOf } from '../../src/testkit/test-database.ts';
import { closeOpened, emptyDatabase, open } from '../rig/empty-database.ts';
import {
  actionOf,
  ask,
  decide,
  deny,
  makeTenant,
  minute,
  plainCount,
  prove,
  runJob,
  setState,
  tenantId,
  track,
} from '../rig/tallied-history.ts';
import type { Origin } from '../rig/tallied-history.ts';
import type { DecidedAction } from '../../src/storage/queries/actions/actions.ts';

const databaseKinds = databasesOf(import.meta.url, { hasRaces: true });

afterAll(closeOpened);

const runs = process.env['TEST_LONG'] === undefined ? 8 : 200;
const startMs = Date.UTC(2026, 5, 10, 9, 0, 20);
const day = 24 * 60 * minute;

const parties = ['user', 'ip', 'device'] as const;
const asked: readonly Omit<WindowQuestion, 'sinceMs'>[] = parties.flatMap((partyKind) => [
  { operator: 'actionCount', partyKind, subject: '', actionCode: '*', state: '*' },
  { operator: 'actionCount', partyKind, subject: '', actionCode: 'pay', state: 'CHALLENGE_SUCCEEDED' },
  { operator: 'actionCount', partyKind, subject: '', actionCode: '*', state: 'CHALLENGE_FAILED' },
  { operator: 'distinctCount', partyKind, subject: 'user', actionCode: '*', state: '*' },
  { operator: 'distinctCount', partyKind, subject: 'ip', actionCode: '*', state: '*' },
  { operator: 'distinctCount', partyKind, subject: 'device', actionCode: '*', state: '*' },
  { operator: 'distinctCount', partyKind, subject: 'country', actionCode: '*', state: '*' },
  { operator: 'customSum', partyKind, subject: 'amount', actionCode: 'pay', state: '*' },
]);

const anyOrigin: fc.Arbitrary<Origin> = fc.record({
  userId: fc.constantFrom('ann', 'bob', 'cy'),
  actionCode: fc.constantFrom('pay', 'sell'),
  ipAddress: fc.constantFrom('192.0.2.1', '192.0.2.2', null),
  deviceId: fc.constantFrom('phone', 'laptop', null),
  countryCode: fc.constantFrom('CH', 'FR', null),
  custom: fc.oneof(
    { weight: 8, arbitrary: fc.constantFrom({ amount: 5 }, { amount: 7.25 }, { amount: '2.5' }, {}, null) },
    fc.constant({ amount: 'much' }),
  ),
});
const anyState = fc.constantFrom('CHALLENGE_REQUIRED', 'ALLOW', 'BLOCK', 'REVIEW_REQUIRED');
type Step =
  | { readonly kind: 'track'; readonly origin: Origin; readonly state: string; readonly isTracked: boolean }
  | { readonly kind: 'wait'; readonly minutes: number }
  | { readonly kind: 'set' | 'prove' | 'deny' | 'decide' | 'repeat'; readonly pick: number; readonly state: string }
  | { readonly kind: 'job' | 'ask' };
const anyStep: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('track' as const),
      origin: anyOrigin,
      state: anyState,
      isTracked: fc.constantFrom(true, true, true, false),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('wait' as const), minutes: fc.constantFrom(0, 0.3, 1, 2, 7, 61, 300) }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constantFrom('set' as const, 'prove' as const, 'deny' as const, 'decide' as const, 'repeat' as const),
      pick: fc.nat(1_000),
      state: fc.constantFrom('CHALLENGE_SUCCEEDED', 'CHALLENGE_FAILED', 'REVIEW_SUCCEEDED'),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('job' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('ask' as const) }) },
);

async function expectPlainCounts(db: Database, nowMs: number, made: readonly DecidedAction[]): Promise<void> {
  const windows = [1, 3, 60, 125, 1_440, 129_600];
  const count = await plainCount(db);
  const [first, second, third] = ['192.0.2.1', '192.0.2.2', null] as const;
  const origins: (Pick<Origin, 'userId' | 'actionCode' | 'ipAddress' | 'deviceId'> & { readonly key: string })[] = [
    { userId: 'ann', actionCode: 'pay', ipAddress: first, deviceId: 'phone', key: 'none' },
    { userId: 'bob', actionCode: 'pay', ipAddress: second, deviceId: null, key: 'none' },
    { userId: 'nobody', actionCode: 'pay', ipAddress: third, deviceId: 'laptop', key: 'none' },
  ];
  const questions = asked.flatMap((one) => windows.map((minutes) => ({ ...one, sinceMs: nowMs - minutes * minute })));
  const untracked = made.findLast((action) => !action.isTracked);
  for (const origin of [...origins, ...(untracked === undefined ? [] : [own(untracked)])]) {
    // What is being decided does not count for itself.
    const { key } = origin;
    const { answers, areKept } = await ask(db, origin, key, questions);
    expect(areKept).toBe(true);
    expect(answers).toEqual(questions.map((question) => count(origin, key, question)));
  }
}

function own({ userId, actionCode, ipAddress, deviceId, idempotencyKey: key }: DecidedAction) {
  return { userId, actionCode, ipAddress: ipAddress ?? null, deviceId: deviceId ?? null, key };
}

async function freshDatabase(kind: (typeof databaseKinds)[number]): Promise<Database> {
  const db = await emptyDatabase(kind);
  await migrate(db);
  return db;
}

const emptyAll = `truncate actions_by_month, action_keys, user_marks, users, devices, tallies, tally_series, departures,
  audit_unlinked cascade`;

describe.each(databaseKinds)('velocity on the %s database', (kind) => {
  test('counts of any history, with a series that begins in its midst, are the plain counts', async () => {
    const db = await freshDatabase(kind);
    await makeTenant(db);
    const history = fc.record({
      before: fc.array(anyStep, { minLength: 5, maxLength: 40 }),
      after: fc.array(anyStep, { minLength: 5, maxLength: 60 }),
    });
    await fc.assert(
      fc.asyncProperty(history, async ({ before, after }) => {
        await db.script(emptyAll);
        let nowMs = startMs;
        const made: DecidedAction[] = [];
        const take = async (step: Step) => {
          switch (step.kind) {
            case 'track': {
              const action = actionOf(step.origin, { nowMs, state: step.state, isTracked: step.isTracked });
              if (await track(db, action)) made.push(action);
              return;
            }
            case 'wait':
              nowMs += Math.round(step.minutes * minute);
              return;
            case 'job':
              return runJob(db, nowMs, asked);
            case 'ask':
              return;
            default: {
              const action = made[step.pick % Math.max(1, made.length)];
              if (action === undefined) return;
              if (step.kind === 'set') await setState(db, action, step.state, nowMs);
              if (step.kind === 'prove') await prove(db, action, nowMs);
              if (step.kind === 'deny') await deny(db, action, nowMs);
              if (step.kind === 'repeat') await track(db, action);
              if (step.kind === 'decide') {
                const moved = {
                  ipAddress: '192.0.2.2',
                  deviceId: 'laptop',
                  custom: { amount: 100 },
                  countryCode: 'CH',
                };
                const { userId, actionCode, actionId, idempotencyKey } = action;
                const given = { nowMs, state: 'BLOCK', actionId, idempotencyKey };
                await decide(db, actionOf({ ...moved, userId, actionCode }, given));
              }
            }
          }
        };
        for (const step of before) if (step.kind !== 'job') await take(step);
        await runJob(db, nowMs, asked);
        for (const step of after) await take(step);
        // Long enough to be filled in.
        nowMs += 4 * minute;
        await runJob(db, nowMs, asked);
        await runJob(db, nowMs, asked);
        await expectPlainCounts(db, nowMs, made);
        // Counted, moved and added up since.
        for (const step of after) {
          await take(step);
          if (step.kind === 'ask') await expectPlainCounts(db, nowMs, made);
        }
        nowMs += 3 * 60 * minute;
        await runJob(db, nowMs, asked);
        await expectPlainCounts(db, nowMs, made);
      }),
      { numRuns: kind === 'postgres' ? runs : Math.ceil(runs / 4), endOnFailure: false },
    );
  }, 600_000);

  const sinceStart: Omit<WindowQuestion, 'sinceMs'> = {
    ...{ operator: 'actionCount', partyKind: 'ip', subject: '', actionCode: '*', state: '*' },
  };
  const byUser = { ...sinceStart, partyKind: 'user' } as const;
  const origin: Origin = {
    ...{ userId: 'ann', actionCode: 'pay', ipAddress: '192.0.2.9', deviceId: null, countryCode: null, custom: null },
  };
  const rowsStatement = statement<{ rows: number; ofUsers: number }>(
    'velocity_test_rows',
    `select count(*)::int as rows, count(*) filter (where s.party_kind = 'user')::int as of_users
     from tallies t join tally_series s using (tenant_id, series_id)`,
  );

  test('a million actions of one address in a window are counted, and read in few rows; until then they are unknown', async () => {
    const db = await freshDatabase(kind);
    await makeTenant(db);
    const first = actionOf(origin, { nowMs: startMs, state: 'ALLOW' });
    await track(db, first);
    const many = kind === 'postgres' ? 60_000 : 12_000;
    await db.script(`insert into actions_by_month (tenant_id, user_id, owner_id, action_code, idempotency_key, action_id, state,
        created_at, updated_at, state_updated_at, decision, ip_address, address_party, is_tracked)
      select a.tenant_id, 'other', gen_random_uuid(), 'pay', 'key', overlay(gen_random_uuid()::text
          placing left(lpad(to_hex(extract(epoch from at)::bigint * 1000), 12, '0'), 8) || '-' ||
            right(lpad(to_hex(extract(epoch from at)::bigint * 1000), 12, '0'), 4) || '-7' from 1)::uuid, 'ALLOW',
        at, at, at, a.decision, a.ip_address, a.address_party, true
      from actions_by_month a, generate_series(1, ${many}) n, lateral (
        select a.created_at - interval '1 hour' - n % 3000 * interval '1 minute' as at
      ) as made where a.action_id = '${first.actionId}'`);
    let nowMs = startMs + minute;
    await runJob(db, nowMs, [sinceStart]);
    const question = { ...sinceStart, sinceMs: nowMs - 3 * day };
    const unknown = await ask(db, origin, 'none', [question]);
    expect(unknown.areKept).toBe(false);
    nowMs += 4 * minute;
    await runJob(db, nowMs, [sinceStart]);
    expect(await ask(db, origin, 'none', [{ ...question, sinceMs: nowMs - 3 * day }])).toEqual({
      answers: [many + 1],
      areKept: true,
    });
    const half = { ...question, sinceMs: nowMs - 1_505 * minute - 60 * minute };
    const count = await plainCount(db);
    expect((await ask(db, origin, 'none', [half])).answers).toEqual([count(origin, 'none', half)]);
  }, 120_000);

  test('a deleted user leaves no count of their own; what came from their address stays', async () => {
    const db = await freshDatabase(kind);
    await makeTenant(db);
    await track(db, actionOf(origin, { nowMs: startMs, state: 'ALLOW' }));
    await runJob(db, startMs, [sinceStart, byUser]);
    let nowMs = startMs + 4 * minute;
    await runJob(db, nowMs, [sinceStart, byUser]);
    await track(db, actionOf(origin, { nowMs, state: 'ALLOW' }));
    expect((await db.query(rowsStatement, []))[0]?.ofUsers).toBeGreaterThan(0);
    const owners = statement<{ ownId: string }>('velocity_test_own', 'select own_id from users');
    const [owner] = await db.query(owners, []);
    await db.transaction(async (sql) => {
      await removeUserActions(sql, { tenantId, userId: 'ann', pseudonym: null, nowMs });
      await sql.script(`delete from users where user_id = 'ann'`);
    });
    await removeDeparted(db, { tenantId, ownerId: owner?.ownId ?? '', pseudonym: null, departedAtMs: nowMs });
    const [left] = await db.query(rowsStatement, []);
    expect(left?.ofUsers).toBe(0);
    expect(left?.rows).toBeGreaterThan(0);
    const since = { sinceMs: nowMs - day };
    expect((await ask(db, origin, 'none', [{ ...sinceStart, ...since }])).answers).toEqual([2]);
    // Whoever is created with the same user id begins at nothing.
    await track(db, actionOf(origin, { nowMs, state: 'ALLOW' }));
    nowMs += minute;
    expect((await ask(db, origin, 'none', [{ ...byUser, ...since }])).answers).toEqual([1]);
  });

  test('what no rule asks for is not counted a day later, leaves nothing, and is filled in again if it is asked again', async () => {
    const db = await freshDatabase(kind);
    await makeTenant(db);
    await runJob(db, startMs, [sinceStart]);
    let nowMs = startMs + 5 * minute;
    await track(db, actionOf(origin, { nowMs, state: 'ALLOW' }));
    nowMs += 2 * day;
    await runJob(db, nowMs, []);
    await track(db, actionOf(origin, { nowMs, state: 'ALLOW' }));
    await runJob(db, nowMs + 5 * minute, []);
    await runJob(db, nowMs + 6 * minute, []);
    const series = statement<{ count: number }>('velocity_test_series', 'select count(*)::int from tally_series');
    expect(await db.query(rowsStatement, [])).toEqual([{ rows: 0, ofUsers: 0 }]);
    expect(await db.query(series, [])).toEqual([{ count: 0 }]);
    nowMs += 10 * minute;
    await runJob(db, nowMs, [sinceStart]);
    nowMs += 5 * minute;
    await runJob(db, nowMs, [sinceStart]);
    const question = { ...sinceStart, sinceMs: nowMs - 5 * day };
    expect(await ask(db, origin, 'none', [question])).toEqual({ answers: [2], areKept: true });
  });

  test('an action that comes late, after its minute was filled in, counts like any other, and so does its change', async () => {
    const db = await freshDatabase(kind);
    await makeTenant(db);
    const challenged = { ...sinceStart, state: 'CHALLENGE_REQUIRED' } as const;
    await runJob(db, startMs, [sinceStart, challenged]);
    const nowMs = startMs + 5 * minute;
    await runJob(db, nowMs, [sinceStart, challenged]);
    const late = actionOf(origin, { nowMs: startMs + 10_000, state: 'CHALLENGE_REQUIRED' });
    await track(db, actionOf(origin, { nowMs, state: 'CHALLENGE_REQUIRED' }));
    await track(db, late);
    const questions = [sinceStart, challenged].map((one) => ({ ...one, sinceMs: nowMs - day }));
    expect(await ask(db, origin, 'none', questions)).toEqual({ answers: [2, 2], areKept: true });
    await setState(db, late, 'ALLOW', nowMs);
    expect(await ask(db, origin, 'none', questions)).toEqual({ answers: [2, 1], areKept: true });
  });

  test('a series that no node saw in time is begun anew, because calls may have missed it', async () => {
    const db = await freshDatabase(kind);
    await makeTenant(db);
    await runJob(db, startMs, [sinceStart]);
    await db.script('update tally_series set seen_at = null, filled_from = null');
    // Made as by a call that does not see the series yet.
    await db.script(`update tally_series set ends_at = 'infinity'`);
    const nowMs = startMs + 3 * minute;
    await track(db, actionOf(origin, { nowMs, state: 'ALLOW' }));
    await db.script('update tally_series set ends_at = null');
    await runJob(db, nowMs + minute, [sinceStart]);
    await runJob(db, nowMs + 2 * minute, [sinceStart]);
    await runJob(db, nowMs + 5 * minute, [sinceStart]);
    const question = { ...sinceStart, sinceMs: nowMs - day };
    expect(await ask(db, origin, 'none', [question])).toEqual({ answers: [1], areKept: true });
  });

  test('a window of 90 days with six actions an hour is known, and takes one row an hour', async () => {
    const db = await freshDatabase(kind);
    await makeTenant(db);
    await runJob(db, startMs, [sinceStart]);
    await runJob(db, startMs + 5 * minute, [sinceStart]);
    let nowMs = startMs + 60 * minute;
    for (let made = 0; made < 36; made += 1) {
      await track(db, actionOf(origin, { nowMs, state: 'ALLOW' }));
      nowMs += 10 * minute;
    }
    for (let run = 0; run < 10; run += 1) await runJob(db, nowMs + 3 * 60 * minute, [sinceStart]);
    const live = statement<{ count: number }>(
      'velocity_test_live',
      'select count(*)::int from tallies where grain = 0',
    );
    expect((await db.query(live, []))[0]?.count).toBeLessThan(4);
    const question = { ...sinceStart, sinceMs: nowMs - 89 * day };
    expect(await ask(db, origin, 'none', [question])).toEqual({ answers: [36], areKept: true });
  });

  test('a question is never taken for another, whatever its rule names', async () => {
    const db = await freshDatabase(kind);
    await makeTenant(db);
    const sum = { ...sinceStart, operator: 'customSum', subject: 'a', actionCode: 'b' } as const;
    // In one text, between members of one character: as if it were the one above.
    const similar = { ...sum, subject: 'a\u001fb', actionCode: '*' };
    const asked = [sum, { ...sum, actionCode: '*' }];
    await runJob(db, startMs, asked);
    const nowMs = startMs + 20 * minute;
    await runJob(db, nowMs, asked);
    const custom = { a: 1, 'a\u001fb': 10 };
    await track(db, actionOf({ ...origin, actionCode: 'b', custom }, { nowMs, state: 'ALLOW' }));
    const questions = [similar, sum].map((question) => ({ ...question, sinceMs: nowMs - day }));
    expect(await ask(db, origin, 'none', questions)).toEqual({ answers: [10, 1], areKept: false });
    expect(await ask(db, origin, 'none', questions.slice(1))).toMatchObject({ answers: [1] });
  });

  test('what fails for one series holds up no other', async () => {
    const db = await freshDatabase(kind);
    await makeTenant(db);
    await track(db, actionOf({ ...origin, custom: { amount: 1 } }, { nowMs: startMs, state: 'ALLOW' }));
    const sum = { ...sinceStart, operator: 'customSum', subject: 'amount' } as const;
    await runJob(db, startMs, [sum, sinceStart]);
    await db.script(`
      create function refuse_amounts() returns trigger language plpgsql as $$ begin raise exception 'refused'; end $$;
      create trigger refusing before insert on tallies for each row when (new.amount <> 0) execute function refuse_amounts();
    `);
    const nowMs = startMs + 5 * minute;
    await expect(runJob(db, nowMs, [sum, sinceStart])).rejects.toThrow('refused');
    const question = { ...sinceStart, sinceMs: nowMs - day };
    expect(await ask(db, origin, 'none', [question])).toEqual({ answers: [1], areKept: true });
  });

  test('a job on a node whose clock is far ahead removes nothing', async () => {
    const db = await freshDatabase(kind);
    await makeTenant(db);
    await runJob(db, startMs, [sinceStart]);
    const nowMs = Date.now();
    await runJob(db, nowMs, [sinceStart]);
    await track(db, actionOf(origin, { nowMs, state: 'ALLOW' }));
    await runJob(db, nowMs + 400 * day, [sinceStart]);
    const question = { ...sinceStart, sinceMs: nowMs - day };
    expect(await ask(db, origin, 'none', [question])).toEqual({ answers: [1], areKept: true });
  });

  test('counts are kept for 91 days', async () => {
    const db = await freshDatabase(kind);
    await makeTenant(db);
    await runJob(db, startMs, [sinceStart]);
    let nowMs = startMs + 5 * minute;
    await runJob(db, nowMs, [sinceStart]);
    for (let made = 0; made < 20; made += 1) await track(db, actionOf(origin, { nowMs, state: 'ALLOW' }));
    const rowsAt = async (ms: number) => {
      await runJob(db, ms, [sinceStart]);
      return (await db.query(rowsStatement, []))[0]?.rows;
    };
    expect(await rowsAt(nowMs + 90 * day)).toBeGreaterThan(0);
    nowMs += 92 * day;
    expect(await rowsAt(nowMs)).toBe(0);
  });
});

test('tracks, changes of state, filling and adding up at the same time lose and double nothing', async () => {
  const url = await createPostgresDatabase();
  const [db, other] = [open(url, 8), open(url, 8)];
  await migrate(db);
  await makeTenant(db);
  const origins: readonly Origin[] = ['ann', 'bob', 'cy'].map((userId) => ({
    ...{
      userId,
      actionCode: 'pay',
      ipAddress: '192.0.2.1',
      deviceId: 'phone',
      countryCode: 'CH',
      custom: { amount: 1 },
    },
  }));
  let nowMs = startMs;
  const made: DecidedAction[] = [];
  const work = async (node: Database, rounds: number, seed: number) => {
    for (let round = 0; round < rounds; round += 1) {
      const origin = origins[(round + seed) % origins.length] ?? origins[0];
      if (origin === undefined) return;
      const action = actionOf(origin, { nowMs: nowMs + round, state: 'CHALLENGE_REQUIRED' });
      if (await track(node, action)) made.push(action);
      // One that another caller may be changing, made before or after the series began.
      const earlier = made[(round * 31 + seed * 17) % made.length];
      if (earlier === undefined) continue;
      if (round % 3 === 0) await setState(node, earlier, round % 2 === 0 ? 'CHALLENGE_FAILED' : 'ALLOW', nowMs + round);
      if (round % 3 === 1) await prove(node, earlier, nowMs + round);
    }
  };
  const workers = (rounds: number) =>
    Array.from({ length: 10 }, (_, index) => work(index % 2 === 0 ? db : other, rounds, index));
  await Promise.all([...workers(15), runJob(db, nowMs, asked), runJob(other, nowMs, asked)]);
  // Past the start of the series, with changes of what was made before it while that is filled in.
  nowMs += 4 * minute;
  let isOver = false;
  const jobs = [db, other].map(async (node) => {
    while (!isOver) await runJob(node, nowMs, asked);
  });
  await Promise.all(workers(15));
  nowMs += 5 * minute;
  await Promise.all(workers(15));
  isOver = true;
  await Promise.all(jobs);
  nowMs += 130 * minute;
  await runJob(db, nowMs, asked);
  await expectPlainCounts(db, nowMs, made);
  expect(made.length).toBeGreaterThan(400);
}, 240_000);
