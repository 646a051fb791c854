/** What only a server can do: be full, stop responding, restart, and cut connections. */
import { connect, createServer } from 'node:net';
import type { Server, Socket } from 'node:net';
import { Client, DatabaseError } from 'pg';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { databaseProxy } from '../../test/rig/database-proxy.ts';
import { startPostgres } from '../../test/rig/postgres.ts';
import type { OwnPostgresRig } from '../../test/rig/postgres.ts';
import { openPostgresDatabase } from './postgres-database.ts';
import type { PostgresOptions } from './postgres-database.ts';
import { DatabaseUnavailable, statement } from './sql.ts';
import type { Database } from './sql.ts';

const one = statement<{ value: number }>('test_one', 'select 1 as value');
const sleepFor = statement('test_sleep', 'select pg_sleep($1::float8)');
const ownPid = statement<{ pid: number }>('test_pid', 'select pg_backend_pid() as pid');
const setting = statement<{ value: string }>('test_setting', 'select current_setting($1) as value');
const addTo = statement('test_add', 'update counter set value = value + 1 where id = $1');
const notify = statement('test_notify', `select pg_notify('news', $1)`);

let rig: OwnPostgresRig;
let admin: Client;
const opened: Database[] = [];
let errors: Error[] = [];
let retries: string[] = [];

function open(options: Partial<PostgresOptions> = {}): Database {
  const db = openPostgresDatabase({
    url: rig.url(),
    poolSize: 2,
    random: () => 0.5,
    onError: (error) => errors.push(error),
    onRetry: (code) => retries.push(code),
    ...options,
  });
  opened.push(db);
  return db;
}

beforeAll(async () => {
  // A server of its own, because it is stopped and started again.
  rig = await startPostgres({ settings: { deadlock_timeout: '50ms' } });
  await connectAdmin();
  await admin.query('create table counter (id int primary key, value int not null)');
});
beforeEach(async () => {
  await Promise.all(opened.splice(0).map((db) => db.close()));
  await admin.query('truncate counter; insert into counter values (1, 0), (2, 0)');
  errors = [];
  retries = [];
});
afterAll(async () => {
  await Promise.all(opened.map((db) => db.close()));
  await admin.end().catch(() => {});
  await rig.stop();
});

async function connectAdmin(): Promise<void> {
  admin = new Client({ connectionString: rig.url() });
  admin.on('error', () => {});
  await admin.connect();
}

async function failure(work: Promise<unknown>): Promise<Error> {
  try {
    await work;
  } catch (error) {
    return error as Error;
  }
  throw new Error('Nothing was thrown.');
}

async function timed<Result>(work: Promise<Result>): Promise<{ result: Result; ms: number }> {
  const before = performance.now();
  const result = await work;
  return { result, ms: performance.now() - before };
}

async function terminateAll(): Promise<void> {
  await admin.query(
    `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'sallyport' and pid <> pg_backend_pid()`,
  );
}

test('a full pool makes callers wait a second, and then reports that the database is unavailable', async () => {
  const db = open();
  const long = [db.query(sleepFor, [4.5]), db.query(sleepFor, [4.5])];
  const { result, ms } = await timed(failure(db.query(one, [])));
  expect(result).toBeInstanceOf(DatabaseUnavailable);
  // After the timeout of a second, and before a connection was free; the margin is for a busy machine.
  expect(ms).toBeGreaterThan(900);
  expect(ms).toBeLessThan(3_000);
  expect((await timed(failure(db.transaction(async () => {})))).result).toBeInstanceOf(DatabaseUnavailable);
  await Promise.all(long);
  expect(await db.query(one, [])).toEqual([{ value: 1 }]);
});

test('the status of the pool counts connections, idle ones and waiting calls', async () => {
  const db = open();
  expect(db.poolStatus()).toEqual({ connections: 0, idle: 0, waiting: 0 });
  const long = [1, 2, 3].map(() => db.query(sleepFor, [0.2]));
  await expect.poll(() => db.poolStatus()).toEqual({ connections: 2, idle: 0, waiting: 1 });
  await Promise.all(long);
  expect(db.poolStatus()).toEqual({ connections: 2, idle: 2, waiting: 0 });
});

