/** What both databases guarantee, so that a query written against one works on the other. */
import { randomUUID } from 'node:crypto';
import { Client, DatabaseError } from 'pg';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import type { JobContext } from '../jobs/job.ts';
import { refreshStatistics } from '../jobs/refresh-statistics.ts';
import { embeddedTemplate } from '../testkit/embedded-databases.ts';
import { openEmbeddedDatabase } from './pglite-database.ts';
import { openPostgresDatabase } from './postgres-database.ts';
import { listTablesWithoutStatistics } from './queries/table-statistics.ts';
import { DatabaseUnavailable, statement } from './sql.ts';
import type { Database, SqlValue, Statement } from './sql.ts';

interface Opened {
  readonly db: Database;
  close(): Promise<void>;
}

async function openServer(): Promise<Opened> {
  const name = `database_test_${randomUUID().slice(0, 8)}`;
  const adminUrl = inject('postgresAdminUrl');
  const admin = new Client({ connectionString: adminUrl });
  await admin.connect();
  await admin.query(`create database ${name}`);
  const url = new URL(adminUrl);
  url.pathname = `/${name}`;
  const db = openPostgresDatabase({ url: url.href, poolSize: 4, random: () => 0.5, onError: () => {} });
  return {
    db,
    async close() {
      await db.close();
      await admin.query(`drop database ${name} with (force)`);
      await admin.end();
    },
  };
}

async function openEmbedded(): Promise<Opened> {
  const db = await openEmbeddedDatabase({ dataDir: undefined, loadDataDir: await embeddedTemplate(), fsync: false });
  return { db, close: () => db.close() };
}

let statements = 0;

/** A statement that no other test has prepared. */
function fresh<Row>(text: string): Statement<Row> {
  statements += 1;
  return statement<Row>(`database_test_${statements}`, text);
}

async function failure(work: Promise<unknown>): Promise<unknown> {
  try {
    await work;
  } catch (error) {
    return error;
  }
  throw new Error('Nothing was thrown.');
}

