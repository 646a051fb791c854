/** The command line as an operator types it, on a real database; by the built program where that could differ. */
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ask, eventually } from '../../test/rig/api.ts';
import { runHere } from '../../test/rig/run-here.ts';
import { runProgram } from '../../test/rig/run-program.ts';
import type { ProgramRun } from '../../test/rig/run-program.ts';
import { startServer, testCredentials } from '../../test/rig/server-process.ts';
import type { ServerProcess } from '../../test/rig/server-process.ts';
import { createPostgresDatabase } from '../testkit/test-database.ts';
import packageJson from '../../package.json' with { type: 'json' };

const commands = ['serve', 'migrate', 'keys', 'tenants', 'operators', 'audit', 'pumping', 'move', 'doctor'];

/**
 * The command fails with one sentence on standard error, nothing on standard output, and a non-zero exit code for
 * scripts.
 */
function expectMistake(run: ProgramRun, message: RegExp): void {
  expect(run.code, run.stdout + run.stderr).toBe(1);
  expect(run.stderr).toMatch(message);
  expect(run.stderr).toMatch(/^sallyport: .*\.\n$/);
  expect(run.stdout).toBe('');
}

describe('help', () => {
  test.each([[['--help']], [['-h']], [['help']]])('%j lists every command', async (words) => {
    const run = await runHere(words);
    expect(run.stderr).toBe('');
    expect(run.code).toBe(0);
  });

  test('of the program itself lists every command', async () => {
    const run = await runProgram(['--help']);
    expect([run.code, run.stderr]).toEqual([0, '']);
    for (const name of commands) expect(run.stdout).toMatch(new RegExp(`^  ${name} +[A-Z]`, 'm'));
  });

  test.each([['--version'], ['-v']])('%s is the version of the package, and nothing else', async (word) => {
    expect(await runHere([word])).toEqual({ code: 0, stdout: `${packageJson.version}\n`, stderr: '' });
  });

  test('of a command describes its usage, and needs no configuration', async () => {
    for (const name of commands) {
      const run = await runHere([name, '--help']);
      expect(run.code).toBe(0);
    }
    const run = await runProgram(['keys', '--help'], { DATABASE_URL: 'nonsense' });
    expect([run.code, run.stderr]).toEqual([0, '']);
    expect(run.stdout).toMatch(/^Usage: sallyport keys create/);
  });
});