test('a connection has its name, zone and timeouts from the first statement on', async () => {
  const db = open({ statementTimeoutMs: 4_000, lockTimeoutMs: 3_000, idleInTransactionTimeoutMs: 6_000 });
  const wanted = {
    application_name: 'sallyport',
    TimeZone: 'UTC',
    DateStyle: 'ISO, MDY',
    statement_timeout: '4s',
    lock_timeout: '3s',
    idle_in_transaction_session_timeout: '6s',
    default_transaction_isolation: 'read committed',
  };
  for (const [name, value] of Object.entries(wanted)) {
    expect([name, await db.query(setting, [name])]).toEqual([name, [{ value }]]);
  }
});

test('options in the URL are kept beside our own', async () => {
  const db = open({ url: `${rig.url()}?options=${encodeURIComponent('-c work_mem=5MB')}` });
  expect(await db.query(setting, ['work_mem'])).toEqual([{ value: '5MB' }]);
  expect(await db.query(setting, ['TimeZone'])).toEqual([{ value: 'UTC' }]);
});

test('ruling 53: our settings apply to the session, whatever the URL or the role sets', async () => {
  await admin.query(
    `create role foreign_settings superuser login; alter role foreign_settings set DateStyle = 'German'`,
  );
  const url = new URL(rig.url());
  url.username = 'foreign_settings';
  url.searchParams.set('options', '-c TimeZone=Asia/Tokyo -c statement_timeout=0 -c bytea_output=escape');
  const db = open({ url: url.href });
  const values = statement<{ at: number; bytes: Buffer; timeout: string }>(
    'test_values',
    `select timestamptz '2026-11-05 12:00:00Z' as at, '\\xff00'::bytea as bytes, current_setting('statement_timeout') as timeout`,
  );
  expect(await db.query(values, [])).toEqual([
    { at: Date.UTC(2026, 10, 5, 12), bytes: Buffer.from([255, 0]), timeout: '5s' },
  ]);
  expect(await db.wrongSettings()).toEqual([]);
  await db.query(statement('test_swap', `select set_config('DateStyle', 'German', false)`), []);
  expect(await db.wrongSettings()).toContain('DateStyle');
});

test('ruling 53: of several hosts the writable one is used, also after they have switched roles', async () => {
  const [first, second] = [await rig.createDatabase('host_one'), await rig.createDatabase('host_two')];
  const nameOf = statement<{ name: string }>('test_name', 'select current_database()::text as name');
  const setReadOnly = async (name: string, isReadOnly: boolean) => {
    await admin.query(`alter database ${name} set default_transaction_read_only = ${isReadOnly ? 'on' : 'off'}`);
    await admin.query('select pg_terminate_backend(pid) from pg_stat_activity where datname = $1', [name]);
  };
  await setReadOnly('host_one', true);
  const nobody = new URL(first);
  nobody.port = '1';
  const db = open({ url: [nobody.href, first, second], listenUrls: [nobody.href, second] });
  const heard: string[] = [];
  await db.listen('news', (payload) => heard.push(payload));
  expect(await db.query(nameOf, [])).toEqual([{ name: 'host_two' }]);
  await db.query(notify, ['told']);
  await expect.poll(() => heard).toEqual(['told']);
  await db.query(statement('test_make', 'create table made (a int)'), []);
  await setReadOnly('host_one', false);
  await setReadOnly('host_two', true);
  const now = () => db.query(nameOf, []).catch((error: unknown) => String(error));
  await expect.poll(now, { timeout: 10_000 }).toEqual([{ name: 'host_one' }]);
});

test('a statement that times out is reported as unavailability, and its connection stays', async () => {
  const db = open({ statementTimeoutMs: 200, poolSize: 1 });
  const [before] = await db.query(ownPid, []);
  const { result, ms } = await timed(failure(db.query(sleepFor, [30])));
  expect(result).toBeInstanceOf(DatabaseUnavailable);
  expect(result).toMatchObject({ cause: { code: '57014' } });
  expect(ms).toBeLessThan(1_000);
  expect(await db.query(ownPid, [])).toEqual([before]);
});

