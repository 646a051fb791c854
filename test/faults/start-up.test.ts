/** F23: a server with an invalid configuration reports all mistakes at once, and exits before it listens. */
import { randomBytes } from 'node:crypto';
import { readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createEmbeddedDirectory, createPostgresDatabase } from '../../src/testkit/test-database.ts';
import { ask } from '../rig/api.ts';
import { runHere } from '../rig/run-here.ts';
import { runProgram } from '../rig/run-program.ts';
import type { ProgramRun } from '../rig/run-program.ts';
import { startServer, testCredentials } from '../rig/server-process.ts';

const credentials = testCredentials();
const masterKey = credentials.SALLYPORT_MASTER_KEY;

function serve(variables: Readonly<Record<string, string>>): Promise<ProgramRun> {
  return runProgram(['serve'], { SALLYPORT_PORT: '0', ...variables });
}

/** For a start that is refused before it opens anything. */
const serveHere = (variables: Readonly<Record<string, string>>) => runHere(['serve'], variables);

/** Exited with 1 and a message for people: no stack trace, and it never listened. */
function expectRefused(run: ProgramRun): void {
  expect(run.code, run.stdout + run.stderr).toBe(1);
  expect(run.stderr).toMatch(/^sallyport: /);
  expect(run.stderr).not.toMatch(/\n\s+at |node:internal|\.js:\d+/);
  expect(run.stdout).not.toContain('ready');
}

describe('F23: the configuration', () => {
  test('is refused with every mistake at once and no secret value', async () => {
    const run = await serve({
      SALLYPORT_MODE: 'prod',
      SALLYPORT_PORT: '70000',
      SALLYPORT_PUBLIC_URL: 'ftp://x/y',
      DATABASE_URL: 'mysql://root:canary-password@db/x',
      SALLYPORT_MASTER_KEY: 'canary-master-key',
      SALLYPORT_TRUSTED_PROXIES: 'all',
      SALLYPORT_METRICS_TOKEN: 'canary',
      SALLYPORT_TENANT_ID: 'canary-tenant',
      SALLYPORT_SECRET_KEY: 'canary:with:colons-and-some-length',
      SALLYPORT_MANAGEMENT_KEY: 'canary',
      SALLYPORT_LOG_LEVEL: 'loud',
      SALLYPORT_DRAIN_SECONDS: '1.5',
      SALLYPORT_DATABASE_POOL_SIZE: '0',
      SALLYPORT_HTPS: 'yes',
    });
    expectRefused(run);
    expect(run.stderr).toContain('14 mistakes');
    expect(run.stderr.split('\n').filter((line) => line.startsWith('  - '))).toHaveLength(14);
    expect(run.stderr).not.toContain('canary');
  });

  test.each<[string, Record<string, string>, RegExp]>([
    [
      'listening on all addresses in development',
      { SALLYPORT_HOST: '0.0.0.0' },
      /SALLYPORT_HOST .*loopback.*SALLYPORT_MODE=production/,
    ],
    ['a database without a master key', { DATABASE_URL: 'postgres://127.0.0.1/x' }, /SALLYPORT_MASTER_KEY is required/],
    [
      'a master key of the wrong length',
      { SALLYPORT_MASTER_KEY: randomBytes(16).toString('base64') },
      /SALLYPORT_MASTER_KEY must be 32 bytes/,
    ],
    ['a host that is not ours', { SALLYPORT_MODE: 'production', SALLYPORT_HOST: '192.0.2.1' }, /192\.0\.2\.1/],
    [
      'a host that does not exist',
      { SALLYPORT_MODE: 'production', SALLYPORT_HOST: 'no.such.host.invalid' },
      /no\.such\.host/,
    ],
  ])('%s is refused in one sentence', async (_what, variables, message) => {
    // The hosts are tried only once the database is open.
    const database = { DATABASE_URL: await createPostgresDatabase(), SALLYPORT_MASTER_KEY: masterKey };
    const run = await ('SALLYPORT_MODE' in variables ? serve({ ...database, ...variables }) : serveHere(variables));
    expectRefused(run);
    expect(run.stderr).toMatch(message);
  });

  test('a port in use is refused by its number, and the keys created at that first start are kept', async () => {
    const holder = createServer();
    await new Promise<void>((resolve) => holder.listen(0, '127.0.0.1', resolve));
    const address = holder.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const directory = await createEmbeddedDirectory();
    const variables = { SALLYPORT_DATA_DIR: directory, SALLYPORT_LOG_LEVEL: 'silent' };
    const run = await serve({ ...variables, SALLYPORT_PORT: String(port) });
    holder.close();
    expectRefused(run);
    const key =
      /^SALLYPORT_SECRET_KEY=(.+)$/m.exec(await readFile(join(directory, 'credentials.env'), 'utf8'))?.[1] ?? '';
    const node = await startServer(variables);
    expect((await ask(node.url, 'GET', '/v1/users/x', { key })).status).toBe(200);
    await node.stop();
    await rm(directory, { recursive: true, force: true });
    expect(run.stderr).toMatch(new RegExp(`${port}.*Stop the other program or set SALLYPORT_PORT`));
  });

  test('a data directory that cannot be created is refused in one sentence', async () => {
    const run = await serveHere({ SALLYPORT_DATA_DIR: '/dev/null/sallyport', DATABASE_URL: '' });
    expectRefused(run);
    expect(run.stderr).toContain('/dev/null/sallyport');
  });

  test.each<[string, (url: URL) => void, RegExp]>([
    ['a database that does not exist', (url) => (url.pathname = '/no_such_database'), /no_such_database/],
    ['a port where nothing answers', (url) => (url.port = '1'), /ECONNREFUSED/],
    ['a host that does not exist', (url) => (url.hostname = 'no.such.host.invalid'), /no\.such\.host/],
    ['a user that does not exist', (url) => (url.username = 'nosuchuser'), /nosuchuser/],
  ])('F23: DATABASE_URL with %s is refused in one sentence without the password', async (_what, change, message) => {
    const url = new URL(await createPostgresDatabase());
    url.password = 'canary-password';
    change(url);
    const run = await serve({ DATABASE_URL: url.href, SALLYPORT_MASTER_KEY: masterKey });
    expectRefused(run);
    expect(run.stderr).toMatch(message);
    expect(run.stderr.trimEnd().split('\n')).toHaveLength(1);
    expect(run.stdout + run.stderr).not.toContain('canary');
  });
});

