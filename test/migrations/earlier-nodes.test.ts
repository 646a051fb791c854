/** F25: nodes of the release before keep working on this release's schema, and the two see what the other writes. */
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { migrate } from '../../src/storage/migrate.ts';
import {
  loadAction,
  loadUserActions,
  recordAction,
  recordActionState,
} from '../../src/storage/queries/actions/actions.ts';
import type { DecidedAction } from '../../src/storage/queries/actions/actions.ts';
import { keyValues } from '../../src/storage/queries/actions/named.ts';
import { loadHistory } from '../../src/storage/queries/history.ts';
import type { History } from '../../src/storage/queries/history.ts';
import { lockOrCreateUser } from '../../src/storage/queries/users.ts';
import { sqlTime, statement } from '../../src/storage/sql.ts';
import type { Database, Sql, Store } from '../../src/storage/sql.ts';
import { createPostgresDatabase, databaseKinds } from '../../src/testkit/test-database.ts';
import type { DatabaseKind } from '../../src/testkit/test-database.ts';
import { testApp } from '../../src/testkit/test-app.ts';
import { closeOpened, emptyDatabase, emptyPostgres, open } from '../rig/empty-database.ts';
import {
  decided,
  earlierStatements,
  listEarlier,
  loadEarlier,
  migrateEarlier,
  recordEarlier,
  runEarlier,
  tenantId,
} from './release-23.ts';

/** A transaction, for what may need one of its own. */
const within = (sql: Sql): Store => ({
  query: (statement, values) => sql.query(statement, values),
  script: (text) => sql.script(text),
  transaction: (work) => work(sql),
});

afterAll(closeOpened);

const usersStatement = statement<{ users: number }>(
  'earlier_nodes_test_users',
  'select count(*)::int as users from users where tenant_id = $1 and user_id = $2',
);

/** What a rule of this release asks of the past. */
function factsOf(db: Database, action: DecidedAction): Promise<History> {
  const question = { actionCode: '*', state: '*', sinceMs: action.nowMs - 3_600_000 };
  return loadHistory(db, {
    ...action,
    idempotencyKey: 'another',
    isNewKey: false,
    address: action.ipAddress ?? null,
    deviceId: action.deviceId ?? null,
    placesSinceMs: 0,
    parts: new Set(['devices', 'hasVerified', 'addressSeen', 'places', 'denied']),
    questions: [
      { ...question, operator: 'actionCount', partyKind: 'user', subject: '' },
      { ...question, operator: 'actionCount', partyKind: 'ip', subject: '' },
      { ...question, operator: 'actionCount', partyKind: 'device', subject: '' },
    ],
    asksEvents: true,
  });
}

async function listed(db: Database, userId: string): Promise<readonly string[]> {
  const filter = {
    tenantId,
    userId,
    fromMs: 0,
    actionCodes: undefined,
    state: undefined,
    after: undefined,
    limit: 200,
  };
  return (await loadUserActions(db, filter)).map(({ actionId }) => actionId);
}

/** What this release would keep for the next one. In another process, because this one also knows those of tests. */
function statementsOfThisRelease(): readonly (readonly [string, string])[] {
  const words = ['--import', 'tsx', fileURLToPath(new URL('list-statements.ts', import.meta.url))];
  return Object.entries(
    JSON.parse(execFileSync(process.execPath, words, { encoding: 'utf8' })) as Record<string, string>,
  );
}

test.each([
  ['the release before', () => [...earlierStatements]],
  ['this release, composed ones too,', statementsOfThisRelease],
])('F25: every statement of %s can be prepared on this schema', async (_release, list) => {
  const db = open(await createPostgresDatabase(), 1);
  const statements = list();
  expect(statements.length).toBeGreaterThan(200);
  const refused: string[] = [];
  for (const [name, text] of statements) {
    await db
      .script(`prepare earlier as ${text}; deallocate earlier;`)
      .catch((error: unknown) => refused.push(`${name}: ${String(error)}`));
  }
  expect(refused).toEqual([]);
});

