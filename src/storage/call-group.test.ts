import { DatabaseError } from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createPostgresDatabase, testDatabase } from '../testkit/test-database.ts';
import { CallGroup, groupedCallsMax } from './call-group.ts';
import type { PendingCall } from './call-group.ts';
import { openPostgresDatabase } from './postgres-database.ts';
import { DatabaseUnavailable, statement } from './sql.ts';
import type { Database } from './sql.ts';

const tables = `
  create table tally (tenant text, name text, amount int check (amount > 0), primary key (tenant, name, amount));
  create table page (n int primary key, title text);
  insert into page values (1, 'one'), (2, 'two');`;

// The transaction's id tells who shared one.
const record = statement<{ transaction: string }>(
  'group_test_record',
  'insert into tally values ($1, $2, $3) returning pg_current_xact_id()::text as transaction',
  'writes',
);
const recordMore = statement<{ transaction: string; amount: number }>(
  'group_test_record_more',
  'insert into tally values ($1, $2, $3) returning pg_current_xact_id()::text as transaction, amount',
  'writes',
);
const recordAlone = statement<{ transaction: string }>(
  'group_test_record_alone',
  'insert into tally values ($1, $2, $3) returning pg_current_xact_id()::text as transaction',
);
const read = statement<{ title: string }>(
  'group_test_read',
  'select title from page where $1 = $2::text or n = $3',
  'reads',
);
const readNothing = statement<{ n: number }>(
  'group_test_read_nothing',
  'select n from page where $1 = $2::text',
  'reads',
);
const count = statement<{ count: number }>('group_test_count', 'select count(*) from tally where tenant = $1');

async function countOf(db: Database, tenant: string): Promise<number | undefined> {
  const [row] = await db.query(count, [tenant]);
  return row?.count;
}

describe.each(['embedded', 'postgres'] as const)('%s: calls that are made at the same time', (kind) => {
  let db: Database;
  beforeAll(async () => {
    db = await testDatabase(kind);
    await db.script(tables);
  });
  afterAll(() => db.close());

  test('share a transaction, and each is given its own rows', async () => {
    const [a, b, c] = await Promise.all([
      db.query(record, ['shared', 'b', 1]),
      db.query(recordMore, ['shared', 'a', 2]),
      db.query(record, ['shared', 'c', 3]),
    ]);
    expect(b).toEqual([{ transaction: a[0]?.transaction, amount: 2 }]);
    expect(c).toEqual(a);
    // Prepared now, which is another way through the driver.
    const again = await Promise.all(['b', 'a', 'c'].map((name) => db.query(recordMore, ['shared', name, 4])));
    expect(again.map((rows) => rows[0]?.amount)).toEqual([4, 4, 4]);
    expect(await countOf(db, 'shared')).toBe(6);
  });

  test('are each answered from their own statement, also where one has no row and another several', async () => {
    for (let time = 0; time < 2; time += 1) {
      const [all, none, one] = await Promise.all([
        db.query(read, ['same', 'same', 0]),
        db.query(readNothing, ['x', 'y']),
        db.query(read, ['x', 'z', 2]),
      ]);
      expect([all, none, one]).toEqual([[{ title: 'one' }, { title: 'two' }], [], [{ title: 'two' }]]);
    }
  });

  test('fail alone: the others are done, each once', async () => {
    const results = await Promise.allSettled([
      db.query(record, ['failing', 'a', 1]),
      db.query(record, ['failing', 'b', -1]),
      db.query(record, ['failing', 'c', undefined as unknown as number]),
      db.query(record, ['failing', 'd', 1]),
    ]);
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected', 'fulfilled']);
    const [, broken, unsendable] = results as readonly PromiseRejectedResult[];
    expect(broken?.reason).toBeInstanceOf(DatabaseError);
    expect(broken?.reason).toMatchObject({ code: '23514', statement: 'group_test_record' });
    expect(unsendable?.reason).toBeInstanceOf(TypeError);
    expect(await countOf(db, 'failing')).toBe(2);
  });

  test('of one user never share one, so that what they race for is decided between two transactions', async () => {
    const rows = await Promise.all([1, 2, 3].map((amount) => db.query(record, ['own', 'one', amount])));
    expect(new Set(rows.map(([row]) => row?.transaction)).size).toBe(3);
  });

  test('leave alone where their statement says nothing of groups', async () => {
    const rows = await Promise.all(['a', 'b', 'c'].map((name) => db.query(recordAlone, ['alone', name, 1])));
    expect(new Set(rows.map(([row]) => row?.transaction)).size).toBe(3);
  });

  test('are all answered, however many there are', async () => {
    const names = Array.from({ length: 10 * groupedCallsMax + 3 }, (_, index) => `user-${index}`);
    const rows = await Promise.all(names.map((name) => db.query(record, ['many', name, 1])));
    expect(rows.every(({ length }) => length === 1)).toBe(true);
    expect(new Set(rows.map(([row]) => row?.transaction)).size).toBeLessThan(names.length / 4);
    expect(await countOf(db, 'many')).toBe(names.length);
  });

  test('go on working after a migration has changed the columns of their statement', async () => {
    const all = statement<Record<string, unknown>>(
      `group_test_changing_${kind}`,
      'select * from changing where $1 <> $2::text',
      'reads',
    );
    const ask = () => Promise.all(['a', 'b'].map((user) => db.query(all, ['x', user])));
    await db.script('create table changing (a int); insert into changing values (1)');
    expect(await ask()).toEqual([[{ a: 1 }], [{ a: 1 }]]);
    await db.script(`alter table changing add column b text default 'new'`);
    expect(await ask()).toEqual([[{ a: 1, b: 'new' }], [{ a: 1, b: 'new' }]]);
  });
});