describe.each([
  ['embedded', openEmbedded],
  ['postgres', openServer],
] as const)('%s', (kind, open) => {
  let opened: Opened;
  let db: Database;

  beforeAll(async () => {
    opened = await open();
    db = opened.db;
    await db.script(`
      create table item (id int primary key, label text not null, parent int references item (id));
      create table every_type (
        id int primary key, t text, u uuid, b bool, i2 int2, i4 int4, i8 int8, f8 float8, n numeric,
        tz timestamptz, d date, ts timestamp, j json, jb jsonb, by bytea,
        ta text[], ua uuid[], i4a int4[], i8a int8[], na numeric[], ba bool[], bya bytea[], tza timestamptz[]
      );
    `);
  });
  afterAll(() => opened.close());

  async function valueOf(type: string, value: SqlValue): Promise<unknown> {
    const [row] = await db.query(fresh<{ value: unknown }>(`select $1::${type} as value`), [value]);
    return row?.value;
  }

  test('names its kind', () => expect(db.kind).toBe(kind));

  const uuid = 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11';
  test.each<[string, SqlValue, unknown]>([
    ['text', 'Grüße, 世界 👩‍👩‍👧 𝒳 \' " \\ {,}', 'Grüße, 世界 👩‍👩‍👧 𝒳 \' " \\ {,}'],
    ['text', '', ''],
    ['text', null, null],
    ['uuid', uuid, uuid],
    ['bool', true, true],
    ['bool', false, false],
    ['int2', -32768, -32768],
    ['int4', 2147483647, 2147483647],
    ['int8', Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER],
    ['float8', 0.1, 0.1],
    ['float8', -1e-300, -1e-300],
    ['numeric', '12345.678', 12345.678],
    ['timestamptz', '2026-01-31T23:59:58.123Z', Date.UTC(2026, 0, 31, 23, 59, 58, 123)],
    ['timestamptz', '2026-01-31T23:59:58.1Z', Date.UTC(2026, 0, 31, 23, 59, 58, 100)],
    ['timestamptz', '2026-01-31T23:59:58.999999Z', Date.UTC(2026, 0, 31, 23, 59, 58, 999)],
    ['timestamptz', '2024-02-29T00:00:00+05:30', Date.UTC(2024, 1, 28, 18, 30)],
    ['timestamptz', '1969-12-31T23:59:59Z', -1000],
    ['timestamptz', '0033-04-03T15:00:00Z', new Date('0033-04-03T15:00:00Z').getTime()],
    ['timestamptz', 'infinity', Infinity],
    ['timestamptz', '-infinity', -Infinity],
    ['date', '2026-01-31', '2026-01-31'],
    ['timestamp', '2026-01-31 10:00:00', '2026-01-31 10:00:00'],
    ['json', '{"a":[1,null,"é"]}', { a: [1, null, 'é'] }],
    ['jsonb', '{"a":[1,null,"👍"]}', { a: [1, null, '👍'] }],
    ['jsonb', 'null', null],
    ['bytea', Buffer.from([0, 1, 39, 92, 127, 128, 255]), Buffer.from([0, 1, 39, 92, 127, 128, 255])],
    ['bytea', Buffer.alloc(0), Buffer.alloc(0)],
    [
      'text[]',
      ['a', '', 'NULL', 'null', '"', '\\', '{', ',', ' x ', '👍'],
      ['a', '', 'NULL', 'null', '"', '\\', '{', ',', ' x ', '👍'],
    ],
    ['text[]', [], []],
    ['text[]', ['a', null], ['a', null]],
    ['uuid[]', [uuid], [uuid]],
    ['int4[]', [1, -2, 3], [1, -2, 3]],
    ['int8[]', [Number.MAX_SAFE_INTEGER, null], [Number.MAX_SAFE_INTEGER, null]],
    ['numeric[]', ['1.5'], [1.5]],
    ['bool[]', [true, false, null], [true, false, null]],
    ['bytea[]', [Buffer.from([0, 255]), null], [Buffer.from([0, 255]), null]],
    ['timestamptz[]', ['2026-01-31T23:59:58Z', null], [Date.UTC(2026, 0, 31, 23, 59, 58), null]],
  ])('a %s comes back as it was bound: %j', async (type, bound, expected) => {
    expect(await valueOf(type, bound)).toEqual(expected);
  });

  test('a row of NULLs of every type is a row of nulls', async () => {
    await db.query(fresh('insert into every_type (id) values ($1)'), [1]);
    const [row] = await db.query(fresh<Record<string, unknown>>('select * from every_type where id = $1'), [1]);
    const { id, ...others } = row ?? {};
    expect(id).toBe(1);
    expect(Object.keys(others)).toHaveLength(22);
    expect(new Set(Object.values(others))).toEqual(new Set([null]));
  });

  test('a value of a megabyte and one of 4-byte letters come back whole', async () => {
    const long = '𝒳y'.repeat(200_000);
    expect(await valueOf('text', long)).toBe(long);
    const bytes = Buffer.alloc(1_000_000, 171);
    expect(Buffer.compare((await valueOf('bytea', bytes)) as Buffer, bytes)).toBe(0);
  });

  test('thousands of rows come back in order', async () => {
    const rows = await db.query(fresh<{ n: number }>('select generate_series(1, $1::int) as n'), [20_000]);
    expect(rows).toHaveLength(20_000);
    expect(rows[19_999]).toEqual({ n: 20_000 });
  });

  test('arrays unnest to rows, nulls included', async () => {
    const rows = await db.query(
      fresh<{ a: string; b: number | null }>('select * from unnest($1::text[], $2::int[]) as list (a, b)'),
      [
        ['x', 'y'],
        [1, null],
      ],
    );
    expect(rows).toEqual([
      { a: 'x', b: 1 },
      { a: 'y', b: null },
    ]);
  });

  test('a statement without rows gives none, the first time and later', async () => {
    const nothing = fresh('update item set label = $1 where false');
    expect(await db.query(nothing, ['x'])).toEqual([]);
    expect(await db.query(nothing, ['x'])).toEqual([]);
  });

  test('a parameter of no column type is refused and nothing is sent', async () => {
    const insert = fresh('insert into item values ($1, $2)');
    for (const value of [undefined, { a: 1 }, Symbol('x'), new Date(0)]) {
      expect(await failure(db.query(insert, [70, value as unknown as string]))).toBeInstanceOf(TypeError);
    }
    expect(await db.query(fresh('select from item where id = $1'), [70])).toEqual([]);
    await db.query(insert, [70, 'now it works']);
  });

  test.each([
    ['a duplicate key', '23505', 'item_pkey', `insert into item values (1, 'one'), (1, 'one')`],
    ['a missing parent', '23503', 'item_parent_fkey', `insert into item values (2, 'two', 999)`],
    ['a syntax error', '42601', undefined, 'selec 1'],
    ['a missing table', '42P01', undefined, 'select * from nowhere'],
    ['a division by zero', '22012', undefined, 'select 1 / 0'],
  ])('%s is thrown with its code, and the session still works', async (_case, code, constraint, text) => {
    const wrong = fresh(text);
    for (let time = 1; time <= 3; time += 1) {
      const error = await failure(db.query(wrong, []));
      expect(error).toBeInstanceOf(DatabaseError);
      expect(error).toMatchObject({ code, statement: wrong.name });
      expect((error as DatabaseError).constraint).toBe(constraint);
      expect(await valueOf('int4', 1)).toBe(1);
    }
  });

  test('the detail of a duplicate key names the key', async () => {
    await db.query(fresh(`insert into item values (50, 'fifty')`), []);
    const error = await failure(db.query(fresh(`insert into item values (50, 'again')`), []));
    expect((error as DatabaseError).detail).toBe('Key (id)=(50) already exists.');
  });

  test('a character that PostgreSQL cannot store is an error of the statement, not of the session', async () => {
    const echo = fresh<{ value: string }>('select $1::text as value');
    expect(await failure(db.query(echo, ['a\u0000b']))).toMatchObject({ code: '22021' });
    expect(await db.query(echo, ['ab'])).toEqual([{ value: 'ab' }]);
  });

  test('a statement whose parameters fail the first time can be run the second time', async () => {
    const half = fresh<{ value: number }>('select 10 / $1::int as value');
    expect(await failure(db.query(half, ['ten']))).toMatchObject({ code: '22P02' });
    expect(await failure(db.query(half, [0]))).toMatchObject({ code: '22012' });
    expect(await db.query(half, [5])).toEqual([{ value: 2 }]);
  });

  test('one name for two texts is refused, and neither statement runs as the other', async () => {
    const first = fresh<{ value: number }>('select 1 as value');
    const second: Statement<{ value: number }> = { name: first.name, text: 'select 2 as value' };
    expect(() => statement(first.name, second.text)).toThrow(`Two statements are called ${first.name}.`);
    expect(await db.query(first, [])).toEqual([{ value: 1 }]);
    // Each connection of a pool has its own names; none of them may run the wrong statement.
    for (let time = 0; time < 8; time += 1) {
      const rows = await db.query(second, []).catch(() => 'refused');
      expect(rows === 'refused' || JSON.stringify(rows) === '[{"value":2}]').toBe(true);
    }
    expect(await db.query(first, []).catch(() => 'refused')).not.toEqual([{ value: 2 }]);
  });

  test('a statement still works after a migration changed its columns', async () => {
    const all = fresh<Record<string, unknown>>('select * from changing');
    await db.script('create table changing (a int); insert into changing values (1)');
    expect(await db.query(all, [])).toEqual([{ a: 1 }]);
    await db.script(`alter table changing add column b text default 'new'`);
    expect(await db.query(all, [])).toEqual([{ a: 1, b: 'new' }]);
  });

  test('a statement is planned for its index while the table is empty, so it stays fast as the table fills', async () => {
    await db.script('create table filled_later (id int primary key); insert into filled_later values (1)');
    await db.script('delete from filled_later');
    await db.script('vacuum analyze filled_later');
    const plan = fresh<{ 'QUERY PLAN': string }>('explain (costs off) select id from filled_later where id = $1');
    const [top] = await db.query(plan, [1]);
    expect(top?.['QUERY PLAN']).toMatch(/^(Index|Bitmap)/);
  });

  test('a table that has grown is analysed, and statements planned while it was empty then read by its key alone', async () => {
    // On an empty table all indexes cost the same, and the planner takes the newer one.
    await db.script(`
      create table grown (tenant int, code text, key text, primary key (tenant, code, key));
      create index grown_by_code on grown (tenant, code)`);
    const find = fresh<{ key: string }>('select key from grown where tenant = $1 and code = $2 and key = $3');
    const plan = async (): Promise<string> => {
      await db.query(find, [1, 'a', 'k1']);
      const explained = await db.query(
        fresh<{ 'QUERY PLAN': string }>(`explain execute ${find.name}(1, 'a', 'k1')`),
        [],
      );
      return explained.map((row) => row['QUERY PLAN']).join(' ');
    };
    expect(await plan()).toContain('grown_by_code');
    const grown = async () => (await listTablesWithoutStatistics(db)).includes('public.grown');
    expect(await grown()).toBe(false);
    await db.script(`insert into grown select 1, 'a', 'k' || n from generate_series(1, 2000) as n`);
    expect(await grown()).toBe(true);
    await refreshStatistics.run({ owner: db } as unknown as JobContext);
    expect(await plan()).toContain('grown_pkey');
    expect(await grown()).toBe(false);
    await db.script(`insert into grown select 1, 'a', 'l' || n from generate_series(1, 2500) as n`);
    expect(await grown()).toBe(true);
  });

  test('a thousand statements one after another keep their order and do not mix their rows', async () => {
    const square = fresh<{ n: number; square: number }>('select $1::int as n, $1::int * $1::int as square');
    for (let n = 0; n < 1_000; n += 1) {
      const rows = await db.query(square, [n]);
      expect(rows).toEqual([{ n, square: n * n }]);
    }
  });

  test('two hundred statements at once each get their own rows', async () => {
    const echo = fresh<{ n: number }>('select $1::int as n');
    const all = await Promise.all(Array.from({ length: 200 }, (_, n) => db.query(echo, [n])));
    expect(all.map(([row]) => row?.n)).toEqual(Array.from({ length: 200 }, (_, n) => n));
  });

  test('a loop of statements does not block the process', async () => {
    let turns = 0;
    let isOver = false;
    const other = (async () => {
      while (!isOver) {
        await new Promise((resolve) => setImmediate(resolve));
        turns += 1;
      }
    })();
    const one = fresh('select 1');
    for (let n = 0; n < 1_000; n += 1) await db.query(one, []);
    isOver = true;
    await other;
    expect(turns).toBeGreaterThan(5);
  });

  const insertItem = statement(`insert_item_${kind}`, 'insert into item values ($1, $2)');
  const countItems = statement<{ count: number }>(
    `count_items_${kind}`,
    'select count(*) from item where id = any($1::int[])',
  );
  async function countOf(...ids: number[]): Promise<number> {
    const [row] = await db.query(countItems, [ids]);
    return row?.count ?? -1;
  }

  test('a transaction that returns is committed, and its result is returned', async () => {
    const result = await db.transaction(async (sql) => {
      await sql.query(insertItem, [100, 'a']);
      await sql.query(insertItem, [101, 'b']);
      return 'done';
    });
    expect(result).toBe('done');
    expect(await countOf(100, 101)).toBe(2);
  });

  test('a transaction that throws changes nothing, and the caller gets the error it threw', async () => {
    const mistake = new Error('mistake');
    const thrown = await failure(
      db.transaction(async (sql) => {
        await sql.query(insertItem, [110, 'a']);
        throw mistake;
      }),
    );
    expect(thrown).toBe(mistake);
    expect(await countOf(110)).toBe(0);
  });

  test('a transaction with a failing statement changes nothing, even if the failure is swallowed', async () => {
    const work = db.transaction(async (sql) => {
      await sql.query(insertItem, [120, 'a']);
      await sql.query(insertItem, [120, 'again']).catch(() => {});
    });
    expect(await failure(work)).toMatchObject({ message: expect.stringContaining('rolled back') as string });
    expect(await countOf(120)).toBe(0);
    expect(await valueOf('int4', 1)).toBe(1);
  });

  test('a statement issued outside while a transaction is open does not land inside it', async () => {
    let outside: Promise<unknown> = Promise.resolve();
    const thrown = await failure(
      db.transaction(async (sql) => {
        await sql.query(insertItem, [130, 'inside']);
        outside = db.query(insertItem, [131, 'outside']);
        await sql.query(insertItem, [132, 'inside']);
        throw new Error('away with it');
      }),
    );
    expect(thrown).toMatchObject({ message: 'away with it' });
    await outside;
    expect(await countOf(130, 132)).toBe(0);
    expect(await countOf(131)).toBe(1);
  });

  test('writes of a transaction are not visible outside before it has ended', async () => {
    let before: Promise<number> = Promise.resolve(-1);
    await db.transaction(async (sql) => {
      before = countOf(140);
      await sql.query(insertItem, [140, 'a']);
      await new Promise((resolve) => setTimeout(resolve, 20));
    });
    // The embedded database makes the reader wait instead, which is equally correct.
    expect(await before).toBe(kind === 'embedded' ? 1 : 0);
    expect(await countOf(140)).toBe(1);
  });

  test('twenty transactions at once do not mix', async () => {
    const results = await Promise.all(
      Array.from({ length: 20 }, (_, n) =>
        db
          .transaction(async (sql) => {
            await sql.query(insertItem, [200 + n, 'a']);
            if (n % 2 === 1) throw new Error('odd');
            await sql.query(insertItem, [300 + n, 'b']);
          })
          .then(
            () => true,
            () => false,
          ),
      ),
    );
    expect(results.filter(Boolean)).toHaveLength(10);
    const numbers = Array.from({ length: 20 }, (_, n) => n);
    expect(await countOf(...numbers.map((n) => 200 + n))).toBe(10);
    expect(await countOf(...numbers.map((n) => 300 + n))).toBe(10);
  });

  test('the sql of a transaction refuses to work after the transaction', async () => {
    let late: (() => Promise<unknown>) | undefined;
    await db.transaction(async (sql) => {
      late = () => sql.query(insertItem, [150, 'late']);
      await sql.query(insertItem, [151, 'in time']);
    });
    expect(await failure(late?.() ?? Promise.resolve())).toMatchObject({
      message: expect.stringContaining('transaction is over') as string,
    });
    expect(await countOf(150)).toBe(0);
  });

  test('a transaction is READ COMMITTED and uses UTC', async () => {
    const [row] = await db.transaction((sql) =>
      sql.query(
        fresh<{ isolation: string; zone: string }>(
          `select current_setting('transaction_isolation') as isolation, current_setting('TimeZone') as zone`,
        ),
        [],
      ),
    );
    expect(row).toEqual({ isolation: 'read committed', zone: 'UTC' });
  });

  test('a script runs all its statements, and one that fails leaves the session clean', async () => {
    await db.script('create table scripted (a int); insert into scripted values (1); insert into scripted values (2);');
    const count = fresh<{ count: number }>('select count(*) from scripted');
    expect(await db.query(count, [])).toEqual([{ count: 2 }]);
    const broken = await failure(db.script('begin; insert into scripted values (3); select 1 / 0; commit;'));
    expect(broken).toMatchObject({ code: '22012' });
    expect(await failure(db.script('begin; insert into scripted values (4)'))).toMatchObject({
      message: 'The script left a transaction open.',
    });
    expect(await db.query(count, [])).toEqual([{ count: 2 }]);
    await db.script('vacuum scripted');
  });

  test('a script inside a transaction is part of it', async () => {
    await failure(
      db.transaction(async (sql) => {
        await sql.script('create table passing (a int); insert into passing values (1);');
        await sql.query(fresh('select * from passing'), []);
        throw new Error('away with it');
      }),
    );
    expect(await failure(db.query(fresh('select * from passing'), []))).toMatchObject({ code: '42P01' });
  });

  test('a listener receives every notification with its payload', async () => {
    const heard: string[] = [];
    await db.listen('News Of "rules"', (payload) => heard.push(payload));
    const notify = fresh(`select pg_notify('News Of "rules"', $1)`);
    await db.query(notify, ['eins']);
    await db.transaction(async (sql) => {
      await sql.query(notify, ['zwei 👍']);
    });
    await failure(
      db.transaction(async (sql) => {
        await sql.query(notify, ['never']);
        throw new Error('away with it');
      }),
    );
    await db.query(notify, ['drei']);
    await expect.poll(() => heard).toEqual(['eins', 'zwei 👍', 'drei']);
  });

  test('after it is closed it reports that it is unavailable', async () => {
    const second = await open();
    await second.close();
    expect(await failure(second.db.query(fresh('select 1'), []))).toBeInstanceOf(DatabaseUnavailable);
    expect(await failure(second.db.transaction(async () => {}))).toBeInstanceOf(DatabaseUnavailable);
    expect(await failure(second.db.script('select 1'))).toBeInstanceOf(DatabaseUnavailable);
    await second.db.close();
  });
});