describe.each(databaseKinds)('F25: nodes of both releases on the %s database', (kind: DatabaseKind) => {
  let db: Database;
  beforeAll(async () => {
    db = await emptyDatabase(kind);
    await migrateEarlier(db);
    await migrate(db);
  });

  const origin = { ipAddress: '192.0.2.7', deviceId: 'phone', countryCode: 'CH', latitude: 47, longitude: 8 };

  test.each([
    ['of its own', (userId: string) => recordEarlier(db, decided({ userId }))],
    ['whom a node of this release made', (userId: string) => recordAction(db, decided({ userId }))],
    [
      'whom this release made without an action',
      (userId: string) =>
        db.transaction((sql) =>
          lockOrCreateUser(sql, tenantId, userId, { ownId: decided({ userId }).actionId, nowMs: 1 }),
        ),
    ],
  ])(
    'an action of the release before, of a user %s, is found by its key, in lists, windows and facts',
    async (who, make) => {
      const userId = `user ${who}`;
      await make(userId);
      const others = await listed(db, userId);
      const action = decided({ userId, idempotencyKey: 'chosen', ...origin, deviceId: who, email: 'a@b.example' });
      expect(await recordEarlier(db, action)).toBe(true);
      await runEarlier(db, 'record_action_state', [
        ...keyValues(action),
        'CHALLENGE_SUCCEEDED',
        sqlTime(action.nowMs + 1),
      ]);

      expect(await loadAction(db, action)).toMatchObject({ actionId: action.actionId, state: 'CHALLENGE_SUCCEEDED' });
      expect(await listed(db, userId)).toEqual([action.actionId, ...others]);
      const facts = await factsOf(db, action);
      expect(facts).toMatchObject({ hasVerified: true, addressSeen: true, isKnownDevice: true, knownDevices: 1 });
      expect(facts.places).toEqual([
        { latitude: 47, longitude: 8, countryCode: 'CH', isPlaceUnknown: false, verifiedAtMs: action.nowMs + 1 },
      ]);
      const [byUser, , byDevice] = facts.answers ?? [];
      expect([byUser?.value, byDevice?.value, facts.events?.challengeSucceeded.value]).toEqual([
        others.length + 1,
        1,
        action.nowMs + 1,
      ]);
      expect(await recordAction(db, { ...decided({ userId }), idempotencyKey: 'chosen' }), 'the key is taken').toBe(
        undefined,
      );
      expect(await db.query(usersStatement, [tenantId, userId])).toEqual([{ users: 1 }]);
    },
  );

  test('an action of this release is found by the release before, and changed by it', async () => {
    const action = decided({ userId: 'new', idempotencyKey: 'new key', ...origin });
    expect(await recordAction(db, action)).toEqual({ state: 'ALLOW' });
    expect(await loadEarlier(db, action)).toMatchObject({ actionId: action.actionId, state: 'ALLOW' });
    expect(await listEarlier(db, 'new')).toEqual([action.actionId]);
    expect(await recordEarlier(db, { ...decided({ userId: 'new' }), idempotencyKey: 'new key' })).toBe(false);

    const end = [action.actionId, sqlTime(action.nowMs + 5), true] as const;
    await runEarlier(db, 'record_denial', [...keyValues(action), ...end]);
    expect(await loadAction(db, action)).toMatchObject({ state: 'CHALLENGE_FAILED' });
    expect(await factsOf(db, action)).toMatchObject({ deniedAtMs: action.nowMs + 5 });
    await recordActionState(db, action, {
      state: 'CHALLENGE_SUCCEEDED',
      nowMs: action.nowMs + 9,
      moveId: action.actionId,
    });
    expect(await loadEarlier(db, action)).toMatchObject({ state: 'CHALLENGE_SUCCEEDED', verifiedAt: action.nowMs + 9 });
    const [history] = await runEarlier(db, 'load_history', keyValues(action));
    expect(history).toMatchObject({ earlierActionId: action.actionId, earlierIsTracked: true });
    expect(await db.query(usersStatement, [tenantId, 'new'])).toEqual([{ users: 1 }]);
  });

  test('an installation that had no action yet can be written to by both', async () => {
    expect(await recordEarlier(db, decided({ userId: 'first' }))).toBe(true);
  });
});

describe.each(databaseKinds)('F25: users who were deleted before the upgrade, on the %s database', (kind) => {
  let db: Database;
  const old = decided({ userId: 'again', idempotencyKey: 'old' });
  const left = decided({ userId: 'gone', idempotencyKey: 'left' });
  const current = decided({ userId: 'again', idempotencyKey: 'current' });
  beforeAll(async () => {
    db = await emptyDatabase(kind);
    await migrateEarlier(db);
    for (const action of [old, left]) {
      await recordEarlier(db, action);
      const key = [tenantId, action.userId] as const;
      await runEarlier(db, 'record_departure', [...key, 0, null, sqlTime(action.nowMs)]);
      await runEarlier(db, 'delete_user', key);
    }
    expect(await recordEarlier(db, current)).toBe(true);
    await migrate(db);
  });

  test('their actions are of nobody, and whoever has the id again has only their own', async () => {
    expect(await loadAction(db, old)).toBeUndefined();
    expect(await loadAction(db, left)).toBeUndefined();
    expect(await listed(db, 'again')).toEqual([current.actionId]);
  });

  test('nodes of both releases find what the other writes for a user who was created again', async () => {
    const [earlier, later] = [
      decided({ userId: 'again', idempotencyKey: 'earlier' }),
      decided({ userId: 'again', idempotencyKey: 'later' }),
    ];
    expect(await recordEarlier(db, earlier)).toBe(true);
    expect(await recordAction(db, later)).toBeDefined();
    for (const action of [current, earlier, later]) {
      expect(await loadAction(db, action), action.idempotencyKey).toMatchObject({ actionId: action.actionId });
      expect(await loadEarlier(db, action), action.idempotencyKey).toMatchObject({ actionId: action.actionId });
    }
    // What a node of the release before does where it finds a key taken by an earlier user.
    for (const name of ['delete_action_in_the_way', 'rename_action_in_the_way']) {
      await runEarlier(db, name, keyValues(later));
    }
    expect(await loadAction(db, later)).toMatchObject({ actionId: later.actionId });
  });
});