describe('a mistake is reported in one sentence with exit code 1', () => {
  test.each<[string, readonly string[], RegExp]>([
    ['an unknown command', ['srve'], /no command "srve".*--help/],
    ['an unknown option', ['serve', '--port', '1'], /--port.* See "sallyport serve --help"\.\n$/],
    ['an unexpected word for serve', ['serve', 'extra-word'], /extra-word/],
    ['an unexpected word for migrate', ['migrate', 'extra-word'], /extra-word/],
    ['no verb', ['keys'], /keys create.*keys list.*keys revoke/],
    ['an unknown verb', ['tenants', 'delete'], /tenants create.*tenants list/],
    ['an unknown kind of key', ['keys', 'create', '--kind', 'admin'], /server or management/],
    ['an option without its value', ['keys', 'create', '--name'], /--name/],
    ['an unexpected word for keys create', ['keys', 'create', 'extra-word'], /extra-word/],
    ['an unexpected word for keys list', ['keys', 'list', 'extra-word'], /extra-word/],
    ['an invalid key id', ['keys', 'revoke', 'mine'], /keys revoke KEY_ID/],
    ['no key id', ['keys', 'revoke'], /keys revoke KEY_ID/],
    ['an unexpected word for keys revoke', ['keys', 'revoke', 'x', 'extra-word'], /extra-word/],
    ['a tenant without a name', ['tenants', 'create'], /--name NAME/],
    ['a tenant with an empty name', ['tenants', 'create', '--name', ' '], /--name NAME/],
    ['an unexpected word for tenants create', ['tenants', 'create', '--name', 'x', 'extra-word'], /extra-word/],
    ['an unexpected word for tenants list', ['tenants', 'list', 'extra-word'], /extra-word/],
    ['an operator without an address', ['operators', 'invite', '--email', 'ada'], /--email ADDRESS/],
    ['no target to move to', ['move'], /Give the target: --to/],
    ['an invalid target to move to', ['move', '--to', 'mysql://a:b@c/d'], /address to move to must be a postgres/],
    ['an unexpected word for doctor', ['doctor', 'extra-word'], /extra-word/],
  ])('%s', async (_what, words, message) => {
    // A database that cannot be opened: the mistake must be found before the database is needed.
    expectMistake(await runHere(words, { SALLYPORT_DATA_DIR: '/dev/null/nowhere', DATABASE_URL: '' }), message);
  });

  test('ruling 55: no database is created in a directory without one, unless --create is given', async () => {
    const parent = await mkdtemp(join(tmpdir(), 'sallyport-mistyped-'));
    const directory = join(parent, 'mistyped');
    const variables = { SALLYPORT_DATA_DIR: directory, DATABASE_URL: '' };
    try {
      for (const words of [
        ['keys', 'list'],
        ['keys', 'create'],
        ['keys', 'revoke', '00000000-0000-4000-8000-000000000000'],
        ['keys', 'rotate-signing'],
        ['keys', 'reseal'],
        ['tenants', 'list'],
        ['tenants', 'create', '--name', 'x'],
        ['audit', 'verify'],
        ['migrate'],
      ]) {
        expectMistake(
          await runHere(words, variables),
          new RegExp(`There is no database in ${directory}\\. .*--create\\.`),
        );
      }
      expect(await readdir(parent)).toEqual([]);
      const made = await runHere(['tenants', 'list', '--json', '--create'], variables);
      expect(made).toMatchObject({ code: 0, stdout: '[]\n' });
      const listed = await runHere(['tenants', 'list'], variables);
      expect(listed).toMatchObject({ code: 0, stdout: 'TENANT ID  CREATED AT  NAME\n' });
    } finally {
      await rm(parent, { recursive: true, force: true });
    }
  });

  test('also by the program itself', async () => expectMistake(await runProgram(['srve']), /no command "srve"/));
});

