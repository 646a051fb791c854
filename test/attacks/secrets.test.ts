/** Nothing secret or personal appears in logs, errors, metrics or, in clear, in the database (I8). */
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createPostgresDatabase } from '../../src/testkit/test-database.ts';
import { SealBroken, createSeal } from '../../src/storage/seal.ts';
import { ask, eventually } from '../rig/api.ts';
import type { ApiCall, ApiReply } from '../rig/api.ts';
import { readInboxCode } from '../rig/read-inbox.ts';
import { runProgram } from '../rig/run-program.ts';
import { startServer, testCredentials } from '../rig/server-process.ts';
import type { ServerProcess } from '../rig/server-process.ts';

const credentials = testCredentials();
const key = credentials.SALLYPORT_SECRET_KEY;

// Base32, so that the seed is recognisable.
const seed = 'CANARYSEEDCANARYSEEDCANARYSEED23';
const canaries = {
  userId: 'canary-user-id',
  email: 'canary.mail@example.test',
  phone: '+15550100777',
  username: 'canary-username',
  displayName: 'Canary Display Name',
  custom: 'canary-custom-value',
  customName: 'canaryCustomName',
  ipAddress: '198.51.100.77',
  userAgent: 'CanaryAgent/1.0',
  deviceId: 'canary-device',
  redirect: 'canary-redirect-secret',
  wrongKey: 'sp_server_canary-wrong-key-000000',
  cookie: 'canary-cookie',
  password: 'canary-database-password',
  malformed: 'canary-malformed-text',
  clientUserId: 'canary-client-user',
  clientEmail: 'canary.client@example.test',
  wrongCode: 'CANARY-WRONG-CODE',
};

let databaseUrl: string;
let database: Client;
let server: ServerProcess;
const secrets = new Set<string>([
  ...Object.values(canaries),
  seed,
  ...Object.values(credentials).filter((value) => !/^[0-9a-f-]{36}$/.test(value)),
]);
const errors: ApiReply[] = [];
let journeys = 0;
/**
 * Mailed codes: the same six digits can occur in a time or an id, so they are searched for together with their name.
 */
const mailedCodes = new Set<string>();
/** Seeds and links. */
const clientSecrets = new Set<string>();
const clientRecoveryCodes = new Set<string>();

beforeAll(async () => {
  const url = new URL(await createPostgresDatabase());
  database = new Client({ connectionString: url.href });
  await database.connect();
  // With a server that trusts every login the password is not checked, but it must not be disclosed either.
  if (url.password === '') url.password = canaries.password;
  secrets.add(url.password);
  databaseUrl = url.href;
  server = await startServer({
    ...credentials,
    DATABASE_URL: databaseUrl,
    SALLYPORT_LOG_LEVEL: 'trace',
    SALLYPORT_METRICS_TOKEN: 'canary-metrics-token-000000',
  });
  secrets.add('canary-metrics-token-000000');
});
afterAll(async () => {
  await server.stop();
  await database.end();
});

async function call(method: string, path: string, options: ApiCall = {}): Promise<ApiReply> {
  const reply = await ask(server.url, method, path, { key, ...options });
  if (reply.status >= 400) errors.push(reply);
  return reply;
}

const user = `/v1/users/${canaries.userId}`;
const trackBody = {
  idempotencyKey: 'k1',
  email: canaries.email,
  phoneNumber: canaries.phone,
  username: canaries.username,
  ipAddress: canaries.ipAddress,
  userAgent: canaries.userAgent,
  deviceId: canaries.deviceId,
  redirectUrl: `https://app.example/?s=${canaries.redirect}`,
  custom: { [canaries.customName]: canaries.custom },
};

async function journey(): Promise<void> {
  const tracked = await call('POST', `${user}/actions/a`, { body: trackBody });
  if (tracked.status === 200) secrets.add(tracked.body.token);
  await call('PATCH', user, {
    body: { displayName: canaries.displayName, email: canaries.email, emailVerified: true },
  });
  const enrolled = await call('POST', `${user}/authenticators`, {
    body: { verificationMethod: 'AUTHENTICATOR_APP', otpUri: `otpauth://totp/x?secret=${seed}` },
  });
  for (const code of (enrolled.body?.recoveryCodes ?? []) as string[]) secrets.add(code);
  await call('POST', `${user}/authenticators`, { body: { verificationMethod: 'SMS', phoneNumber: canaries.phone } });
  await call('GET', user);
  await call(
    'GET',
    `/v1/users?email=${encodeURIComponent(canaries.email)}&phoneNumber=${encodeURIComponent(canaries.phone)}`,
  );
  await call('GET', `${user}/authenticators`);
  await call('GET', `${user}/actions`);
  await call('PATCH', `${user}/actions/a/k1`, { body: { state: 'CHALLENGE_SUCCEEDED' } });
  await call('POST', '/v1/validate', { body: { token: tracked.body?.token ?? 'x', userId: canaries.userId } });
  await call('GET', `/challenge?token=${tracked.body?.token ?? canaries.malformed}`);
}

