/**
 * Verifying a code of an authenticator app and checking a session, compared with the bare server, which runs the same
 * SQL and cryptography, and with better-auth on the same PostgreSQL. All servers run from the beginning and take turns
 * in short slices, as in the track case.
 */
import { createHash } from 'node:crypto';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Secret, TOTP } from 'otpauth';
import { deriveKey, secretKey } from '../../src/runtime/crypto.ts';
import { signActionToken } from '../../src/runtime/tokens.ts';
import { openPostgresDatabase } from '../../src/storage/postgres-database.ts';
import { rootKeyPlace } from '../../src/storage/published.ts';
import { loadTenant } from '../../src/storage/queries/tenants.ts';
import { createSeal } from '../../src/storage/seal.ts';
import { statement } from '../../src/storage/sql.ts';
import type { Database } from '../../src/storage/sql.ts';
import { testCredentials } from '../../test/rig/server-process.ts';
import type { BenchCase, BenchRun } from '../bench-case.ts';
import { startLoadGenerator } from '../load-generator.ts';
import type { LoadJob, LoadResult } from '../load-process.ts';
import { actionCode, seedActions, seedTenant, trackBody } from '../seed-database.ts';
import type { Credentials } from '../seed-database.ts';
import { startBareServer, startPeerServer, startSallyport } from '../server-process.ts';
import type { BenchServer } from '../server-process.ts';
import { median } from '../statistics.ts';
import { userIdOf } from '../user-id.ts';

const shareOfBareMin = 0.5;
const timesPeerMin = 5;
// More than are verified in a slice, because a time step is valid once; a few sessions are enough.
const users = 20_000;
const sessions = 500;
const seedBytes = Buffer.from('12345678901234567890');
const seed = new Secret({ buffer: new Uint8Array(seedBytes).buffer });

interface Slice {
  readonly name: string;
  readonly server: BenchServer;
  readonly results: LoadResult[];
  job(): Pick<LoadJob, 'method' | 'path' | 'headers' | 'body' | 'credentials' | 'users'>;
  reset(): Promise<void>;
}

export const proofsCase: BenchCase = {
  name: 'proofs',
  title: 'Verify a code of an authenticator app, check a session',
  async run(run) {
    const { settings, postgres, say } = run;
    const folder = mkdtempSync(join(tmpdir(), 'sallyport-bench-proofs-'));
    const open: { stop(): Promise<void> | void }[] = [{ stop: () => rmSync(folder, { recursive: true, force: true }) }];
    try {
      say(`proofs: storing ${users} users with an app and an action each, for Sallyport and for the peer`);
      const port = await freePort();
      const publicUrl = `http://localhost:${port}`;
      const credentials = testCredentials();
      const url = await postgres.createDatabase('bench_proofs');
      const db = openPostgresDatabase({ url, poolSize: 2, random: () => 0.5, onError: () => undefined });
      open.push({ stop: () => db.close() });
      await seedTenant(db, credentials, users);
      await seedApps(db, credentials);
      const sallyport = await startSallyport({
        ...credentials,
        DATABASE_URL: url,
        SALLYPORT_DATABASE_POOL_SIZE: String(settings.poolSize),
        SALLYPORT_PUBLIC_URL: publicUrl,
        SALLYPORT_PORT: String(port),
      });
      open.push(sallyport);
      const tokens = join(folder, 'tokens');
      writeFileSync(tokens, (await seedTokens(db, sallyport, credentials, publicUrl)).join('\n'));
      const accessTokens = join(folder, 'access-tokens');
      writeFileSync(accessTokens, (await openSessions(sallyport, credentials)).join('\n'));
      const bare = await startBareServer(
        {
          DATABASE_URL: url,
          BENCH_POOL_SIZE: String(settings.poolSize),
          BENCH_TENANT_ID: credentials.SALLYPORT_TENANT_ID,
          BENCH_PUBLIC_URL: publicUrl,
          SALLYPORT_MASTER_KEY: credentials.SALLYPORT_MASTER_KEY,
        },
        'bare-proof-server.ts',
      );
      open.push(bare);
      const cookies = join(folder, 'cookies');
      const peer = await startPeerServer({
        DATABASE_URL: await postgres.createDatabase('bench_proofs_peer'),
        BENCH_POOL_SIZE: String(settings.poolSize),
        BENCH_USERS: String(users),
        BENCH_SEED: seedBytes.toString('latin1'),
        BENCH_CREDENTIALS: cookies,
      });
      open.push(peer);
      const generator = startLoadGenerator();
      open.push(generator);

      const slices = slicesOf(db, credentials, { sallyport, bare, peer }, { tokens, accessTokens, cookies });
      const job = (slice: Slice): LoadJob => ({
        url: slice.server.url,
        connections: settings.connections,
        warmupMs: settings.warmupMs,
        measureMs: settings.measureMs,
        serverPid: slice.server.pid,
        ...slice.job(),
      });
      for (const slice of slices) {
        await slice.reset();
        await generator.run({ ...job(slice), warmupMs: Math.min(settings.firstWarmupMs, 5_000) });
      }
      say('proofs: warmed up');
      for (let round = 1; round <= settings.rounds; round += 1) {
        for (const slice of slices) {
          await slice.reset();
          slice.results.push(await generator.run(job(slice)));
        }
        const rates = slices.map(({ results }) => results.at(-1)?.answersPerSecond.toFixed(0) ?? '-');
        say(`proofs: round ${round} of ${settings.rounds}: ${rates.join(' ')} req/s`);
      }
      return report(run, slices);
    } finally {
      for (const { stop } of open.reverse()) await stop();
    }
  },
};

