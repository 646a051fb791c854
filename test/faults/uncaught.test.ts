/** F38: an error that nobody expected is answered and logged with its request, and leaves nothing half done. */
import { rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { Client } from 'pg';
import { describe, expect, test } from 'vitest';
import type { Database, Party, Sql } from '../../src/storage/sql.ts';
import { testApp } from '../../src/testkit/test-app.ts';
import {
  createEmbeddedDirectory,
  createPostgresDatabase,
  databasesOf,
  testDatabase,
} from '../../src/testkit/test-database.ts';
import { ask, basic, eventually } from '../rig/api.ts';
import { startServer, testCredentials } from '../rig/server-process.ts';
import type { ServerProcess } from '../rig/server-process.ts';

const credentials = testCredentials();
const key = credentials.SALLYPORT_SECRET_KEY;
const preload = `--import ${new URL('../rig/fault-points.mjs', import.meta.url).href}`;

interface LogLine {
  readonly level: number;
  readonly msg: string;
  readonly reqId?: string;
  readonly requests?: readonly string[];
  readonly err?: { readonly message: string };
}

const linesOf = (text: string): readonly LogLine[] =>
  text
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line));

/** The log has the error itself, with the requests it may belong to, and each request that it ended. */
function expectLogged(server: ServerProcess, requestId: string): void {
  const lines = linesOf(server.output());
  const fatal = lines.filter(({ level }) => level === 60);
  expect(fatal).toHaveLength(1);
  expect(fatal[0]?.err?.message).toBe('A fault made by the test.');
  expect(fatal[0]?.requests).toContain(requestId);
  expect(lines.filter(({ level, reqId }) => level === 50 && reqId === requestId)).toMatchObject([
    { msg: 'unexpected error', err: { message: 'A fault made by the test.' } },
  ]);
}

describe('F38: an error that no one catches', () => {
  test.each(['rejection', 'answer'])(
    'in a request on PostgreSQL (%s) gives it 500, finishes the others, ends the process with 1, and leaves no transaction',
    async (point) => {
      const url = await createPostgresDatabase();
      const variables = { ...credentials, DATABASE_URL: url, NODE_OPTIONS: preload, FAULT_POINT: point };
      const server = await startServer(variables);
      const track = (userId: string) => ask(server.url, 'POST', `/v1/users/${userId}/actions/pay`, { key, body: {} });
      expect((await track('good')).status).toBe(200);
      const client = new Client({ connectionString: url });
      await client.connect();
      await client.query(`
        insert into users (tenant_id, user_id, created_at, updated_at)
        select tenant_id, 'faulty', created_at, created_at from users where user_id = 'good'
      `);

      // Others are under way when it happens.
      await client.query('begin');
      await client.query('lock table actions_by_month in exclusive mode');
      const others = Promise.all(Array.from({ length: 5 }, () => track('good')));
      await eventually(
        'they wait',
        5_000,
        async () => (await client.query('select 1 from pg_locks where not granted')).rows.length,
        (waiting) => waiting > 0,
        10,
      );
      const failing = ask(server.url, 'DELETE', '/v1/users/faulty', { key });
      await eventually(
        'it happened',
        5_000,
        async () => server.output(),
        (text) => text.includes('"level":60'),
        10,
      );
      await client.query('rollback');
      const failed = await failing;
      expect([failed.status, failed.body.errorCode]).toEqual([500, 'unexpected_error']);
      // Whoever has waited longer for the lock than a request may is told to come again.
      for (const { status } of await others) expect([200, 503]).toContain(status);
      expect(await server.ended).toBe(1);
      expectLogged(server, String(failed.headers.get('x-request-id')));

      const { rows } = await client.query(`select count(*)::int as users from users where user_id = 'faulty'`);
      expect(rows).toEqual([{ users: 1 }]);
      await eventually(
        'no session is left',
        { promisedMs: 5_000 },
        async () =>
          (
            await client.query(
              `select 1 from pg_stat_activity where application_name = 'sallyport' and datname = current_database()`,
            )
          ).rows.length,
        (sessions) => sessions === 0,
      );
      // Nor a lock: the node that its supervisor starts can delete the user.
      await client.query(`select from users where user_id = 'faulty' for update nowait`);
      await client.end();
    },
  );

  test('outside any request gives those that cannot be finished 500 at its end, and the embedded database opens again', async () => {
    const directory = await createEmbeddedDirectory();
    const variables = { ...credentials, SALLYPORT_DATA_DIR: directory };
    const server = await startServer({ ...variables, NODE_OPTIONS: preload });
    const made = await ask(server.url, 'POST', '/v1/users/good/actions/pay', { key, body: { idempotencyKey: 'k' } });
    expect(made.status).toBe(200);

    // A request whose body is still on its way.
    const reply = new Promise<string>((resolve) => {
      let text = '';
      const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
      socket.setEncoding('utf8').on('data', (data: string) => (text += data));
      socket.on('error', () => undefined);
      socket.on('close', () => resolve(text));
      socket.write(
        `POST /v1/users/good/actions/pay HTTP/1.1\r\nHost: h\r\nAuthorization: ${basic(key)}\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{`,
        () => setTimeout(() => server.signal('SIGUSR2'), 200),
      );
    });
    expect(await reply).toMatch(/^HTTP\/1\.1 500 [\s\S]*"errorCode":"unexpected_error"/);
    expect(await server.ended).toBe(1);
    expectLogged(server, /x-request-id: (\S+)/i.exec(await reply)?.[1] ?? '');

    const next = await startServer(variables);
    const read = await ask(next.url, 'GET', '/v1/users/good/actions/pay/k', { key });
    expect(read.body).toMatchObject({ idempotencyKey: 'k' });
    await next.stop();
    await rm(directory, { recursive: true, force: true });
  });
});