/** What a user sends and receives through the client API: seeds, codes and links are secrets from then on. */
async function clientJourney(): Promise<void> {
  const userId = canaries.clientUserId;
  const email = canaries.clientEmail;
  const key = `k${(journeys += 1)}`;
  const scope = 'add:authenticators update:authenticators';
  const tracked = await call('POST', `/v1/users/${userId}/actions/a`, { body: { idempotencyKey: key, scope } });
  if (tracked.status !== 200) return;
  secrets.add(tracked.body.token);
  const headers = { authorization: `Bearer ${tracked.body.token}` };
  const post = async (path: string, body: object = {}) => {
    const reply = await ask(server.url, 'POST', `/v1/client/${path}`, { headers, body });
    if (reply.status >= 400) errors.push(reply);
    if (typeof reply.body?.accessToken === 'string') secrets.add(reply.body.accessToken);
    return reply.body;
  };
  const totp = await post('user-authenticators/totp');
  if (typeof totp?.secret === 'string') clientSecrets.add(totp.secret);
  await post('user-authenticators/email-otp', { email });
  await post('verify/email-otp', { verificationCode: canaries.wrongCode });
  const code = await readInboxCode(server.url, email);
  if (code !== '') mailedCodes.add(code);
  await post('verify/email-otp', { verificationCode: code });
  for (const recoveryCode of ((await post('user-authenticators/recovery-codes'))?.recoveryCodes ?? []) as string[]) {
    clientRecoveryCodes.add(recoveryCode);
    secrets.add(recoveryCode);
  }
  await post('verify/recovery-code', { verificationCode: canaries.wrongCode });
  await post('verify/recovery-code', { verificationCode: [...clientRecoveryCodes][0] });
  await post('user-authenticators/email-magic-link', { email });
  const inbox = await (await fetch(`${server.url}/dev/inbox`)).text();
  const link = /\/magic-link\?token=[0-9a-f-]{36}\.([\w-]{43})/.exec(inbox);
  if (link?.[1] !== undefined) clientSecrets.add(link[1]);
  for (const secret of clientSecrets) secrets.add(secret);
  const page = await (await fetch(`${server.url}${link?.[0] ?? '/magic-link'}`)).text();
  const fields = [...page.matchAll(/name="(token|pageNonce)"(?: value="| hidden readonly>)([^"<]*)/g)];
  const form = new URLSearchParams(fields.map(([, name = '', value = '']): [string, string] => [name, value]));
  const confirmed = await fetch(`${server.url}/magic-link`, { method: 'POST', body: form });
  expect(await confirmed.text()).toMatch(/Confirmed|This link no longer works|errorCode/);
  await post('verify/email-magic-link/finalize');
  await post('user-authenticators/email-otp', { email: canaries.malformed });
  await post('verify/totp', { verificationCode: { code: canaries.malformed } });
}

async function malformedEverything(): Promise<void> {
  const bad = canaries.malformed;
  const track = `${user}/actions/a`;
  await call('POST', track, { rawBody: `{"email":"${bad}` });
  await call('POST', track, { rawBody: `"${bad}"` });
  await call('POST', track, { rawBody: JSON.stringify({ pad: bad.repeat(5_000) }) });
  for (const name of [
    'email',
    'phoneNumber',
    'locale',
    'scope',
    'redirectUrl',
    'customDomain',
    'challengeId',
    'idempotencyKey',
  ]) {
    await call('POST', track, { body: { ...trackBody, [name]: `${bad}/\n%` } });
  }
  await call('POST', track, { body: { custom: bad } });
  await call('POST', track, { body: { redirectUrl: `javascript:${bad}` } });
  await call('POST', `${user}/authenticators`, { body: { verificationMethod: bad } });
  await call('POST', `${user}/authenticators`, {
    body: { verificationMethod: 'AUTHENTICATOR_APP', otpUri: `otpauth://hotp/x?secret=${seed}` },
  });
  await call('POST', `${user}/authenticators`, {
    body: { verificationMethod: 'AUTHENTICATOR_APP', otpUri: `${bad} ${seed}` },
  });
  await call('POST', `${user}/authenticators`, {
    body: { verificationMethod: 'PASSKEY', credentialId: 'AAAA', credentialPublicKey: bad },
  });
  await call('PATCH', user, { body: { defaultVerificationMethod: 'PASSKEY' } });
  await call('PATCH', `${user}/actions/a/${bad}`, { body: { state: bad } });
  await call('GET', `${user}/actions?fromDate=${bad}&state=${bad}&codes=${bad}`);
  await call('GET', `/v1/users?token=${bad}`);
  await call('GET', `/v1/users?limit=${bad}&email=${bad}`);
  await call('GET', `/v1/users/${bad}%00`);
  await call('GET', `/v1/users/${bad}%E0%A4%A`);
  await call('GET', `/v1/${bad}`);
  await call('PUT', `/v1/users/${bad}`);
  await call('DELETE', `${user}/authenticators/${bad}`);
  await call('GET', user, { key: canaries.wrongKey });
  await call('GET', user, { key: credentials.SALLYPORT_MANAGEMENT_KEY });
  await call('GET', user, { headers: { authorization: `Bearer ${canaries.wrongKey}` } });
  await call('GET', user, { headers: { cookie: `session=${canaries.cookie}`, 'x-forwarded-for': canaries.ipAddress } });
}

