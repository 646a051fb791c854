/** Ruling 53: behind PgBouncer, in both of its modes, Sallyport relies on no session state. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { createPostgresDatabase } from '../../src/testkit/test-database.ts';
import { ask, eventually } from '../rig/api.ts';
import { runProgram } from '../rig/run-program.ts';
import { startServer, testCredentials } from '../rig/server-process.ts';
import type { ServerProcess } from '../rig/server-process.ts';
import { unpackedProgram } from '../rig/system-programs.ts';
import type { SystemProgram } from '../rig/system-programs.ts';

const credentials = testCredentials();
const { SALLYPORT_SECRET_KEY: key, SALLYPORT_MANAGEMENT_KEY: managementKey } = credentials;
let folder: string;
let program: SystemProgram | undefined;
let pooler: ChildProcess | undefined;
const nodes: ServerProcess[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sallyport-pooler-'));
  await chmod(folder, 0o755);
  program = await unpackedProgram('pgbouncer', 'pgbouncer', join(folder, 'program'));
});
afterEach(async () => {
  await Promise.all(nodes.splice(0).map((node) => node.stop()));
  pooler?.kill('SIGKILL');
  pooler = undefined;
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Starts a pooler in front of a database, with only the settings of the guide, and returns its URL. */
async function startPooler(databaseUrl: string, mode: 'session' | 'transaction'): Promise<string> {
  if (program === undefined) throw new Error('PgBouncer is missing. Install it: apt-get install pgbouncer');
  const { hostname, port, pathname, username } = new URL(databaseUrl);
  const own = createServer();
  own.listen(0, '127.0.0.1');
  await once(own, 'listening');
  const address = own.address();
  const ownPort = typeof address === 'object' && address !== null ? address.port : 0;
  await new Promise((resolve) => own.close(resolve));
  const settings = join(folder, 'pgbouncer.ini');
  await writeFile(
    settings,
    `[databases]
sallyport = host=${hostname} port=${port} dbname=${pathname.slice(1)} user=${username}

[pgbouncer]
pool_mode = ${mode}
listen_addr = 127.0.0.1
listen_port = ${ownPort}
unix_socket_dir =
auth_type = any
`,
    { mode: 0o644 },
  );
  const asNobody = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};
  const child = spawn(program.path, [settings], {
    ...asNobody,
    env: { ...process.env, ...program.env },
    stdio: 'ignore',
  });
  pooler = child;
  const url = `postgres://${username}@127.0.0.1:${ownPort}/sallyport`;
  await eventually(
    'the pooler',
    10_000,
    async () => {
      const client = new Client({ connectionString: url });
      client.on('error', () => undefined);
      return client.connect().then(
        () => client.end().then(() => 'there'),
        (error: unknown) => String(error),
      );
    },
    (seen) => seen === 'there',
  );
  return url;
}

async function start(variables: Readonly<Record<string, string>>): Promise<ServerProcess> {
  const node = await startServer({ ...credentials, SALLYPORT_LOG_LEVEL: 'warn', ...variables });
  nodes.push(node);
  return node;
}

/** Uses prepared statements, transactions, locks and notifications. */
async function expectAtWork(node: ServerProcess, other = node): Promise<void> {
  const users = Array.from({ length: 30 }, (_, index) => `u${index}`);
  const tracks = await Promise.all(
    users.map((user) =>
      ask(node.url, 'POST', `/v1/users/${user}/actions/pay`, { key, body: { custom: { amount: 5 } } }),
    ),
  );
  expect(new Set(tracks.map(({ status }) => status))).toEqual(new Set([200]));
  const { body: user } = await ask(node.url, 'GET', '/v1/users/u1', { key });
  expect(user).toMatchObject({ enrolledVerificationMethods: [] });
  const patched = await ask(node.url, 'PATCH', '/v1/management/action-configurations/pay', {
    key: managementKey,
    body: { defaultUserActionResult: 'BLOCK' },
  });
  expect(patched.status).toBe(200);
  const state = async () => (await ask(other.url, 'POST', '/v1/users/x/actions/pay', { key, body: {} })).body.state;
  await eventually('the change', { promisedMs: 8_000 }, state, (seen) => seen === 'BLOCK');
  expect((await ask(node.url, 'GET', '/readyz')).body).toMatchObject({ status: 'ready' });
}

describe('session pooling', () => {
  test('needs no setting, neither here nor in the pooler', async () => {
    const url = await createPostgresDatabase();
    const node = await start({ DATABASE_URL: await startPooler(url, 'session') });
    await expectAtWork(node);
    // An ISO time: a session in German format would have said 1970.
    const { body } = await ask(node.url, 'GET', '/v1/users/u1/actions', { key });
    expect(Math.abs(Date.parse(body[0].createdAt) - Date.now())).toBeLessThan(600_000);
  });
});

describe('transaction pooling', () => {
  test('is refused without the settings of the role, which migrate prints, and works with them', async () => {
    const url = await createPostgresDatabase();
    const variables = {
      DATABASE_URL: await startPooler(url, 'transaction'),
      SALLYPORT_LISTEN_URL: url,
      SALLYPORT_POOLER: 'transaction',
    };
    const refused = await runProgram(['serve'], { ...credentials, ...variables, SALLYPORT_PORT: '0' });
    expect(refused.code).toBe(1);
    expect(refused.stderr).toMatch(/settings are not ours: DateStyle|settings are not ours: .*jit/);

    const migrated = await runProgram(['migrate'], { ...credentials, ...variables });
    expect(migrated.code, migrated.stderr).toBe(0);
    const statements = migrated.stdout.split('\n').filter((line) => line.startsWith('ALTER ROLE'));
    expect(statements.length).toBeGreaterThan(7);
    const admin = new Client({ connectionString: url });
    await admin.connect();
    for (const text of statements) await admin.query(text);
    await admin.end();
    // The pooler's existing server connections were opened before the settings.
    pooler?.kill('SIGKILL');
    const again = await startPooler(url, 'transaction');
    const both = await Promise.all([
      start({ ...variables, DATABASE_URL: again }),
      start({ ...variables, DATABASE_URL: again }),
    ]);
    await expectAtWork(...both);
  });
});
