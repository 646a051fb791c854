/**
 * The cost of rules for a track: one server, one database with many stored actions, and actions that differ only in
 * their rules, measured in turn in short slices.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { openPostgresDatabase } from '../../src/storage/postgres-database.ts';
import { statement } from '../../src/storage/sql.ts';
import { testCredentials } from '../../test/rig/server-process.ts';
import type { BenchCase, BenchRun } from '../bench-case.ts';
import { startLoadGenerator } from '../load-generator.ts';
import type { LoadResult } from '../load-process.ts';
import { seedActions, seedOtherTenant, seedTenant, trackBody } from '../seed-database.ts';
import type { Credentials } from '../seed-database.ts';
import { startSallyport } from '../server-process.ts';
import { median } from '../statistics.ts';
import { userIdOf } from '../user-id.ts';

const shareWithHundredRulesMin = 0.85;
const shareWithPastMin = 0.85;

/** A rule such as operators write; none of them matches, so that every one is evaluated completely. */
function plainCondition(number: number) {
  return {
    and: [
      { in: [{ var: 'custom.currency' }, ['NZD', 'AUD', 'EUR']] },
      { or: [{ '>': [{ var: 'custom.amount' }, 1000 + number] }, { '==': [{ var: 'device.isBot' }, true] }] },
      { '!': { in: [{ var: 'ip.location.country.countryCode' }, ['NZ', 'AU']] } },
    ],
  };
}

function velocityCondition(number: number) {
  return {
    and: [
      { '>=': [{ actionCount: ['user', '*', 60, '*'] }, 1000 + number] },
      { '>': [{ customSum: ['amount', 'user', '*', 1440] }, 1_000_000] },
    ],
  };
}

function addressCondition(number: number) {
  return { '>=': [{ actionCount: ['ip', '*', 90 * 1440, '*'] }, 1_000_000_000 + number] };
}

/** Behind which many of the users are, in place of their own. */
const carrierAddress = '81.42.42.42';

interface Variant {
  readonly code: string;
  readonly rules: number;
  /** How many of them need past actions, in a tenant of its own: what they count costs every action of the tenant. */
  readonly past: number;
  readonly ofPast?: (number: number) => object;
  readonly address?: string;
}

const variants: readonly Variant[] = [
  { code: 'rules-0', rules: 0, past: 0 },
  { code: 'rules-20', rules: 20, past: 0 },
  { code: 'rules-100', rules: 100, past: 0 },
  { code: 'rules-20-user', rules: 20, past: 2, ofPast: velocityCondition },
  { code: 'rules-100-user', rules: 100, past: 10, ofPast: velocityCondition },
  { code: 'rules-20-address', rules: 20, past: 2, ofPast: addressCondition },
  { code: 'rules-20-carrier', rules: 20, past: 2, ofPast: addressCondition, address: carrierAddress },
];

export const rulesCase: BenchCase = {
  name: 'rules',
  title: 'Track an action under rules',
  async run(run) {
    const { settings, say } = run;
    const credentials = testCredentials();
    const counted = testCredentials();
    const of = ({ past }: Variant) => (past === 0 ? credentials : counted);
    const url = await openSeeded(run, credentials, counted);
    const server = await startSallyport({
      ...credentials,
      DATABASE_URL: url,
      SALLYPORT_DATABASE_POOL_SIZE: String(settings.poolSize),
      // All rules are created at once.
      SALLYPORT_MANAGEMENT_RATE_LIMIT: '10000',
    });
    const generator = startLoadGenerator();
    try {
      for (const variant of variants) await configure(server.url, of(variant), variant);
      await untilCounted(url, say);
      const results = new Map<Variant, LoadResult[]>(variants.map((variant) => [variant, []]));
      for (let round = 0; round <= settings.rounds; round += 1) {
        for (const variant of variants) {
          const result = await generator.run({
            url: server.url,
            method: 'POST',
            path: `/v1/users/{userId}/actions/${variant.code}`,
            headers: { authorization: basic(of(variant).SALLYPORT_SECRET_KEY), 'content-type': 'application/json' },
            body: JSON.stringify(
              variant.address === undefined ? trackBody : { ...trackBody, ipAddress: variant.address },
            ),
            users: settings.users,
            connections: settings.connections,
            warmupMs: settings.warmupMs,
            measureMs: settings.measureMs,
            serverPid: server.pid,
          });
          // The first round compiles the code and fills the caches.
          if (round > 0) results.get(variant)?.push(result);
        }
        say(`rules: ${round === 0 ? 'warmed up' : `round ${round} of ${settings.rounds}`}`);
      }
      return report(run, results);
    } finally {
      void generator.stop();
      await server.stop();
    }
  },
};