const names = {
  bareTotp: 'verify a code: bare `node:http`',
  totp: 'verify a code: Sallyport',
  peerTotp: 'verify a code: better-auth',
  bareSession: 'check a session: bare `node:http`',
  session: 'check a session: Sallyport',
  peerSession: 'check a session: better-auth',
};

function slicesOf(
  db: Database,
  credentials: Credentials,
  { sallyport, bare, peer }: Readonly<Record<'sallyport' | 'bare' | 'peer', BenchServer>>,
  files: Readonly<Record<'tokens' | 'accessTokens' | 'cookies', string>>,
): readonly Slice[] {
  const json = { 'content-type': 'application/json' };
  const code = () => new TOTP({ secret: seed }).generate();
  const secretKey = Buffer.from(`${credentials.SALLYPORT_SECRET_KEY}:`).toString('base64');
  // A time step is valid once: each slice begins with none used.
  const reset = async () => {
    await db.script('update authenticators set counter = null where counter is not null');
    await db.script('vacuum authenticators');
  };
  const ours = (name: string, server: BenchServer): Slice => ({
    name,
    server,
    results: [],
    reset,
    job: () => ({
      method: 'POST',
      path: '/v1/client/verify/totp',
      headers: { ...json, authorization: 'Bearer {credential}' },
      body: JSON.stringify({ verificationCode: code() }),
      credentials: files.tokens,
      users,
    }),
  });
  const session = (name: string, server: BenchServer): Slice => ({
    name,
    server,
    results: [],
    reset: async () => undefined,
    job: () => ({
      method: 'POST',
      path: '/v1/sessions/validate',
      headers: { ...json, authorization: `Basic ${secretKey}` },
      body: JSON.stringify({ accessToken: '{credential}' }),
      credentials: files.accessTokens,
      users: sessions,
    }),
  });
  const peers = (name: string, method: string, path: string, body: () => string): Slice => ({
    name,
    server: peer,
    results: [],
    reset: async () => undefined,
    job: () => ({
      method,
      path,
      headers: { ...json, origin: 'http://localhost:3000', cookie: '{credential}' },
      body: body(),
      credentials: files.cookies,
      users,
    }),
  });
  return [
    ours(names.bareTotp, bare),
    ours(names.totp, sallyport),
    peers(names.peerTotp, 'POST', '/api/auth/two-factor/verify-totp', () => JSON.stringify({ code: code() })),
    session(names.bareSession, bare),
    session(names.session, sallyport),
    peers(names.peerSession, 'GET', '/api/auth/get-session', () => ''),
  ];
}

