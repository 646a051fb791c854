/** What a person sees at the first and at later starts, and where the keys are. */
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { spawnSync } from 'node:child_process';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ask, eventually } from '../../test/rig/api.ts';
import { startServer, testCredentials } from '../../test/rig/server-process.ts';
import { createPostgresDatabase } from '../testkit/test-database.ts';

const anyKey = /sp_(server|management)_[\w-]{43}/;

async function folder(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'sallyport-first-'));
}

/** Without log lines. */
function words(output: string): string {
  return output
    .split('\n')
    .filter((line) => !line.startsWith('{'))
    .join('\n');
}

describe('in development', () => {
  let directory: string;
  beforeAll(async () => {
    directory = await folder();
  });
  afterAll(() => rm(directory, { recursive: true, force: true }));

  test('the first start prints the URL, the tenant, both keys and a working curl command, and writes the keys to a file that only its owner can read', async () => {
    const server = await startServer({ SALLYPORT_DATA_DIR: directory });
    try {
      const text = words(server.output());
      const value = (name: string) => new RegExp(`^${name}=(\\S+)$`, 'm').exec(text)?.[1] ?? '';
      expect(text).toMatch(
        /^Sallyport is ready at http:\/\/localhost:\d+ \(API documentation: http:\/\/localhost:\d+\/docs\)\.$/m,
      );
      expect(value('SALLYPORT_TENANT_ID')).toMatch(/^[0-9a-f-]{36}$/);
      expect(value('SALLYPORT_SECRET_KEY')).toMatch(/^sp_server_/);
      expect(value('SALLYPORT_MANAGEMENT_KEY')).toMatch(/^sp_management_/);

      const file = join(directory, 'credentials.env');
      expect((await stat(file)).mode & 0o777).toBe(0o600);
      expect((await stat(join(directory, 'master.key'))).mode & 0o777).toBe(0o600);
      expect((await stat(directory)).mode & 0o077).toBe(0);
      const kept = await readFile(file, 'utf8');
      for (const name of ['SALLYPORT_URL', 'SALLYPORT_TENANT_ID', 'SALLYPORT_SECRET_KEY', 'SALLYPORT_MANAGEMENT_KEY']) {
        expect(kept).toContain(`${name}=${value(name)}\n`);
      }
      const curl = text.split('\n').filter((line) => line.startsWith('curl '));
      expect(curl).toHaveLength(1);
      const pasted = spawnSync('sh', ['-c', `${curl[0] ?? ''} -s`], { encoding: 'utf8' });
      expect(JSON.parse(pasted.stdout)).toMatchObject({ state: 'CHALLENGE_REQUIRED', isEnrolled: false });
      // Not in the log either.
      expect(
        server
          .output()
          .split('\n')
          .filter((line) => line.startsWith('{'))
          .join('\n'),
      ).not.toMatch(anyKey);
    } finally {
      await server.stop();
    }
  });

  test('a later start prints no key and names the file, and the keys in it still work', async () => {
    const server = await startServer({ SALLYPORT_DATA_DIR: directory });
    try {
      expect(server.output()).not.toMatch(anyKey);
      expect(server.output()).toContain(join(directory, 'credentials.env'));
      expect(server.output()).not.toContain('curl');
      const kept = await readFile(join(directory, 'credentials.env'), 'utf8');
      const key = /SALLYPORT_SECRET_KEY=(\S+)/.exec(kept)?.[1] ?? '';
      expect((await ask(server.url, 'GET', '/v1/users/alice/actions', { key })).body).toHaveLength(1);
    } finally {
      await server.stop();
    }
  });
});

describe('on PostgreSQL', () => {
  const masterKey = testCredentials().SALLYPORT_MASTER_KEY;

  test('in production the first start prints no key but writes them to the file, even if a readable one existed', async () => {
    const directory = await folder();
    await writeFile(join(directory, 'credentials.env'), 'old\n', { mode: 0o644 });
    const server = await startServer({
      SALLYPORT_MODE: 'production',
      SALLYPORT_DATA_DIR: directory,
      DATABASE_URL: await createPostgresDatabase(),
      SALLYPORT_MASTER_KEY: masterKey,
    });
    // The server cannot know for whom a proxy on this machine forwards requests (ruling 54).
    expect((await ask(server.url, 'GET', '/metrics')).status).toBe(404);
    await server.stop();
    expect(server.output()).not.toMatch(anyKey);
    expect(server.output()).toContain('credentials.env');
    expect(await readFile(join(directory, 'credentials.env'), 'utf8')).toMatch(anyKey);
    expect((await stat(join(directory, 'credentials.env'))).mode & 0o777).toBe(0o600);
    await rm(directory, { recursive: true, force: true });
  });

  test("two nodes that start together on an empty database with the operator's keys create one tenant, and print and write no keys", async () => {
    const directory = await folder();
    const variables = {
      ...testCredentials(),
      SALLYPORT_DATA_DIR: directory,
      DATABASE_URL: await createPostgresDatabase(),
    };
    // Something else makes a tenant, for longer than a statement waits for a lock.
    const other = new Client({ connectionString: variables.DATABASE_URL });
    await other.connect();
    await other.query('select pg_advisory_lock($1)', [0x74656e61]);
    const starting = Promise.all([startServer(variables), startServer(variables)]);
    const waiting = `select from pg_stat_activity where datname = current_database() and wait_event = 'advisory'`;
    await eventually(
      'a node waits',
      30_000,
      async () => (await other.query(waiting)).rowCount,
      (count) => count !== 0,
    );
    await new Promise((resolve) => setTimeout(resolve, 2_500));
    await other.end();
    const nodes = await starting;
    const replies = await Promise.all(
      nodes.map((node) => ask(node.url, 'GET', '/v1/users/x', { key: variables.SALLYPORT_SECRET_KEY })),
    );
    await Promise.all(nodes.map((node) => node.stop()));
    expect(replies.map(({ status }) => status)).toEqual([200, 200]);
    for (const { output } of nodes) {
      expect(output()).not.toMatch(anyKey);
      // A file that was never written is not mentioned.
      expect(output()).not.toContain('credentials.env');
    }
    expect(nodes.filter(({ output }) => output().includes('The first tenant'))).toHaveLength(1);
    await expect(stat(join(directory, 'credentials.env'))).rejects.toThrow('ENOENT');
    await rm(directory, { recursive: true, force: true });
  });
});