async function openSeeded(
  { settings, postgres, say }: BenchRun,
  credentials: Credentials,
  counted: Credentials,
): Promise<string> {
  const { users, manyActions } = settings;
  say(`rules: storing ${users} users and ${manyActions} actions, and as many of a tenant with rules about the past`);
  const url = await postgres.createDatabase('bench_rules');
  const db = openPostgresDatabase({ url, poolSize: 2, random: () => 0.5, onError: () => undefined });
  await seedTenant(db, credentials, users);
  await seedOtherTenant(db, credentials, counted, users);
  const sample = { userId: userIdOf(0), state: 'ALLOW', decision: '{"v":1}' };
  const seed = { users, sample, from: 0, count: manyActions };
  await seedActions(db, { ...seed, tenantId: credentials.SALLYPORT_TENANT_ID });
  const tenantId = counted.SALLYPORT_TENANT_ID;
  await seedActions(db, { ...seed, tenantId });
  await seedActions(db, { ...seed, tenantId, from: manyActions, address: carrierAddress });
  await db.script('vacuum (analyze)');
  await db.script('checkpoint');
  await db.close();
  return url;
}

const uncountedStatement = statement<{ count: number }>(
  'bench_uncounted_series',
  `select count(*)::int as count from tally_series
   where filled_from is null or filled_from > counts_from - interval '90 days'`,
);

/** Until what the rules ask is counted back to the start of their windows. */
async function untilCounted(url: string, say: (text: string) => void): Promise<void> {
  const db = openPostgresDatabase({ url, poolSize: 1, random: () => 0.5, onError: () => undefined });
  say('rules: waiting until the past is counted');
  // Nothing is kept of the first rules yet.
  await pause(15_000);
  while ((await db.query(uncountedStatement, []))[0]?.count !== 0) await pause(2_000);
  // No checkpoint: what was filled in since the last one has touched nearly every page, as on a server that has been busy.
  await db.script('vacuum (analyze) tallies');
  await db.close();
}

async function configure(
  url: string,
  credentials: Credentials,
  { code, rules, past, ofPast = plainCondition }: Variant,
): Promise<void> {
  const manage = async (path: string, body: unknown) => {
    const response = await fetch(`${url}/v1/management/action-configurations${path}`, {
      method: 'POST',
      headers: { authorization: basic(credentials.SALLYPORT_MANAGEMENT_KEY), 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    if (!response.ok) throw new Error(`${path} answered ${response.status}: ${await response.text()}`);
  };
  await manage('', { actionCode: code, defaultUserActionResult: 'CHALLENGE' });
  for (let priority = 0; priority < rules; priority += 1) {
    await manage(`/${code}/rules`, {
      name: `Rule ${priority}`,
      isActive: true,
      priority,
      type: 'BLOCK',
      conditions: priority < past ? ofPast(priority) : plainCondition(priority),
    });
  }
}

function basic(key: string): string {
  return `Basic ${Buffer.from(`${key}:`).toString('base64')}`;
}

function report({ settings }: BenchRun, results: ReadonlyMap<Variant, readonly LoadResult[]>): string {
  const [base] = variants;
  const baseResults = (base === undefined ? undefined : results.get(base)) ?? [];
  const share = (own: readonly LoadResult[]) =>
    median(own.map((result, round) => result.answersPerSecond / (baseResults[round]?.answersPerSecond ?? Number.NaN)));
  const rows = variants.map((variant) => {
    const own = results.get(variant) ?? [];
    const cells = [
      String(variant.rules),
      String(variant.past),
      variant.address === undefined ? 'its own' : 'that of a carrier',
      Math.round(median(own.map((result) => result.answersPerSecond))).toLocaleString('en'),
      share(own).toFixed(2),
      median(own.map((result) => result.p50Ms)).toFixed(1),
      median(own.map((result) => result.p99Ms)).toFixed(1),
    ];
    return `| ${cells.join(' | ')} |`;
  });
  const pastShares = variants.filter(({ past }) => past > 0).map((variant) => share(results.get(variant) ?? []));
  const worst = Math.min(...pastShares);
  const hundred = variants.find(({ rules, past }) => rules === 100 && past === 0);
  const reached = share((hundred === undefined ? undefined : results.get(hundred)) ?? []);
  return [
    `${settings.manyActions.toLocaleString('en')} stored actions of ${settings.users.toLocaleString('en')} users, ${settings.connections} keep-alive connections; medians of ${settings.rounds} rounds. No rule matches, so all are evaluated to their end.`,
    '',
    '| rules | of them about the past | address | requests/s | of no rules | p50 ms | p99 ms |',
    '| ---: | ---: | --- | ---: | ---: | ---: | ---: |',
    ...rows,
    '',
    `- With 100 rules track reaches ${reached.toFixed(2)} of its throughput without rules. Target: at least ${shareWithHundredRulesMin}, ${reached >= shareWithHundredRulesMin ? 'reached' : '**missed**'}.`,
    `- With rules about the past, also by the address of a carrier with ${settings.manyActions.toLocaleString('en')} actions in the window, it reaches at least ${worst.toFixed(2)}. Target: at least ${shareWithPastMin}, ${worst >= shareWithPastMin ? 'reached' : '**missed**'}.`,
  ].join('\n');
}