test('a script may take longer than a statement', async () => {
  const db = open({ statementTimeoutMs: 100, poolSize: 1 });
  await db.script('select pg_sleep(0.3)');
  expect(await db.query(setting, ['statement_timeout'])).toEqual([{ value: '100ms' }]);
});

test('a lock timeout is reported as unavailability', async () => {
  const db = open({ lockTimeoutMs: 150 });
  await db.transaction(async (sql) => {
    await sql.query(addTo, [1]);
    expect(await failure(db.query(addTo, [1]))).toMatchObject({
      name: 'DatabaseUnavailable',
      cause: { code: '55P03' },
    });
  });
});

test('an expected error does not cost the connection', async () => {
  const db = open({ poolSize: 1 });
  const [before] = await db.query(ownPid, []);
  const insert = statement('test_insert_counter', 'insert into counter values ($1, 0)');
  for (let time = 0; time < 20; time += 1) {
    expect(await failure(db.query(insert, [1]))).toBeInstanceOf(DatabaseError);
  }
  expect(await db.query(ownPid, [])).toEqual([before]);
});

test('two transactions that deadlock both succeed, because one is retried', async () => {
  const db = open();
  let arrived = 0;
  const together = async (first: number, second: number) => {
    await db.transaction(async (sql) => {
      await sql.query(addTo, [first]);
      arrived += 1;
      while (arrived < 2) await new Promise((resolve) => setTimeout(resolve, 5));
      await sql.query(addTo, [second]);
    });
  };
  await Promise.all([together(1, 2), together(2, 1)]);
  expect(retries).toEqual(['40P01']);
  const { rows } = await admin.query('select value from counter order by id');
  expect(rows).toEqual([{ value: 2 }, { value: 2 }]);
});

test('a transaction is tried three times at most, and then the database is reported as unavailable', async () => {
  const db = open();
  let tries = 0;
  const fail = statement('test_fail', `do $$ begin raise exception 'no' using errcode = '40001'; end $$`);
  const error = await failure(
    db.transaction(async (sql) => {
      tries += 1;
      await sql.query(fail, []);
    }),
  );
  expect(error).toMatchObject({ name: 'DatabaseUnavailable', cause: { code: '40001' } });
  expect(tries).toBe(3);
  await failure(db.query(fail, []));
  expect(retries).toHaveLength(4);
});

test('a server that does not exist is reported as unavailability, and does not end the process', async () => {
  const db = open({ url: 'postgres://postgres@127.0.0.1:1/postgres' });
  const error = await failure(db.query(one, []));
  expect(error).toBeInstanceOf(DatabaseUnavailable);
  expect(error.message).toContain('ECONNREFUSED');
  expect(await failure(db.listen('news', () => {}))).toBeInstanceOf(DatabaseUnavailable);
});

test('a server that accepts the connection and sends nothing is reported as unavailability within the time to acquire', async () => {
  const silent = createServer(() => {});
  const port = await listenOn(silent);
  const db = open({ url: `postgres://postgres@127.0.0.1:${port}/postgres`, acquireTimeoutMs: 300 });
  const { result, ms } = await timed(failure(db.query(one, [])));
  expect(result).toBeInstanceOf(DatabaseUnavailable);
  expect(ms).toBeLessThan(1_000);
  await db.close();
  silent.close();
});

