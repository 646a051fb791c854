/** Risk: the doctor reports that all is well when it is not, sends a message, or reveals something private. */
import { randomBytes } from 'node:crypto';
import { chmod, mkdir, mkdtemp, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SMTPServer } from 'smtp-server';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runHere } from '../../test/rig/run-here.ts';
import { startSmtp } from '../../test/rig/smtp.ts';
import type { SmtpRig } from '../../test/rig/smtp.ts';
import { systemRuntime } from '../runtime/system-runtime.ts';
import { createTenant } from '../storage/create-tenant.ts';
import { lockDataDirectory } from '../storage/data-directory.ts';
import { openPostgresDatabase } from '../storage/postgres-database.ts';
import { createSeal } from '../storage/seal.ts';
import type { Database } from '../storage/sql.ts';
import { createEmbeddedDirectory, createPostgresDatabase } from '../testkit/test-database.ts';

const runtime = systemRuntime();
const tenantId = runtime.ids.uuid();
const masterKey = randomBytes(32).toString('base64');
let url: string;
let db: Database;
let smtp: SmtpRig;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sallyport-doctor-'));
  smtp = await startSmtp();
  url = await createPostgresDatabase();
  db = openPostgresDatabase({ url, poolSize: 2, random: () => 0.5, onError: () => undefined });
  const seal = createSeal([Buffer.from(masterKey, 'base64')], runtime.random);
  await db.transaction((sql) => createTenant(sql, { runtime, seal }, { tenantId, name: 'canary-tenant' }));
  await db.script(`insert into users (tenant_id, user_id, email, created_at, updated_at)
    values ('${tenantId}', 'canary-user', 'canary@example.com', '2026-01-01Z', '2026-01-01Z')`);
});
afterAll(async () => {
  await Promise.all([db.close(), smtp.stop(), rm(folder, { recursive: true, force: true })]);
});

const healthy = () => ({
  SALLYPORT_MODE: 'production',
  SALLYPORT_HOST: '127.0.0.1',
  SALLYPORT_TRUSTED_PROXIES: '127.0.0.1',
  SALLYPORT_PUBLIC_URL: 'https://auth.example.com',
  SALLYPORT_DATA_DIR: join(folder, 'canary-folder'),
  DATABASE_URL: url,
  SALLYPORT_MASTER_KEY: masterKey,
  SALLYPORT_SMTP_URL: smtp.url,
  SALLYPORT_MAIL_FROM: 'Example <login@example.com>',
});
const setOrigins = (settings: object) =>
  db.script(`update authenticator_configurations set settings = '${JSON.stringify(settings)}'
    where verification_method = 'PASSKEY'`);

/** The report's lines without their state. */
function linesOf(stdout: string, state: string): readonly string[] {
  const lines = stdout.trimEnd().split('\n');
  return lines.filter((line) => line.startsWith(state)).map((line) => `${line.slice(9, 21).trim()}: ${line.slice(21)}`);
}

test('a healthy installation has only ok lines, and nothing is sent or created', async () => {
  const run = await runHere(['doctor'], healthy());
  expect([run.code, run.stderr], run.stdout).toEqual([0, '']);
  expect(linesOf(run.stdout, 'ok').map((line) => line.split(':')[0])).toEqual([
    ...['settings', 'database', 'clock', 'keys', 'origins', 'mail', 'data files', 'data files'],
  ]);
  expect(run.stdout.split('\n')).toHaveLength(9);
  expect(smtp.connections()).toBeGreaterThan(0);
  expect(smtp.mailTo('login@example.com')).toEqual([]);
  expect(await readdir(folder)).toEqual([]);
});