const insertApps = statement<never>(
  'bench_insert_apps',
  `insert into authenticators (tenant_id, user_id, authenticator_id, verification_method, slot, state, secret_sealed,
     created_at, verified_at)
   select $1::uuid, user_id, authenticator_id, 'AUTHENTICATOR_APP', '', $5, secret_sealed, $6::timestamptz, $6::timestamptz
   from unnest($2::text[], $3::uuid[], $4::bytea[]) as app (user_id, authenticator_id, secret_sealed)`,
);

/** Gives each user an authenticator app; all of them generate the same codes. */
async function seedApps(db: Database, credentials: Credentials): Promise<void> {
  const tenantId = credentials.SALLYPORT_TENANT_ID;
  let nonce = 0;
  const bytes = (size: number) =>
    createHash('sha256')
      .update(`${(nonce += 1)}`)
      .digest()
      .subarray(0, size);
  const seal = createSeal([Buffer.from(credentials.SALLYPORT_MASTER_KEY, 'base64')], { bytes });
  const numbers = Array.from({ length: users }, (_, number) => number);
  const ids = numbers.map((number) => uuidOf(`bench-app-${number}`));
  const place = (row: string) => ({ tenantId, table: 'authenticators', row, column: 'secret_sealed' });
  await db.query(insertApps, [
    tenantId,
    numbers.map(userIdOf),
    ids,
    ids.map((id) => seal.seal(seedBytes, place(id))),
    JSON.stringify({ algorithm: 'SHA1', digits: 6, periodSeconds: 30 }),
    '2025-01-01T00:00:00Z',
  ]);
}

/** An action for each user, and a token of it that outlives the bench. */
async function seedTokens(
  db: Database,
  server: BenchServer,
  credentials: Credentials,
  publicUrl: string,
): Promise<readonly string[]> {
  const tenantId = credentials.SALLYPORT_TENANT_ID;
  const userId = userIdOf(0);
  const response = await fetch(`${server.url}/v1/users/${userId}/actions/${actionCode}`, {
    method: 'POST',
    headers: headersOf(credentials),
    body: JSON.stringify({ ...trackBody, deviceId: userId, ipAddress: '198.51.100.1' }),
  });
  if (response.status !== 200) throw new Error(`Track answered ${response.status}: ${await response.text()}`);
  const [row] = await db.query(
    statement<{ state: string; decision: string }>(
      'bench_load_proof_decision',
      'select state, decision::text as decision from actions_by_month where user_id = $1',
    ),
    [userId],
  );
  if (row === undefined) throw new Error('The action that was tracked is gone.');
  await seedActions(db, { tenantId, users, sample: { userId, ...row }, from: 0, count: users });
  await db.script('vacuum (analyze)');
  const actions = await db.query(seededActions, [users]);
  const tenant = await loadTenant(db, tenantId);
  if (tenant === undefined) throw new Error('The tenant of the bench is gone.');
  const seal = createSeal([Buffer.from(credentials.SALLYPORT_MASTER_KEY, 'base64')], { bytes: Buffer.alloc });
  const key = deriveKey(secretKey(seal.open(tenant.rootKeySealed, rootKeyPlace(tenantId))), 'action-token', tenantId);
  return actions.map(({ userId: ofUser, actionId }, number) =>
    signActionToken(key, {
      tenantId,
      userId: ofUser,
      actionCode,
      idempotencyKey: actionId,
      actionId,
      scope: 'read:authenticators',
      nowMs: Date.now(),
      lifetimeSeconds: 7_200,
      tokenId: uuidOf(`bench-token-${number}`),
      publicUrl,
    }),
  );
}

const seededActions = statement<{ userId: string; actionId: string }>(
  'bench_load_seeded_actions',
  // All but the one that was tracked last.
  'select user_id, action_id from actions_by_month order by created_at limit $1',
);

/**
 * Access tokens of sessions that were opened through the API. They live ten minutes, within which this case must
 * finish.
 */