describe('on PostgreSQL', () => {
  const credentials = testCredentials();
  const variables: Record<string, string> = { SALLYPORT_MASTER_KEY: credentials.SALLYPORT_MASTER_KEY };
  let database: Client;
  let node: ServerProcess;
  beforeAll(async () => {
    variables['DATABASE_URL'] = await createPostgresDatabase();
    database = new Client({ connectionString: variables['DATABASE_URL'] });
    await database.connect();
  });
  afterAll(async () => {
    await node.stop();
    await database.end();
  });

  const run = (...words: readonly string[]) => runHere(words, variables);

  test('before the first start there is no tenant, and the commands say so', async () => {
    expect(await run('tenants', 'list')).toMatchObject({ code: 0, stdout: 'TENANT ID  CREATED AT  NAME\n' });
    expectMistake(await run('keys', 'list'), /no tenant yet/);
    expectMistake(await run('keys', 'create'), /no tenant yet/);
  });

  test('migrate prints what it ran, or that there is nothing to do', async () => {
    expect(await run('migrate')).toMatchObject({ code: 0, stdout: 'The schema is up to date.\n', stderr: '' });
    await database.query(
      'delete from sallyport_migrations where version = (select max(version) from sallyport_migrations)',
    );
    expectMistake(await run('keys', 'list'), /not up to date.*sallyport migrate/);
    await database.query('drop schema public cascade; create schema public');
    const migrated = await run('migrate');
    expect(migrated.code, migrated.stderr).toBe(0);
    expect(migrated.stdout).toMatch(/^Ran 1-first-tables/);
  });

  test('a tenant is created with keys, and listed without them', async () => {
    node = await startServer({ ...variables, ...credentials, SALLYPORT_LOG_LEVEL: 'silent' });
    // By the program itself: its pool must not keep it alive.
    const created = await runProgram(['tenants', 'create', '--name', 'Second tenant'], variables);
    expect(created.code, created.stderr).toBe(0);
    const [, tenantId = ''] = /Tenant id: +(\S+)/.exec(created.stdout) ?? [];
    const [, secretKey = ''] = /Secret key: +(\S+)/.exec(created.stdout) ?? [];
    const [, managementKey = ''] = /Management key: +(\S+)/.exec(created.stdout) ?? [];
    expect(secretKey).toMatch(/^sp_server_[\w-]{43}$/);
    expect(managementKey).toMatch(/^sp_management_[\w-]{43}$/);
    const listed = await run('tenants', 'list');
    expect(listed.stdout.trimEnd().split('\n')).toHaveLength(3);
    const items = JSON.parse((await run('tenants', 'list', '--json')).stdout) as readonly object[];
    expect(items).toContainEqual({ tenantId, createdAt: expect.stringMatching(/Z$/), name: 'Second tenant' });
    expect(await audited(tenantId)).toEqual([
      ['tenant.created', { name: 'Second tenant', keyIds: [expect.any(String), expect.any(String)] }],
    ]);
    expect(listed.stdout).toMatch(new RegExp(`^${tenantId}  \\d{4}-.*Z  Second tenant$`, 'm'));
    expect(listed.stdout).not.toContain('sp_');
    const look = () => ask(node.url, 'GET', '/v1/users/x', { key: secretKey });
    await eventually(
      'the new key works on the running node',
      { promisedMs: 5_500 },
      look,
      ({ status }) => status === 200,
    );
  });

  test('with several tenants one must be named, and must exist', async () => {
    expectMistake(await run('keys', 'list'), /several tenants.*--tenant/);
    expectMistake(await run('keys', 'create', '--tenant', 'nobody'), /no tenant nobody/);
    const listed = await run('keys', 'list', '--tenant', credentials.SALLYPORT_TENANT_ID);
    expect(listed.stdout.trimEnd().split('\n')).toHaveLength(3);
    expect(listed.stdout).not.toContain('sp_');
  });

  test('audit verify reports for each tenant whether its log is intact, and fails if one is not', async () => {
    const { SALLYPORT_TENANT_ID: tenantId, SALLYPORT_SECRET_KEY: key } = credentials;
    await ask(node.url, 'PATCH', '/v1/users/audited', { key, body: { displayName: 'Ann' } });
    const linked = () => database.query(`select from audit_chain where tenant_id = $1 and position = 1`, [tenantId]);
    await eventually('something is linked', 5_000, linked, ({ rowCount }) => rowCount === 1);
    const held = await run('audit', 'verify');
    expect(held).toMatchObject({ code: 0, stderr: '' });
    expect(held.stdout).toMatch(new RegExp(`^${tenantId}  \\d+ entries  holds$`, 'm'));

    const head = await run('audit', 'head');
    expect(head.stdout).toMatch(/^TENANT ID +POSITION +HASH$/m);
    expect(head.stdout).toMatch(new RegExp(`^${tenantId} +[1-9]\\d* +[0-9a-f]{64}$`, 'm'));

    const alter = (data: string) =>
      database.query(`alter table audit_events disable trigger user;
        update audit_events set data = ${data} where event_id in (select event_id from audit_chain where position = 1);
        alter table audit_events enable trigger user`);
    await alter(`data || '{"added": true}'`);
    const broken = await run('audit', 'verify');
    await alter(`data - 'added'`);
    expect(broken.code).toBe(1);
    expect(broken.stdout).toMatch(/ entries {2}BROKEN\n {2}Entry 1 .* was altered\./);
    expect(broken.stderr).toMatch(/of (?:one tenant|\d+ tenants) does not hold\.\n$/);
    expect((await run('audit', 'verify')).code).toBe(0);
    expectMistake(await run('audit', 'sign'), /Say "audit verify" or "audit head"/);
  });

  /** The audit events of the command line alone (ruling 55). */
  async function audited(tenantId: string): Promise<readonly unknown[]> {
    const { rows } = await database.query<{ event_type: string; data: object }>(
      `select event_type, data from audit_events
       where tenant_id = $1 and actor = '{"kind":"cli","id":"cli"}' order by event_id`,
      [tenantId],
    );
    return rows.map(({ event_type, data }) => [event_type, data]);
  }

  async function createKey(): Promise<{ keyId: string; key: string }> {
    const created = await run('keys', 'create', '--name', 'from the test', '--tenant', credentials.SALLYPORT_TENANT_ID);
    expect(created.code, created.stderr).toBe(0);
    return {
      keyId: /Key id: (\S+)/.exec(created.stdout)?.[1] ?? '',
      key: /Key: +(\S+)/.exec(created.stdout)?.[1] ?? '',
    };
  }

  const revoke = (keyId: string) => run('keys', 'revoke', keyId, '--tenant', credentials.SALLYPORT_TENANT_ID);

  test('a running node accepts a key within five seconds of its creation, and refuses it within five of its revocation', async () => {
    const { keyId, key } = await createKey();
    const look = () => ask(node.url, 'GET', '/v1/users/x', { key });
    await eventually('the key works', { promisedMs: 5_000 }, look, ({ status }) => status === 200);
    const revoked = await revoke(keyId);
    expect([revoked.code, revoked.stdout]).toEqual([
      0,
      `Revoked ${keyId}. Running nodes refuse it within five seconds.\n`,
    ]);
    await eventually('the key is refused', { promisedMs: 5_000 }, look, ({ status }) => status === 401);
    expectMistake(await revoke(keyId), /no active key/);
    const listed = await run('keys', 'list', '--tenant', credentials.SALLYPORT_TENANT_ID);
    expect(listed.stdout).toMatch(/^KEY ID +KIND +CREATED AT +REVOKED AT +EXPIRES AT +LAST USED AT +NAME$/m);
    expect(listed.stdout).toMatch(new RegExp(`^${keyId}  server +\\S+Z  \\S+Z +- +(?:\\S+Z|-) +from the test$`, 'm'));
    const rotated = await run('keys', 'rotate-signing', '--tenant', credentials.SALLYPORT_TENANT_ID);
    const signingKeyId = /Key id: (\S+)/.exec(rotated.stdout)?.[1];
    expect(await audited(credentials.SALLYPORT_TENANT_ID)).toEqual([
      ['api_key.created', { keyId, kind: 'server', name: 'from the test' }],
      ['api_key.revoked', { keyId }],
      ['signing_key.rotated', { keyId: signingKeyId }],
    ]);
    expect((await ask(node.url, 'GET', '/v1/users/x', { key: credentials.SALLYPORT_SECRET_KEY })).status).toBe(200);
  });

  test('F22: also when the notification is lost, because the node polls', async () => {
    const { keyId, key } = await createKey();
    const look = () => ask(node.url, 'GET', '/v1/users/x', { key });
    await eventually('the key works', { promisedMs: 5_000 }, look, ({ status }) => status === 200);
    // Changes the row without any NOTIFY, as if the listener were down.
    await database.query('update api_keys set revoked_at = now() where key_id = $1', [keyId]);
    await database.query("update tenants set config_version = nextval('config_versions') where tenant_id = $1", [
      credentials.SALLYPORT_TENANT_ID,
    ]);
    await eventually('the key is refused', { promisedMs: 6_000 }, look, ({ status }) => status === 401);
  });

  test('F22: also when the listener was disconnected, because it reconnects', async () => {
    const ended = await database.query(
      `select pg_terminate_backend(pid) from pg_stat_activity
       where application_name = 'sallyport' and datname = current_database() and query ilike 'listen%'`,
    );
    expect(ended.rowCount).toBeGreaterThan(0);
    const { key } = await createKey();
    const look = () => ask(node.url, 'GET', '/v1/users/x', { key });
    await eventually('the key works', { promisedMs: 6_000 }, look, ({ status }) => status === 200);
  });
});