describe('F23: a master key that did not seal the data', () => {
  let url: string;
  const wrongKey = randomBytes(32).toString('base64');
  beforeAll(async () => {
    url = await createPostgresDatabase();
    const node = await startServer({ ...credentials, DATABASE_URL: url, SALLYPORT_LOG_LEVEL: 'silent' });
    await node.stop();
  });

  function expectMissingKey(run: ProgramRun): void {
    expectRefused(run);
    expect(run.stderr).toMatch(
      /^sallyport: The master key with fingerprint [0-9a-f]{16} .*SALLYPORT_MASTER_KEY does not have it\.\n$/,
    );
    expect(run.stderr).not.toContain(wrongKey);
  }

  test('stops the server at startup with a clear sentence', async () => {
    expectMissingKey(await serve({ DATABASE_URL: url, SALLYPORT_MASTER_KEY: wrongKey }));
  });

  test('stops the command line before it seals anything that the server could not open', async () => {
    const variables = { DATABASE_URL: url, SALLYPORT_MASTER_KEY: wrongKey };
    expectMissingKey(await runHere(['keys', 'create'], variables));
    expectMissingKey(await runHere(['tenants', 'create', '--name', 'Other'], variables));
    const client = new Client({ connectionString: url });
    await client.connect();
    expect((await client.query('select count(*)::int as n from tenants')).rows).toEqual([{ n: 1 }]);
    expect((await client.query('select count(*)::int as n from api_keys')).rows).toEqual([{ n: 2 }]);
    await client.end();
  });

  test('is enough to open the data if it is listed after the first', async () => {
    const node = await startServer({
      ...credentials,
      DATABASE_URL: url,
      SALLYPORT_MASTER_KEY: `${wrongKey},${masterKey}`,
      SALLYPORT_LOG_LEVEL: 'silent',
    });
    const reply = await ask(node.url, 'GET', '/v1/users/x', { key: credentials.SALLYPORT_SECRET_KEY });
    await node.stop();
    expect(reply.status).toBe(200);
  });
});

describe('the data directory of the embedded database', () => {
  let directory: string;
  beforeAll(async () => {
    directory = await createEmbeddedDirectory();
  });
  afterAll(() => rm(directory, { recursive: true, force: true }));

  test('belongs to one process: others name the holder and exit, and it is free again after kill -9', async () => {
    const variables = { SALLYPORT_DATA_DIR: directory, SALLYPORT_LOG_LEVEL: 'silent' };
    const holder = await startServer(variables);
    const others = await Promise.all([serve(variables), runProgram(['migrate'], variables)]);
    // One after another: each has the output of this process.
    for (const words of [
      ['keys', 'list'],
      ['tenants', 'create', '--name', 'x'],
    ])
      others.push(await runHere(words, variables));
    for (const run of others) {
      expectRefused(run);
      expect(run.stderr).toMatch(
        new RegExp(`^sallyport: The data directory .* is in use by process ${holder.pid} on host [^ ]+\\.\n$`),
      );
    }
    expect((await ask(holder.url, 'GET', '/readyz')).status).toBe(200);
    await holder.kill9();
    const listed = await runProgram(['keys', 'list'], variables);
    expect(listed.code, listed.stderr).toBe(0);
    expect(listed.stdout.trimEnd().split('\n')).toHaveLength(3);
  });

  test('is refused in one sentence if its master key file holds no key', async () => {
    await writeFile(join(directory, 'master.key'), 'not a key\n');
    const run = await serve({ SALLYPORT_DATA_DIR: directory });
    expectRefused(run);
    expect(run.stderr).toContain('master.key does not hold a master key');
    await writeFile(join(directory, 'master.key'), `${randomBytes(32).toString('base64')}\n`);
    const other = await serve({ SALLYPORT_DATA_DIR: directory });
    expectRefused(other);
    expect(other.stderr).toMatch(/fingerprint [0-9a-f]{16} .* but .*master\.key does not have it\.\n$/);
    await rm(join(directory, 'master.key'));
    const lost = await serve({ SALLYPORT_DATA_DIR: directory });
    expectRefused(lost);
    expect(lost.stderr).toMatch(/master\.key is gone: .* Put it back, or give the key in SALLYPORT_MASTER_KEY\.\n$/);
    // No new key file was created, which would hide that the old one is missing.
    await expect(stat(join(directory, 'master.key'))).rejects.toThrow('ENOENT');
  });
});