async function openSessions(server: BenchServer, credentials: Credentials): Promise<readonly string[]> {
  const headers = headersOf(credentials);
  const post = async (method: string, path: string, body: object) => {
    const reply = await fetch(`${server.url}/v1${path}`, { method, headers, body: JSON.stringify(body) });
    if (reply.status !== 200) throw new Error(`${path} answered ${reply.status}: ${await reply.text()}`);
    return (await reply.json()) as Readonly<Record<string, string>>;
  };
  const tokens: string[] = [];
  for (let number = 0; number < sessions; number += 1) {
    // Users whose addresses, and therefore tokens, have the same length.
    const path = `/users/${userIdOf(1_000 + number)}/actions/signIn`;
    const { token } = await post('POST', path, { idempotencyKey: 'bench' });
    await post('PATCH', `${path}/bench`, { state: 'CHALLENGE_SUCCEEDED' });
    const session = await post('POST', '/sessions', { token, clientId: credentials.SALLYPORT_TENANT_ID });
    tokens.push(session['accessToken'] ?? '');
  }
  if (new Set(tokens.map(({ length }) => length)).size > 1) throw new Error('The access tokens differ in length.');
  return tokens;
}

function headersOf(credentials: Credentials) {
  const basic = Buffer.from(`${credentials.SALLYPORT_SECRET_KEY}:`).toString('base64');
  return { authorization: `Basic ${basic}`, 'content-type': 'application/json' };
}

/** Tokens contain the server's address, so it is chosen before the server starts. */
async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  return port;
}

function uuidOf(text: string): string {
  const hex = createHash('md5').update(text).digest('hex');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

function report({ settings }: BenchRun, slices: readonly Slice[]): string {
  const of = (name: string) => slices.find((slice) => slice.name === name)?.results ?? [];
  const middle = (results: readonly LoadResult[], pick: (result: LoadResult) => number) => median(results.map(pick));
  const row = ({ name, results }: Slice) =>
    `| ${name} | ${Math.round(middle(results, (result) => result.answersPerSecond)).toLocaleString('en')} | ${middle(results, (result) => result.p50Ms).toFixed(1)} | ${middle(results, (result) => result.p99Ms).toFixed(1)} | ${middle(results, (result) => result.cpuMicrosPerAnswer ?? Number.NaN).toFixed(0)} |`;
  const verdict = (what: string, ours: string, theirs: string, min: number, unit: string) => {
    const ratios = of(ours).map(
      (result, round) => result.answersPerSecond / (of(theirs)[round]?.answersPerSecond ?? Number.NaN),
    );
    const spread = `${median(ratios).toFixed(2)} (${Math.min(...ratios).toFixed(2)} to ${Math.max(...ratios).toFixed(2)})`;
    return `- ${what} ${spread} ${unit}. Target: at least ${min}, ${median(ratios) >= min ? 'reached' : '**missed**'}.`;
  };
  return [
    `${settings.connections} keep-alive connections, ${settings.poolSize} database connections, ${users.toLocaleString('en')} users; medians of ${settings.rounds} rounds of ${settings.measureMs / 1000} s, ratios of neighbouring slices (lowest to highest). The bare server runs the same statements, grouped as Sallyport's are, and the same cryptography.`,
    '',
    '| | requests/s | p50 ms | p99 ms | CPU µs a request |',
    '| --- | ---: | ---: | ---: | ---: |',
    ...slices.map(row),
    '',
    verdict('Verifying a code reaches', names.totp, names.bareTotp, shareOfBareMin, 'of the bare server'),
    verdict('Checking a session reaches', names.session, names.bareSession, shareOfBareMin, 'of the bare server'),
    verdict('Verifying a code is', names.totp, names.peerTotp, timesPeerMin, "times better-auth's throughput"),
    verdict('Checking a session is', names.session, names.peerSession, timesPeerMin, "times better-auth's throughput"),
    '',
    'better-auth 1.7 with its two-factor plugin, asked by a signed-in user: it reads session and secret and compares. It keeps no used step, so the same code is good again, and counts no failures of a signed-in user; Sallyport writes both down, with an audit event, in two committed statements.',
  ].join('\n');
}
