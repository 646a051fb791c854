/**
 * Verifying a passkey, compared with the bare server. Every request answers its own challenge, which is created and
 * signed before the slice; the servers take turns in short slices on one database, so that every ratio compares
 * neighbouring slices.
 */
import { randomUUID } from 'node:crypto';
import { Agent } from 'node:http';
import { openPostgresDatabase } from '../../src/storage/postgres-database.ts';
import { encodeCbor, softwareKey, useCredential } from '../../src/testkit/authenticator.ts';
import type { SoftwareKey } from '../../src/testkit/authenticator.ts';
import { testCredentials } from '../../test/rig/server-process.ts';
import type { BenchCase, BenchRun } from '../bench-case.ts';
import { actionCode, seedTenant } from '../seed-database.ts';
import type { Credentials } from '../seed-database.ts';
import { caller, eachAtOnce, measure, serverKey } from '../prepared-answers.ts';
import type { Call, Slice } from '../prepared-answers.ts';
import { startBareServer, startSallyport } from '../server-process.ts';
import type { BenchServer } from '../server-process.ts';
import { median } from '../statistics.ts';
import { userIdOf } from '../user-id.ts';

const shareOfBareMin = 0.35;
const users = 200;
/** Prepared answers per second of a slice: more than either server handles. */
const preparedPerSecond = 500;

interface Prepared {
  readonly userId: string;
  readonly idempotencyKey: string;
  readonly token: string;
  readonly body: string;
}

export const passkeyCase: BenchCase = {
  name: 'passkey',
  title: 'Verify a passkey',
  async run({ settings, postgres, say }: BenchRun) {
    const open: { stop(): Promise<void> | void }[] = [];
    try {
      const url = await postgres.createDatabase('bench_passkey');
      const credentials = testCredentials();
      const db = openPostgresDatabase({ url, poolSize: 2, random: () => 0.5, onError: () => undefined });
      open.push({ stop: () => db.close() });
      await seedTenant(db, credentials, users);
      const sallyport = await startSallyport({
        ...credentials,
        DATABASE_URL: url,
        SALLYPORT_DATABASE_POOL_SIZE: String(settings.poolSize),
      });
      open.push(sallyport);
      // The server's own pages are always expected, under its host name rather than its address.
      const origin = sallyport.url.replace('127.0.0.1', 'localhost');
      const agent = new Agent({ keepAlive: true, maxSockets: settings.connections });
      open.push({ stop: () => agent.destroy() });
      const call = caller(agent);
      const keys = await enrolKeys(call, sallyport, credentials);
      const prepare = (count: number) => prepareAnswers(call, sallyport, origin, credentials, keys, count);

      const [sample] = await prepare(1);
      if (sample === undefined) throw new Error('Nothing was prepared.');
      const bare = await startBareServer(
        {
          DATABASE_URL: url,
          BENCH_POOL_SIZE: String(settings.poolSize),
          BENCH_TENANT_ID: credentials.SALLYPORT_TENANT_ID,
          BENCH_ORIGIN: origin,
          BENCH_REPLY: (await call(sallyport, verifyPath, bearer(sample), sample.body)).text,
        },
        'bare-passkey-server.ts',
      );
      open.push(bare);

      const ofSallyport: Slice[] = [];
      const ofBare: Slice[] = [];
      const count = Math.ceil((settings.measureMs / 1000) * preparedPerSecond);
      // The round before the first is for warming up.
      for (let round = 0; round <= settings.rounds; round += 1) {
        const bareSlice = await measure(call, await prepare(count), settings.connections, (each) => [
          bare,
          barePath(each),
        ]);
        const slice = await measure(call, await prepare(count), settings.connections, () => [sallyport, verifyPath]);
        say(
          `passkey: round ${round} of ${settings.rounds}: bare ${bareSlice.answersPerSecond.toFixed(0)}, Sallyport ${slice.answersPerSecond.toFixed(0)} req/s`,
        );
        if (round === 0) continue;
        ofBare.push(bareSlice);
        ofSallyport.push(slice);
      }
      return report(settings.connections, settings.poolSize, count, ofBare, ofSallyport);
    } finally {
      for (const { stop } of open.reverse()) await stop();
    }
  },
};