describe('F25: first actions of a user at nodes of both releases at once', () => {
  let db: Database;
  beforeAll(async () => {
    db = open(await emptyPostgres(), 8);
    await migrateEarlier(db);
    await migrate(db);
  });

  test('are of one user, and each is found by both', async () => {
    for (let round = 0; round < 40; round += 1) {
      const userId = `racer ${round}`;
      const actions = Array.from({ length: 4 }, (_, n) => decided({ userId, idempotencyKey: `key ${n}` }));
      // As their callers do, who read again and repeat.
      const untilStored = async (record: (action: DecidedAction) => Promise<unknown>, action: DecidedAction) => {
        while (!(await record(action))) expect(await loadAction(db, action)).toBeUndefined();
      };
      await Promise.all(
        actions.map((action, n) =>
          untilStored(
            n % 2 === 0
              ? (one) => recordEarlier(db, one)
              : (one) => recordAction(db, { ...one, mayBeTrackedByEarlierNode: true }),
            action,
          ),
        ),
      );
      for (const action of actions) {
        expect(await loadAction(db, action), `${userId} ${action.idempotencyKey}`).toBeDefined();
        expect(await loadEarlier(db, action), `${userId} ${action.idempotencyKey}`).toBeDefined();
      }
    }
  });

  test('wait for a node of this release that is just making the user', async () => {
    const [own, other] = [decided({ userId: 'waited for' }), decided({ userId: 'waited for' })];
    let earlier: Promise<boolean> | undefined;
    await db.transaction(async (sql) => {
      await recordAction(within(sql), { ...own, mayBeTrackedByEarlierNode: true });
      earlier = recordEarlier(db, other);
      // Long enough for the other one to have looked for the user.
      await new Promise((resolve) => setTimeout(resolve, 300));
    });
    expect(await earlier).toBe(true);
    expect(await loadAction(db, other)).toBeDefined();
    expect(await loadEarlier(db, own)).toBeDefined();
  });
});

test('F25: a track that is under way while the users who were created again get their owners is of the user', async () => {
  const db = open(await emptyPostgres(), 4);
  await migrateEarlier(db);
  const key = [tenantId, 'again'] as const;
  await recordEarlier(db, decided({ userId: 'again' }));
  await runEarlier(db, 'record_departure', [...key, 0, null, '2026-01-01Z']);
  await runEarlier(db, 'delete_user', key);
  await recordEarlier(db, decided({ userId: 'again' }));

  const late = decided({ userId: 'again', idempotencyKey: 'late' });
  let commit: () => void = () => undefined;
  let track: Promise<void> | undefined;
  const begin = () =>
    new Promise<void>((isWritten) => {
      track = db.transaction(async (sql) => {
        expect(await recordEarlier(sql, late)).toBe(true);
        isWritten();
        await new Promise<void>((resolve) => (commit = resolve));
      });
    });
  // It finds the user without an own id, and ends only when an index is built, which waits for it.
  await migrate({
    kind: db.kind,
    query: (one, values, party) => db.query(one, values, party),
    transaction: (work, party) => db.transaction(work, party),
    listen: (channel, onPayload) => db.listen(channel, onPayload),
    poolStatus: () => db.poolStatus(),
    beat: (one, values) => db.beat(one, values),
    wrongSettings: () => db.wrongSettings(),
    close: () => db.close(),
    async script(text, isPatient) {
      if (text.includes('update users u set own_id') && track === undefined) await begin();
      if (text.includes('concurrently')) setTimeout(commit, 200);
      await db.script(text, isPatient);
    },
  });
  await track;
  expect(await loadAction(db, late)).toMatchObject({ actionId: late.actionId });
});

test('an action is recorded as nodes of the release before read it, for as long as they may run', async () => {
  const app = await testApp('embedded');
  const until = app.runtime.clock.now() + 3_600_000;
  await app.db.script(`update tenants set earlier_nodes_until = to_timestamp(${until / 1000})`);
  const { tenantId: id, secretKey } = await app.createTenant('Upgraded');
  const forms = statement<{ form: string }>(
    'earlier_nodes_test_forms',
    "select decision ->> 'v' as form from actions_by_month where tenant_id = $1 order by action_id",
  );
  const path = '/v1/users/mia/actions/pay';
  for (const expected of [['1'], ['1', '2']]) {
    const key = String(expected.length);
    const tracked = await app.call('POST', path, { key: secretKey, body: { idempotencyKey: key } });
    expect(tracked.status).toBe(200);
    expect(await app.db.query(forms, [id])).toEqual(expected.map((form) => ({ form })));
    expect((await app.call('POST', path, { key: secretKey, body: { idempotencyKey: key } })).body).toMatchObject({
      state: tracked.body.state,
    });
    expect((await app.call('GET', `${path}/${key}`, { key: secretKey })).status).toBe(200);
    await app.runtime.advance(3_600_000);
  }
  await app.close();
});