test('one run reports every fault with what to do, and exits with code 1', async () => {
  await setOrigins({
    relyingParty: 'other.example',
    expectedOrigins: ['https://shop.other.example', 'http://plain.other.example', 'https://shop.example.com'],
  });
  const broken = join(folder, 'broken.mmdb');
  await writeFile(broken, 'no data');
  const run = await runHere(['doctor'], {
    ...healthy(),
    SALLYPORT_TRUSTED_PROXIES: '0.0.0.0/0',
    SALLYPORT_PUBLIC_URL: 'http://auth.example.com',
    SALLYPORT_MASTER_KEY: randomBytes(32).toString('base64'),
    SALLYPORT_SMTP_URL: 'smtp://user:canary-mail@127.0.0.1:1',
    SALLYPORT_COUNTRY_FILE: broken,
  });
  await setOrigins({});
  expect([run.code, run.stderr]).toEqual([1, 'sallyport: There are 7 faults.\n']);
  expect(linesOf(run.stdout, 'fault')).toEqual([
    expect.stringMatching(/^settings: SALLYPORT_TRUSTED_PROXIES includes every address/),
    expect.stringMatching(/^origins: SALLYPORT_PUBLIC_URL is not https/),
    expect.stringMatching(/^keys: The master key with fingerprint [0-9a-f]{16} sealed data/),
    expect.stringMatching(
      /^origins: Tenant .*: http:\/\/plain\.other\.example is an expected origin, but is not https/,
    ),
    expect.stringMatching(
      /^origins: Tenant .*: https:\/\/shop\.example\.com is an expected origin, but browsers do not let it/,
    ),
    expect.stringMatching(/^mail: The mail server does not accept our sign-in \(ECONNREFUSED\)/),
    expect.stringMatching(/^data files: country: .*Put a good file/),
  ]);
  expect(linesOf(run.stdout, 'warning')).toEqual([
    expect.stringMatching(/^origins: .*\(http:\/\/auth\.example\.com\) cannot use passkeys of other\.example/),
  ]);
});

test('an outdated schema, invalid settings and an unreachable database are reported', async () => {
  await db.script('alter table sallyport_migrations rename to kept; create table sallyport_migrations (like kept)');
  await db.script('insert into sallyport_migrations select * from kept where version < 5');
  const behind = await runHere(['doctor'], healthy());
  await db.script('drop table sallyport_migrations; alter table kept rename to sallyport_migrations');
  expect(behind.code).toBe(0);
  expect(linesOf(behind.stdout, 'warning')).toEqual([
    expect.stringMatching(/steps behind this version\. Run "sallyport migrate"/),
  ]);

  const wrong = await runHere(['doctor'], { ...healthy(), SALLYPORT_PORT: 'canary', SALLYPORT_DRAIN_SECONDS: '-1' });
  expect([wrong.code, wrong.stderr]).toEqual([1, 'sallyport: There are 2 faults.\n']);
  expect(linesOf(wrong.stdout, 'fault')).toEqual([
    expect.stringContaining('SALLYPORT_PORT must be a whole number'),
    expect.stringContaining('SALLYPORT_DRAIN_SECONDS must be'),
  ]);

  const away = await runHere(['doctor'], { ...healthy(), DATABASE_URL: 'postgres://a:canary@127.0.0.1:1/a' });
  expect(away.code).toBe(1);
  expect(linesOf(away.stdout, 'fault')).toEqual([expect.stringMatching(/^database: .*ECONNREFUSED/)]);
});

