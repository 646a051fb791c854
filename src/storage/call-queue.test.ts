import { DatabaseError } from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createPostgresDatabase, testDatabase } from '../testkit/test-database.ts';
import { CallQueue, lineMax, waitMsMax } from './call-queue.ts';
import type { PendingCall, Turn, Waiter } from './call-queue.ts';
import { openPostgresDatabase } from './postgres-database.ts';
import { DatabaseUnavailable, onBehalfOf, statement } from './sql.ts';
import type { Database, Party } from './sql.ts';

const tables = `
  create table tally (tenant text, name text, amount int check (amount > 0), primary key (tenant, name, amount));
  create table page (n int primary key, title text);
  insert into page values (1, 'one'), (2, 'two');`;

const groupedCallsMax = 8;

// The transaction's id shows which calls shared a transaction.
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
    // Prepared by now, so the calls take the other path through the driver.
    const again = await Promise.all(['b', 'a', 'c'].map((name) => db.query(recordMore, ['shared', name, 4])));
    expect(again.map((rows) => rows[0]?.amount)).toEqual([4, 4, 4]);
    expect(await countOf(db, 'shared')).toBe(6);
  });

  test('are each answered from their own statement, even if one has no row and another has several', async () => {
    for (let time = 0; time < 2; time += 1) {
      const [all, none, one] = await Promise.all([
        db.query(read, ['same', 'same', 0]),
        db.query(readNothing, ['x', 'y']),
        db.query(read, ['x', 'z', 2]),
      ]);
      expect([all, none, one]).toEqual([[{ title: 'one' }, { title: 'two' }], [], [{ title: 'two' }]]);
    }
  });

  test('fail alone: the other calls succeed, each exactly once', async () => {
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

  test('of one user never share a transaction, so their races are decided between two transactions', async () => {
    const rows = await Promise.all([1, 2, 3].map((amount) => db.query(record, ['own', 'one', amount])));
    expect(new Set(rows.map(([row]) => row?.transaction)).size).toBe(3);
  });

  test('run alone if their statement has no grouping', async () => {
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

  test('F11: a call that times out waiting for a lock is the only one refused', async () => {
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

  test('F09: if no connection becomes free in time, all waiting calls are refused, and later ones are served', async () => {
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

  test('calls fail if their connection is cut, and the next ones are served', async () => {
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
    // Slow, so that each group has locked its first row before the other reaches its last.
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
    // PostgreSQL detects a deadlock after a second, so one deadlock per round would show in the elapsed time.
    expect(performance.now() - startedMs).toBeLessThan(rounds * 700);
  });
});

/** A queue in front of a database with this many places. All are taken unless `isFree`; tests free them on demand. */
function queueBefore(placesMax: number, isFree = false) {
  const left: string[][] = [];
  const refused: string[] = [];
  const turns: Turn<Waiter & { readonly name: string }>[] = [];
  const queue: CallQueue<Waiter & { readonly name: string }> = new CallQueue(serve, {
    placesMax,
    groupMax: groupedCallsMax,
  });
  function serve(): void {
    for (let turn = queue.next(); turn !== undefined; turn = queue.next()) {
      turns.push(turn);
      left.push('hold' in turn ? [turn.hold.name] : turn.calls.map(({ values }) => String(values[1])));
    }
  }
  const partyOf = (tenant: string | undefined, isGone: () => boolean): Party | undefined =>
    tenant === undefined
      ? undefined
      : { tenantId: tenant === 'nobody' ? null : tenant, isVerification: tenant === 'verifier', isGone };
  const on = {
    queue,
    /** The names of the calls that were sent, one list for each turn; each name is returned only once. */
    left: () => left.splice(0),
    refused: () => refused.splice(0),
    call(name: string, tenant?: string, its: typeof record | typeof recordAlone = recordAlone, isGone = () => false) {
      const call: PendingCall = {
        statement: its,
        values: ['t', name, 1],
        party: partyOf(tenant, isGone),
        attempts: 0,
        resolve: () => {},
        reject: () => refused.push(name),
      };
      queue.add(call);
      return call;
    },
    /** Ends this many turns, the oldest first. */
    free(count: number): string[][] {
      for (let index = 0; index < count; index += 1) {
        const turn = turns.shift();
        if (turn === undefined) throw new Error('Nobody has a place.');
        queue.done(turn);
        serve();
      }
      return left.splice(0);
    },
  };
  if (!isFree) for (let index = 0; index < placesMax; index += 1) on.call('filler', 'verifier');
  left.splice(0);
  return on;
}

const turnEnds = () => new Promise((resolve) => setImmediate(resolve));
const numbered = (name: string, count: number) => Array.from({ length: count }, (_, index) => `${name}${index + 1}`);

test('ruling 52: a request is dropped because its caller has gone only before its first call was sent', async () => {
  const seen: (boolean | undefined)[] = [];
  const db = {
    query: (_statement: unknown, _values: unknown, party?: Party) => Promise.resolve(seen.push(party?.isGone?.())),
    transaction: (_work: unknown, party?: Party) => Promise.resolve(seen.push(party?.isGone?.())),
  } as unknown as Database;
  const party = { tenantId: 'A', isVerification: true, isGone: () => true };
  const store = onBehalfOf(db, party);
  await store.query(record, []);
  await store.query(record, []);
  await store.transaction(() => Promise.resolve());
  await onBehalfOf(db, party).transaction(() => Promise.resolve());
  expect(seen).toEqual([true, undefined, undefined, true]);
});

describe('the queue', () => {
  test('sends calls that may be grouped when the turn of the event loop ends, in the order of users, each once', async () => {
    const { call, left, free } = queueBefore(1, true);
    for (const user of ['c', 'a', 'b', 'a']) call(user, 't', record);
    expect(left()).toEqual([]);
    await turnEnds();
    expect(left()).toEqual([['a', 'b', 'c']]);
    expect(free(1)).toEqual([['a']]);
  });

  test('calls that arrive while no place is free are sent together with those waiting, up to the limit of a group', async () => {
    const { call, free } = queueBefore(1);
    call('first', 't', record);
    await turnEnds();
    for (const name of numbered('later', groupedCallsMax)) call(name, 't', record);
    await turnEnds();
    expect(free(2).map(({ length }) => length)).toEqual([groupedCallsMax, 1]);
  });

  test('a retried call is sent alone, and at once', async () => {
    const { call, queue, free } = queueBefore(1);
    const again = call('again', 'A', record);
    await turnEnds();
    expect(free(1)).toEqual([['again']]);
    again.attempts = 1;
    for (const name of numbered('a', 2)) call(name, 'A', record);
    queue.add(again);
    await turnEnds();
    expect(free(2)).toEqual([['again'], ['a1', 'a2']]);
  });

  test('ruling 52: tenants take turns, however many calls each has waiting, and callers without a tenant take turns too', () => {
    const { call, free } = queueBefore(1);
    for (const name of numbered('a', 6)) call(name, 'A');
    for (const name of numbered('b', 3)) call(name, 'B');
    for (const name of numbered('nobody', 2)) call(name, 'nobody');
    call('job');
    expect(free(4).flat()).toEqual(['a1', 'b1', 'nobody1', 'job']);
    call('c1', 'C');
    expect(free(9).flat()).toEqual(['a2', 'b2', 'nobody2', 'c1', 'a3', 'b3', 'a4', 'a5', 'a6']);
  });

  test('ruling 52: all calls of a group are for one tenant, so no tenant waits for the locks of another', async () => {
    const { call, free } = queueBefore(1);
    for (const name of numbered('a', 20)) call(name, 'A', record);
    for (const name of numbered('b', 2)) call(name, 'B', record);
    await turnEnds();
    const turns = free(4).map((names) => [names.length, ...new Set(names.map((name) => name[0]))]);
    expect(turns).toEqual([
      [8, 'a'],
      [2, 'b'],
      [8, 'a'],
      [4, 'a'],
    ]);
  });

  test('ruling 52: a tenant leaves places free, however many calls it has, and two that flood leave some to a third', () => {
    const { call, left, free } = queueBefore(10, true);
    for (const name of numbered('a', 20)) call(name, 'A');
    expect(left()).toHaveLength(8);
    for (const name of numbered('b', 20)) call(name, 'B');
    expect(left()).toEqual([['b1']]);
    // The places that the first gives back go to the others, until each has at most four times as many as are left
    // free.
    call('c1', 'C');
    expect(free(5).flat()).toEqual(['b2', 'c1', 'b3', 'b4', 'a9']);
  });

  test('F09: the last place is reserved for verifications, for any tenant', () => {
    const { call, left } = queueBefore(10, true);
    for (const tenant of ['A', 'B', 'C']) for (const name of numbered(tenant, 10)) call(name, tenant);
    expect(left()).toHaveLength(9);
    call('v1', 'verifier');
    expect(left()).toEqual([['v1']]);
  });

  test('ruling 52: a tenant that waits alone may have far more than 64 calls waiting, even beside jobs and callers without a tenant', () => {
    const { call, refused, free } = queueBefore(1);
    call('job');
    call('anybody', 'nobody');
    for (const name of numbered('a', 200)) call(name, 'A');
    expect(refused()).toEqual([]);
    expect(free(202)).toHaveLength(202);
  });

  test('ruling 52: while two tenants wait, no line takes more than 64 calls, and calls that waited before keep their place', () => {
    const { call, refused, free } = queueBefore(1);
    for (const name of numbered('a', 70)) call(name, 'A');
    call('b1', 'B');
    call('a71', 'A');
    expect(refused()).toEqual(['a71']);
    for (const name of numbered('c', 66)) call(name, 'C');
    expect(refused()).toEqual(['c65', 'c66']);
    expect(free(6).flat()).toEqual(['a1', 'b1', 'c1', 'a2', 'c2', 'a3']);
    // A still has 67 calls waiting: another is accepted only below 64.
    call('a72', 'A');
    expect(refused()).toEqual(['a72']);
    // Once C is done, only A is left.
    const later = free(2 * 62).flat();
    expect(later.filter((name) => name.startsWith('c'))).toHaveLength(62);
    for (const name of numbered('more', 100)) call(name, 'A');
    expect(refused()).toEqual([]);
  });

  test('ruling 52: of calls made at the same time, those that can be sent are sent before any is refused', async () => {
    const { call, refused, left } = queueBefore(2, true);
    call('b1', 'B', record);
    for (const name of numbered('a', lineMax.contended + groupedCallsMax)) call(name, 'A', record);
    await turnEnds();
    expect(left().map(({ length }) => length)).toEqual([1, groupedCallsMax]);
    expect(refused()).toEqual([]);
  });

  test('ruling 52: while two tenants wait, no call waits over a second, except those that waited before the second tenant came', () => {
    const { call, refused, queue, free } = queueBefore(1);
    call('a1', 'A');
    call('a2', 'A');
    queue.pass(900);
    for (const tenant of ['B', 'C', 'D']) call(tenant.toLowerCase(), tenant);
    call('a3', 'A');
    // Others get turns.
    expect(free(1).flat()).toEqual(['a1']);
    queue.pass(500);
    expect(free(1).flat()).toEqual(['b']);
    queue.pass(waitMsMax - 501);
    expect(refused()).toEqual([]);
    queue.pass(1);
    expect(refused()).toEqual(['c', 'd', 'a3']);
    expect(queue.waiting).toBe(1);
  });

  test('F09: a call that waits alone is refused after a second without any turn, or after five seconds in all', () => {
    const { call, refused, queue, free } = queueBefore(1);
    call('a1', 'A');
    queue.pass(waitMsMax - 1);
    expect(refused()).toEqual([]);
    queue.pass(1);
    expect(refused()).toEqual(['a1']);
    for (const name of numbered('b', 10)) call(name, 'A');
    for (let ms = 500; ms < 5_000; ms += 500) {
      queue.pass(500);
      if (ms < 4_500) expect(free(1)).toHaveLength(1);
    }
    expect(refused()).toEqual([]);
    queue.pass(500);
    expect(refused()).toEqual(['b9', 'b10']);
    for (const name of numbered('c', lineMax.alone + 1)) call(name, 'A');
    expect(refused()).toEqual([`c${lineMax.alone + 1}`]);
  });

  test('F33: a tenant that waits alone may have a burst; if its calls have been late for three seconds, more are refused at once until they are late no more', () => {
    const { call, refused, queue, free, left } = queueBefore(1);
    const later = (ms: number, turns: number) => {
      for (let passed = 0; passed < ms; passed += 100) {
        queue.pass(100);
        free(turns);
      }
      left();
    };
    for (const name of numbered('a', 400)) call(name, 'A');
    later(2_900, 10);
    call('patient', 'A');
    expect(refused()).toEqual([]);
    later(600, 1);
    call('late', 'A');
    expect(refused()).toEqual(['late']);
    // What a request has begun is finished, however late it is.
    queue.add({ ...call('begun', 'A'), party: { tenantId: 'A', isVerification: false } });
    expect(refused()).toEqual(['begun']);

    // As soon as the first call has waited less, others may wait behind it.
    free(queue.waiting - 1);
    call('next', 'A');
    queue.pass(100);
    free(1);
    call('after', 'A');
    expect(refused()).toEqual([]);
    queue.pass(400);
    call('late again', 'A');
    expect(refused()).toEqual(['late again']);
    // After ten seconds in which none was late a burst may wait again.
    free(queue.waiting);
    for (let round = 0; round < 105; round += 1) {
      call(`calm ${round}`, 'A');
      later(100, 1);
    }
    for (const name of numbered('b', 300)) call(name, 'A');
    later(600, 1);
    call('patient again', 'A');
    expect(refused()).toEqual([]);
  });

  test('ruling 52: a caller that hung up gives back its place, and its call is not sent', () => {
    const { call, refused, queue, free } = queueBefore(1);
    let isGone = false;
    call('b1', 'B');
    for (const name of numbered('a', 64)) call(name, 'A', undefined, () => isGone && name !== 'a1');
    isGone = true;
    call('a65', 'A');
    expect(refused()).toHaveLength(63);
    expect(free(3).flat()).toEqual(['b1', 'a1', 'a65']);
    call('c1', 'C', undefined, () => true);
    call('d1', 'D');
    expect(free(1).flat()).toEqual(['d1']);
    queue.pass(100);
    expect(refused()).toEqual(['c1']);
  });

  test('on close, accepted calls are completed, and no more are accepted', async () => {
    const { call, queue, refused, free } = queueBefore(1);
    call('waiting', 'A');
    call('grouped', 'A', record);
    let isClosed = false;
    const closing = queue.close().then(() => (isClosed = true));
    call('late', 'A');
    expect(refused()).toEqual(['late']);
    expect(free(2)).toEqual([['waiting']]);
    await turnEnds();
    expect([isClosed, refused()]).toEqual([false, []]);
    expect(free(1)).toEqual([['grouped']]);
    await closing;
  });
});