/** A database whose calls for requests fail with a fault of our own, from a given one on. */
function failingDatabase(db: Database) {
  const state = { callsLeft: Infinity };
  const pass = (party: Party | undefined) => {
    if (party === undefined) return;
    state.callsLeft -= 1;
    if (state.callsLeft < 0) throw new TypeError('A fault made by the test.');
  };
  const failing: Database = {
    kind: db.kind,
    async query(sqlStatement, values, party) {
      pass(party);
      return db.query(sqlStatement, values, party);
    },
    script: (text) => db.script(text),
    transaction: (work, party) =>
      db.transaction(async (sql) => {
        const failingSql: Sql = {
          async query(sqlStatement, values) {
            pass(party);
            return sql.query(sqlStatement, values);
          },
          script: (text) => sql.script(text),
        };
        return work(failingSql);
      }, party),
    listen: (channel, onPayload) => db.listen(channel, onPayload),
    poolStatus: () => db.poolStatus(),
    beat: (sqlStatement, values) => db.beat(sqlStatement, values),
    wrongSettings: () => db.wrongSettings(),
    close: () => db.close(),
  };
  return { db: failing, state };
}

describe.each(databasesOf(import.meta.url))('F38: an error of our own at any call to the %s database', (kind) => {
  test.each<[string, string, string, object | undefined]>([
    ['track', 'POST', '/v1/users/u/actions/pay', {}],
    ['enrolling', 'POST', '/v1/users/u/authenticators', { verificationMethod: 'EMAIL_OTP', email: 'u@example.com' }],
    ['changing the user', 'PATCH', '/v1/users/u', { displayName: 'U' }],
    ['deleting the user', 'DELETE', '/v1/users/u', undefined],
  ])('%s is answered 500, logged with its request, and changes nothing', async (_what, method, path, body) => {
    const { db, state } = failingDatabase(await testDatabase(kind));
    const app = await testApp(kind, { db });
    expect((await app.call('PATCH', '/v1/users/u', { body: { email: 'old@example.com' } })).status).toBe(200);
    const before = (await app.call('GET', '/v1/users/u')).text;
    let calls = 0;
    for (; ; calls += 1) {
      state.callsLeft = calls;
      const reply = await app.call(method, path, body === undefined ? {} : { body });
      const isThrough = state.callsLeft >= 0;
      state.callsLeft = Infinity;
      if (isThrough) break;
      expect([reply.status, reply.body.errorCode], `call ${calls + 1}`).toEqual([500, 'unexpected_error']);
      const logged = linesOf(app.logText()).filter(({ level }) => level === 50);
      expect(logged.at(-1)).toMatchObject({ reqId: reply.headers['x-request-id'], msg: 'unexpected error' });
      // On the embedded database this would wait for a transaction that was left open.
      expect((await app.call('GET', '/v1/users/u')).text).toBe(before);
    }
    expect(calls).toBeGreaterThan(0);
    await app.close();
  });
});