describe('on a server', () => {
  let url: string;
  const opened: Database[] = [];
  function open(poolSize: number, isGrouping?: boolean): Database {
    const grouping = isGrouping === undefined ? {} : { isGrouping };
    const db = openPostgresDatabase({ url, poolSize, random: () => 0.5, onError: () => {}, ...grouping });
    opened.push(db);
    return db;
  }
  beforeAll(async () => {
    url = await createPostgresDatabase();
    await open(1).script(tables);
  });
  afterAll(async () => {
    await Promise.all(opened.map((db) => db.close()));
  });

  test('without grouping every call has its own transaction', async () => {
    const db = open(4, false);
    const rows = await Promise.all(['a', 'b', 'c'].map((name) => db.query(record, ['plain', name, 1])));
    expect(new Set(rows.map(([row]) => row?.transaction)).size).toBe(3);
  });

  test('F11: a call that waits for a lock in vain is refused alone', async () => {
    const [holder, db] = [open(1), open(2)];
    await holder.transaction(async (sql) => {
      await sql.query(recordAlone, ['locked', 'b', 1]);
      const calls = ['a', 'b', 'c'].map((name) => db.query(record, ['locked', name, 1]));
      const [a, b, c] = await Promise.allSettled(calls);
      expect([a?.status, c?.status]).toEqual(['fulfilled', 'fulfilled']);
      expect(b?.status === 'rejected' && b.reason).toBeInstanceOf(DatabaseUnavailable);
    });
    expect(await countOf(db, 'locked')).toBe(3);
  });

  test('F09: when no connection comes free in time all who wait are told, and later ones are served', async () => {
    const db = open(1);
    const sleep = statement('group_test_sleep', 'select pg_sleep($1)');
    const long = db.query(sleep, [2.5]);
    const calls = ['a', 'b', 'c'].map((name) => db.query(record, ['full', name, 1]));
    for (const result of await Promise.allSettled(calls)) {
      expect(result.status === 'rejected' && result.reason).toBeInstanceOf(DatabaseUnavailable);
    }
    await long;
    expect(await countOf(db, 'full')).toBe(0);
    await Promise.all(['a', 'b', 'c'].map((name) => db.query(record, ['full', name, 1])));
    expect(await countOf(db, 'full')).toBe(3);
  });

  test('calls whose connection is cut are told so, and the next ones are served', async () => {
    const db = open(2);
    const cut = statement(
      'group_test_cut',
      'select pg_terminate_backend(pg_backend_pid()) where $1 <> $2::text and $3 = 1',
      'writes',
    );
    const calls = ['a', 'b', 'c'].map((name, index) => db.query(cut, ['x', name, index]));
    for (const result of await Promise.allSettled(calls)) {
      expect(result.status === 'rejected' && result.reason).toBeInstanceOf(DatabaseUnavailable);
    }
    const rows = await Promise.all(['a', 'b'].map((name) => db.query(record, ['cut', name, 1])));
    expect(rows.map(({ length }) => length)).toEqual([1, 1]);
  });

  test('groups of two nodes that record the same keys in opposite order do not wait for each other', async () => {
    const nodes = [open(2), open(2)] as const;
    const names = ['a', 'b', 'c', 'd'];
    // Slow, so that each group has locked its first before the other is at its last.
    const slowly = statement<{ name: string }>(
      'group_test_slowly',
      `insert into tally select $1, $2, $3 from (select pg_sleep(0.02)) as slow on conflict do nothing returning name`,
      'writes',
    );
    const rounds = 10;
    const startedMs = performance.now();
    for (let round = 1; round <= rounds; round += 1) {
      const rows = await Promise.all([
        ...names.map((name) => nodes[0].query(slowly, ['raced', name, round])),
        ...names.toReversed().map((name) => nodes[1].query(slowly, ['raced', name, round])),
      ]);
      expect(
        rows
          .flat()
          .map(({ name }) => name)
          .sort(),
      ).toEqual(names);
    }
    // A deadlock is found after a second, so one a round would be told by the time.
    expect(performance.now() - startedMs).toBeLessThan(rounds * 700);
  });
});

describe('a group', () => {
  const call = (user: string): PendingCall => ({
    statement: record,
    values: ['t', user, 1],
    resolve: () => {},
    reject: () => {},
  });
  const users = (calls: readonly PendingCall[]) => calls.map(({ values }) => values[1]);

  test('departs in the order of its users, each once, and the rest right after', async () => {
    let departures = 0;
    const group = new CallGroup(() => {
      departures += 1;
    });
    for (const user of ['c', 'a', 'b', 'a']) group.add(call(user));
    expect(departures).toBe(0);
    await new Promise((resolve) => setImmediate(resolve));
    expect(departures).toBe(1);
    expect(users(group.take())).toEqual(['a', 'b', 'c']);
    await new Promise((resolve) => setImmediate(resolve));
    expect(departures).toBe(2);
    expect(users(group.take())).toEqual(['a']);
    await new Promise((resolve) => setImmediate(resolve));
    expect(departures).toBe(2);
  });

  test('whoever comes while it waits for a connection leaves with it, up to its limit', async () => {
    const group = new CallGroup(() => {});
    group.add(call('first'));
    await new Promise((resolve) => setImmediate(resolve));
    for (let index = 0; index < groupedCallsMax; index += 1) group.add(call(`later-${index}`));
    expect(group.take()).toHaveLength(groupedCallsMax);
    expect(group.take()).toHaveLength(1);
  });
});