/** The secrets that occur in a text, as they are, in JSON or percent-encoded. */
function found(text: string): string[] {
  return [...secrets].filter((secret) =>
    [secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1)].some((spelling) =>
      text.includes(spelling),
    ),
  );
}

async function setDatabase(isUp: boolean): Promise<void> {
  const name = new URL(databaseUrl).pathname.slice(1);
  const admin = new Client({ connectionString: databaseUrl.replace(/\/[^/]*$/, '/postgres') });
  await admin.connect();
  await admin.query(`alter database "${name}" allow_connections ${String(isUp)}`);
  if (!isUp) {
    await admin.query(
      'select pg_terminate_backend(pid) from pg_stat_activity where datname = $1 and application_name = $2',
      [name, 'sallyport'],
    );
  }
  await admin.end();
}

describe('A64', () => {
  test('at log level trace, through journeys, malformed requests and a lost database, nothing secret or personal is in logs, errors or metrics', async () => {
    await journey();
    await clientJourney();
    await malformedEverything();
    await setDatabase(false);
    const lost = await call('GET', user);
    expect(lost.status).toBe(503);
    await journey();
    await clientJourney();
    await malformedEverything();
    await setDatabase(true);
    await eventually(
      'the database is back',
      10_000,
      () => call('GET', user),
      ({ status }) => status === 200,
    );
    await journey();

    expect(errors.length).toBeGreaterThan(60);
    expect(new Set(errors.map(({ status }) => status))).toEqual(new Set([400, 401, 404, 405, 413, 503]));
    for (const { text } of errors) expect(found(text), text).toEqual([]);
    const metrics = await ask(server.url, 'GET', '/metrics', {
      headers: { authorization: 'Bearer canary-metrics-token-000000' },
    });
    expect(metrics.status).toBe(200);
    expect(found(metrics.text)).toEqual([]);
    // Log level trace was in effect, and the lost database was logged.
    expect(server.output()).toMatch(/"level":40.*DatabaseUnavailable/);
    expect(server.output().split('"msg":"request"').length).toBeGreaterThan(80);
    expect(found(server.output())).toEqual([]);
    expect(mailedCodes.size).toBe(1);
    for (const code of mailedCodes) expect(server.output()).not.toMatch(new RegExp(`\\b${code}\\b`));
    expect(server.output()).not.toMatch(/"level":50/);
  });

  test('the command line prints no secret except the one that it creates', async () => {
    const variables = { ...credentials, DATABASE_URL: databaseUrl };
    const listed = await runProgram(['keys', 'list'], variables);
    expect(listed.code, listed.stderr).toBe(0);
    expect(found(listed.stdout + listed.stderr)).toEqual([]);
    const broken = await runProgram(['keys', 'list'], { ...variables, DATABASE_URL: `${databaseUrl}x` });
    expect(broken.code).toBe(1);
    expect(found(broken.stdout + broken.stderr)).toEqual([]);
  });

  test('audit events and decision records contain no secret and no contact', async () => {
    const audit = await database.query<{ text: string }>('select row_to_json(e)::text as text from audit_events e');
    expect(audit.rows.length).toBeGreaterThan(3);
    const personal = new Set([canaries.userId, canaries.clientUserId]);
    for (const { text } of audit.rows)
      expect(
        found(text).filter((secret) => !personal.has(secret)),
        text,
      ).toEqual([]);
    const decisions = await database.query<{ text: string }>('select decision::text as text from actions_by_month');
    const sent: readonly string[] = [
      canaries.userId,
      canaries.clientUserId,
      canaries.custom,
      canaries.customName,
      canaries.ipAddress,
      canaries.userAgent,
      canaries.deviceId,
    ];
    for (const { text } of decisions.rows)
      expect(
        found(text).filter((secret) => !sent.includes(secret)),
        text,
      ).toEqual([]);
  });
});