const verifyPath = '/v1/client/verify/passkey';
const barePath = ({ userId, idempotencyKey }: Prepared) => `/${userId}/${actionCode}/${idempotencyKey}`;
const bearer = ({ token }: Prepared) => `Bearer ${token}`;

async function enrolKeys(call: Call, server: BenchServer, credentials: Credentials): Promise<readonly SoftwareKey[]> {
  const keys = Array.from({ length: users }, () => softwareKey());
  await eachAtOnce([...keys.entries()], 8, async ([number, key]) => {
    const body = {
      verificationMethod: 'PASSKEY',
      credentialId: key.credentialId.toString('base64url'),
      credentialPublicKey: encodeCbor(key.publicKey).toString('base64url'),
    };
    const path = `/v1/users/${userIdOf(number)}/authenticators`;
    await call(server, path, serverKey(credentials), JSON.stringify(body));
  });
  return keys;
}

/** Tracks an action for each, begins its ceremony and signs: everything that precedes the measurement. */
async function prepareAnswers(
  call: Call,
  server: BenchServer,
  origin: string,
  credentials: Credentials,
  keys: readonly SoftwareKey[],
  count: number,
): Promise<readonly Prepared[]> {
  const prepared: Prepared[] = [];
  await eachAtOnce(
    Array.from({ length: count }, (_, number) => number % keys.length),
    16,
    async (number) => {
      const key = keys[number];
      if (key === undefined) return;
      const [userId, idempotencyKey] = [userIdOf(number), randomUUID()];
      const track = `/v1/users/${userId}/actions/${actionCode}`;
      const tracked = await call(server, track, serverKey(credentials), JSON.stringify({ idempotencyKey }));
      const { token } = JSON.parse(tracked.text) as { token: string };
      const begin = '/v1/client/user-authenticators/passkey/authentication-options';
      const begun = await call(server, begin, `Bearer ${token}`, '{}');
      const { options } = JSON.parse(begun.text) as { options: { challenge: string; rpId: string } };
      const authenticationCredential = useCredential(key, options, origin);
      prepared.push({ userId, idempotencyKey, token, body: JSON.stringify({ authenticationCredential }) });
    },
  );
  return prepared;
}

function report(
  connections: number,
  poolSize: number,
  count: number,
  ofBare: readonly Slice[],
  ofSallyport: readonly Slice[],
): string {
  const ratios = ofSallyport.map((slice, round) => slice.answersPerSecond / (ofBare[round]?.answersPerSecond ?? NaN));
  const spread = `${median(ratios).toFixed(2)} (${Math.min(...ratios).toFixed(2)} to ${Math.max(...ratios).toFixed(2)})`;
  const row = (name: string, slices: readonly Slice[], share: string) => {
    const middle = (pick: (slice: Slice) => number) => median(slices.map(pick));
    const cells = [
      name,
      Math.round(middle(({ answersPerSecond }) => answersPerSecond)).toLocaleString('en'),
      share,
      middle(({ p50Ms }) => p50Ms).toFixed(1),
      middle(({ p99Ms }) => p99Ms).toFixed(1),
    ];
    return `| ${cells.join(' | ')} |`;
  };
  return [
    `${connections} keep-alive connections, ${poolSize} database connections, ${users} users; medians of ${ofSallyport.length} rounds of ${count.toLocaleString('en')} requests, each with a challenge of its own that was signed before. "Of bare" is the median of each round's ratio (lowest to highest). The bare server groups its statements as Sallyport does. The requests come from one process on the same machine.`,
    '',
    '| server | requests/s | of bare | p50 ms | p99 ms |',
    '| --- | ---: | ---: | ---: | ---: |',
    row('bare `node:http`, same SQL and signature check, PostgreSQL', ofBare, '1'),
    row('Sallyport, PostgreSQL', ofSallyport, spread),
    '',
    `- Sallyport reaches ${spread} of the bare server. Target: at least ${shareOfBareMin}, ${median(ratios) >= shareOfBareMin ? 'reached' : '**missed**'}.`,
  ].join('\n');
}