test('a connection that falls silent in mid-statement fails after the statement timeout, and idle ones may be silent', async () => {
  let isBlocked = false;
  const sockets: Socket[] = [];
  const proxy = createServer((socket) => {
    const server = connect(Number(new URL(rig.url()).port), '127.0.0.1');
    sockets.push(socket, server);
    socket.on('error', () => {});
    server.on('error', () => {});
    socket.on('data', (bytes) => isBlocked || server.write(bytes));
    server.on('data', (bytes) => isBlocked || socket.write(bytes));
  });
  const port = await listenOn(proxy);
  const db = open({ url: `postgres://postgres@127.0.0.1:${port}/postgres`, statementTimeoutMs: 200, poolSize: 1 });
  const [before] = await db.query(ownPid, []);
  await new Promise((resolve) => setTimeout(resolve, 3_000));
  expect(await db.query(ownPid, [])).toEqual([before]);
  isBlocked = true;
  const { result, ms } = await timed(failure(db.query(one, [])));
  expect(result).toBeInstanceOf(DatabaseUnavailable);
  expect(result.message).toContain('fell silent');
  expect(ms).toBeLessThan(3_500);
  isBlocked = false;
  // As soon as the server is seen not to work for it any more, its place becomes free.
  const again = () => db.query(one, []).catch((error: unknown) => String(error));
  await expect.poll(again, { timeout: 15_000 }).toEqual([{ value: 1 }]);
  expect(db.poolStatus().connections).toBe(1);
  await db.close();
  for (const socket of sockets) socket.destroy();
  proxy.close();
});

test('ruling 53: connections to a host that died silently are given back, by an ordinary role, without ending any other session', async () => {
  await admin.query('create role plain login');
  const old: Socket[] = [];
  let isCut = false;
  const proxy = createServer((socket) => {
    const server = connect(Number(new URL(rig.url()).port), '127.0.0.1');
    const isOld = !isCut;
    if (isOld) old.push(socket, server);
    for (const [from, to] of [
      [socket, server],
      [server, socket],
    ] as const) {
      from.on('error', () => {});
      from.on('data', (bytes) => (isOld && isCut) || to.write(bytes));
      from.on('end', () => (isOld && isCut) || to.end());
    }
  });
  const url = `postgres://plain@127.0.0.1:${await listenOn(proxy)}/postgres`;
  // More than the planner looks up one by one.
  const db = open({ url, statementTimeoutMs: 200, poolSize: 8 });
  await Promise.all(Array.from({ length: 7 }, () => db.query(sleepFor, [0.1])));
  await db.beat(one, []);
  const others = await Promise.all(
    ['plain', 'postgres'].map(async (user) => {
      const client = new Client({ connectionString: rig.url().replace('postgres@', `${user}@`) });
      await client.connect();
      return client;
    }),
  );

  isCut = true;
  const failures = await Promise.all(Array.from({ length: 7 }, () => failure(db.query(one, []))));
  for (const each of failures) expect(each.message).toMatch(/fell silent|do not answer|No turn/);
  await failure(db.beat(one, []));
  const answer = () => Promise.all([db.query(one, []), db.beat(one, [])]).then(() => 'again', String);
  await expect.poll(answer, { timeout: 20_000 }).toBe('again');
  for (const client of others) {
    expect((await client.query('select 1 as value')).rows).toEqual([{ value: 1 }]);
    await client.end();
  }

  // Closing does not wait for a connection that never answers.
  isCut = false;
  const next = open({ url, statementTimeoutMs: 200, poolSize: 2 });
  await next.query(one, []);
  isCut = true;
  const lost = failure(next.query(one, []));
  const { ms } = await timed(next.close());
  expect(ms).toBeLessThan(8_000);
  expect((await lost).message).toMatch(/fell silent/);
  await db.close();
  for (const socket of old) socket.destroy();
  proxy.close();
});

test('after all idle connections were terminated the next statement works', async () => {
  const db = open();
  await Promise.all([db.query(sleepFor, [0.1]), db.query(sleepFor, [0.1])]);
  expect(db.poolStatus().connections).toBe(2);
  await terminateAll();
  await expect.poll(() => db.poolStatus().connections).toBe(0);
  expect(errors.map((error) => error.name)).toEqual(['DatabaseUnavailable', 'DatabaseUnavailable']);
  expect(await db.query(one, [])).toEqual([{ value: 1 }]);
});