describe('A65', () => {
  async function dump(): Promise<string> {
    const tables = await database.query<{ name: string }>(
      "select table_name as name from information_schema.tables where table_schema = 'public' and table_type = 'BASE TABLE'",
    );
    const parts: string[] = [];
    for (const { name } of tables.rows) {
      const { rows } = await database.query<{ text: string }>(`select t::text as text from "${name}" t`);
      parts.push(`${name}\n${rows.map(({ text }) => text).join('\n')}`);
    }
    return parts.join('\n');
  }

  /** The bytes in each form that a dump could contain: text, hex, base64 in both alphabets. */
  function spellings(bytes: Buffer): string[] {
    return [
      bytes.toString('latin1'),
      bytes.toString('hex'),
      bytes.toString('base64').slice(0, -4),
      bytes.toString('base64url').slice(0, -4),
    ];
  }

  const masterKey = Buffer.from(credentials.SALLYPORT_MASTER_KEY, 'base64');
  const seal = createSeal([masterKey], { bytes: () => Buffer.alloc(12) });

  test('a dump of the database contains no seed, key, recovery code or token in clear', async () => {
    const text = await dump();
    expect(text).toContain(canaries.email);
    const codes = [...secrets].filter((secret) => /^([0-9A-Z]{4}-){3}[0-9A-Z]{4}$/.test(secret));
    expect(codes).toHaveLength(10 + clientRecoveryCodes.size);
    expect(clientRecoveryCodes.size).toBe(10);
    expect(clientSecrets.size).toBe(2);
    const { rows } = await database.query<{ tenant_id: string; root_key_sealed: Buffer }>(
      'select tenant_id, root_key_sealed from tenants',
    );
    const rootKeys = rows.map(({ tenant_id, root_key_sealed }) =>
      seal.open(root_key_sealed, { tenantId: tenant_id, table: 'tenants', row: tenant_id, column: 'root_key_sealed' }),
    );
    const clear = [
      ...codes.flatMap((code) => [Buffer.from(code), Buffer.from(code.replaceAll('-', ''))]),
      ...[...secrets].filter((secret) => secret.startsWith('ey')).map((token) => Buffer.from(token)),
      Buffer.from(key),
      Buffer.from(credentials.SALLYPORT_MANAGEMENT_KEY),
      Buffer.from(seed),
      ...[...clientSecrets].map((secret) => Buffer.from(secret)),
      masterKey,
      ...rootKeys,
    ];
    expect(rootKeys[0]).toHaveLength(32);
    for (const bytes of clear) {
      for (const spelling of spellings(bytes)) expect(text.includes(spelling), spelling).toBe(false);
    }
    const [authenticator] = (
      await database.query<{ tenant_id: string; authenticator_id: string; secret_sealed: Buffer }>(
        'select tenant_id, authenticator_id, secret_sealed from authenticators where secret_sealed is not null',
      )
    ).rows;
    const opened = seal.open(authenticator?.secret_sealed ?? Buffer.alloc(0), {
      tenantId: authenticator?.tenant_id ?? '',
      table: 'authenticators',
      row: authenticator?.authenticator_id ?? '',
      column: 'secret_sealed',
    });
    // The control: the sealed value is the seed, so its absence above means something.
    expect(opened).toHaveLength(20);
    for (const spelling of spellings(opened)) expect(text.includes(spelling)).toBe(false);
  });

  test('sealed values that are swapped between rows, columns or tenants cannot be opened', async () => {
    await call('POST', '/v1/users/second/authenticators', {
      body: { verificationMethod: 'AUTHENTICATOR_APP', otpUri: 'otpauth://totp/x?secret=JBSWY3DPEHPK3PXPJBSWY3DP' },
    });
    const { rows } = await database.query<{ tenant_id: string; authenticator_id: string; secret_sealed: Buffer }>(
      'select tenant_id, authenticator_id, secret_sealed from authenticators where secret_sealed is not null',
    );
    expect(rows).toHaveLength(3);
    for (const value of rows) {
      for (const place of rows) {
        const open = () =>
          seal.open(value.secret_sealed, {
            tenantId: place.tenant_id,
            table: 'authenticators',
            row: place.authenticator_id,
            column: 'secret_sealed',
          });
        if (value === place) expect(open()).toBeInstanceOf(Buffer);
        else expect(open).toThrow(SealBroken);
      }
    }
  });
});