test('only its owner can read the support file, which contains no secrets, keys or personal data', async () => {
  const file = join(folder, 'support.json');
  const strict = new SMTPServer({
    hideSTARTTLS: true,
    allowInsecureAuth: true,
    onAuth: ({ password }, _session, callback) => callback(new Error(`not ${password ?? ''}`)),
  });
  await new Promise<void>((resolve) => void strict.listen(0, '127.0.0.1', resolve));
  const { port } = strict.server.address() as AddressInfo;
  const withPassword = new URL(url);
  withPassword.password = 'canary%3Apassword';
  const canaries = {
    SALLYPORT_METRICS_TOKEN: `canary-metrics-${'m'.repeat(20)}`,
    SALLYPORT_TENANT_ID: tenantId,
    SALLYPORT_SECRET_KEY: `canary-server-${'s'.repeat(20)}`,
    SALLYPORT_MANAGEMENT_KEY: `canary-management-${'g'.repeat(20)}`,
    SALLYPORT_SMTP_URL: `smtp://canary-user:canary%3Amail@127.0.0.1:${port}`,
    SALLYPORT_MAIL_FROM: 'Canary <canary@example.com>',
  };
  const run = await runHere(['doctor', '--file', file], { ...healthy(), ...canaries, DATABASE_URL: withPassword.href });
  strict.close();
  expect(linesOf(run.stdout, 'fault')).toEqual([
    "mail: The mail server does not accept our sign-in (EAUTH 535). Check SALLYPORT_SMTP_URL and the mail server's log.",
  ]);
  expect([run.code, run.stderr]).toEqual([1, 'sallyport: There is a fault.\n']);
  const text = await readFile(file, 'utf8');
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  expect(text + run.stdout.replace(file, '')).not.toMatch(/canary/i);
  expect(text).not.toContain(masterKey);
  expect(JSON.parse(text)).toMatchObject({ node: process.version });
  expect(text).toContain(`"value": "postgres://***:***@${withPassword.host}/***"`);

  const again = await runHere(['doctor', '--file', file], healthy());
  expect([again.code, again.stderr]).toEqual([1, expect.stringMatching(/^sallyport: EEXIST/)]);
  // A server's refusals repeat the user's and the database's name.
  const stranger = join(folder, 'stranger.json');
  const nobody = new URL(url);
  [nobody.username, nobody.pathname] = ['canary-role', '/canary-database'];
  await runHere(['doctor', '--file', stranger], { ...healthy(), DATABASE_URL: nobody.href });
  expect(await readFile(stranger, 'utf8')).not.toContain('canary');
  // A refused value is not known to be a secret, but may be one in the wrong place.
  const refused = join(folder, 'refused.json');
  await runHere(['doctor', '--file', refused], {
    ...healthy(),
    SALLYPORT_LOG_LEVEL: 'canary',
    SALLYPORT_SMTP_URL: 'smtp://canary:12#canary@mail.example.com',
    DATABASE_URL: 'postgres://canary:pass/word@db.example.com/x',
  });
  expect(await readFile(refused, 'utf8')).not.toContain('canary');
});

test('an embedded database is checked, but never created, and left alone while a server uses it', async () => {
  const empty = join(folder, 'empty');
  await mkdir(empty);
  const development = { DATABASE_URL: '', SALLYPORT_MASTER_KEY: '', SALLYPORT_MODE: 'development' };
  const none = await runHere(['doctor'], { ...development, SALLYPORT_DATA_DIR: empty });
  expect([none.code, linesOf(none.stdout, 'warning')]).toEqual([0, [expect.stringMatching(/There is none yet/)]]);
  expect(await readdir(empty)).toEqual([]);

  const directory = await createEmbeddedDirectory();
  const here = { ...development, SALLYPORT_DATA_DIR: directory };
  const keyless = await runHere(['doctor'], here);
  expect(linesOf(keyless.stdout, 'fault')).toEqual([expect.stringMatching(/^keys: master\.key is not in the data/)]);
  expect(await readdir(directory)).toEqual(['database']);
  await writeFile(join(directory, 'master.key'), masterKey);
  await chmod(join(directory, 'master.key'), 0o644);
  const lock = lockDataDirectory(directory);
  const busy = await runHere(['doctor'], here);
  lock.release();
  expect(linesOf(busy.stdout, 'fault')).toEqual([
    expect.stringMatching(/^keys: Other users of this machine can read master\.key/),
  ]);
  expect(linesOf(busy.stdout, 'warning')).toEqual([expect.stringMatching(/^database: .*in use by process/)]);
  await chmod(join(directory, 'master.key'), 0o600);
  const looked = await runHere(['doctor'], here);
  expect(linesOf(looked.stdout, 'ok').join('\n')).toMatch(/^database: embedded PostgreSQL .*, writable, up to date$/m);
  expect(linesOf(looked.stdout, 'warning')).toEqual([expect.stringMatching(/^database: There is no tenant yet/)]);
  await rm(directory, { recursive: true, force: true });
});