test('statements and transactions that are cut off are reported as unavailability, and the next ones work', async () => {
  const db = open();
  const cut = failure(db.query(sleepFor, [30]));
  const cutTransaction = failure(
    db.transaction(async (sql) => {
      await sql.query(addTo, [1]);
      await sql.query(sleepFor, [30]);
    }),
  );
  await expect.poll(() => db.poolStatus().connections).toBe(2);
  await new Promise((resolve) => setTimeout(resolve, 100));
  await terminateAll();
  expect(await cut).toMatchObject({ name: 'DatabaseUnavailable', cause: { code: '57P01' } });
  expect(await cutTransaction).toBeInstanceOf(DatabaseUnavailable);
  expect(await db.query(one, [])).toEqual([{ value: 1 }]);
  await db.transaction((sql) => sql.query(addTo, [2]));
  const { rows } = await admin.query('select value from counter order by id');
  expect(rows).toEqual([{ value: 0 }, { value: 1 }]);
});

test('a connection terminated between two statements of its transaction is noticed at the next statement', async () => {
  const db = open({ poolSize: 1 });
  const error = await failure(
    db.transaction(async (sql) => {
      await sql.query(addTo, [1]);
      await terminateAll();
      await new Promise((resolve) => setTimeout(resolve, 100));
      await sql.query(addTo, [2]);
    }),
  );
  expect(error).toBeInstanceOf(DatabaseUnavailable);
  expect(await db.query(one, [])).toEqual([{ value: 1 }]);
});

test('a listener reconnects after its connection was terminated', async () => {
  const db = open();
  const heard: string[] = [];
  await db.listen('news', (payload) => heard.push(payload));
  await db.query(notify, ['before']);
  await expect.poll(() => heard).toEqual(['before']);
  await terminateAll();
  await expect
    .poll(
      async () => {
        await db.query(notify, ['after']).catch(() => {});
        return heard.includes('after');
      },
      { timeout: 5_000 },
    )
    .toBe(true);
});

test('after the server was killed and started again statements, transactions and listeners work', async () => {
  const db = open();
  const heard: string[] = [];
  await db.listen('news', (payload) => heard.push(payload));
  await db.query(addTo, [1]);
  await rig.kill9();
  expect(await failure(db.query(one, []))).toBeInstanceOf(DatabaseUnavailable);
  expect(await failure(db.transaction((sql) => sql.query(one, [])))).toBeInstanceOf(DatabaseUnavailable);
  await rig.restart();
  await connectAdmin();
  await expect.poll(() => db.query(one, []).catch(() => null), { timeout: 5_000 }).toEqual([{ value: 1 }]);
  await db.transaction((sql) => sql.query(addTo, [1]));
  await expect
    .poll(
      async () => {
        await db.query(notify, ['back']);
        return heard.includes('back');
      },
      { timeout: 10_000 },
    )
    .toBe(true);
});

test('closing ends every connection, the listener included', async () => {
  const db = open();
  await db.listen('news', () => {});
  await db.query(one, []);
  await Promise.all([db.close(), db.close()]);
  await expect
    .poll(async () => {
      const { rows } = await admin.query(`select 1 from pg_stat_activity where application_name = 'sallyport'`);
      return rows.length;
    })
    .toBe(0);
});

async function listenOn(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('No port.');
  return address.port;
}

test('a call that is refused while its connection is still being prepared is not run later, and its place comes back once', async () => {
  const proxy = await databaseProxy(rig.url());
  // Connecting takes one delay, preparing the session another: the time to get a connection ends between them.
  const db = open({ url: proxy.url, poolSize: 3, acquireTimeoutMs: 300 });
  await db.query(one, []);
  proxy.delayMs = 200;
  const [, refused] = await Promise.allSettled([db.query(one, []), db.query(addTo, [1])]);
  expect(refused).toMatchObject({ status: 'rejected', reason: expect.any(DatabaseUnavailable) as unknown });
  const held = await Promise.allSettled([db.query(one, []), db.transaction((sql) => sql.query(addTo, [2]))]);
  expect(held.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
  proxy.delayMs = 0;
  await new Promise((resolve) => setTimeout(resolve, 800));
  const { rows } = await admin.query<{ value: number }>('select value from counter order by id');
  expect(rows).toEqual([{ value: 0 }, { value: 0 }]);
  // On a connection that nobody has, and with more places free than there are, closing would wait for ever.
  await db.close();
  proxy.close();
});
