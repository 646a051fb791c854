/**
 * What rules cost a track: one server, one database with many stored actions, and actions that differ in their rules
 * alone, measured in turn in short slices.
 */
import { openPostgresDatabase } from '../../src/storage/postgres-database.ts';
import { testCredentials } from '../../test/rig/server-process.ts';
import type { BenchCase, BenchRun } from '../bench-case.ts';
import { startLoadGenerator } from '../load-generator.ts';
import type { LoadResult } from '../load-process.ts';
import { seedActions, seedTenant, trackBody } from '../seed-database.ts';
import type { Credentials } from '../seed-database.ts';
import { startSallyport } from '../server-process.ts';
import { median } from '../statistics.ts';
import { userIdOf } from '../user-id.ts';

const shareWithHundredRulesMin = 0.85;

/** A rule of the kind that operators write; none of them matches, so that every one is evaluated to its end. */
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

interface Variant {
  readonly code: string;
  readonly rules: number;
  /** How many of them ask about the past. */
  readonly velocity: number;
}

const variants: readonly Variant[] = [
  { code: 'rules-0', rules: 0, velocity: 0 },
  { code: 'rules-20', rules: 20, velocity: 0 },
  { code: 'rules-100', rules: 100, velocity: 0 },
  { code: 'rules-20-velocity', rules: 20, velocity: 2 },
  { code: 'rules-100-velocity', rules: 100, velocity: 10 },
];

export const rulesCase: BenchCase = {
  name: 'rules',
  title: 'Track an action under rules',
  async run(run) {
    const { settings, say } = run;
    const credentials = testCredentials();
    const url = await openSeeded(run, credentials);
    const server = await startSallyport({
      ...credentials,
      DATABASE_URL: url,
      SALLYPORT_DATABASE_POOL_SIZE: String(settings.poolSize),
      // All rules are made in one go.
      SALLYPORT_MANAGEMENT_RATE_LIMIT: '10000',
    });
    const generator = startLoadGenerator();
    try {
      for (const variant of variants) await configure(server.url, credentials, variant);
      const results = new Map<Variant, LoadResult[]>(variants.map((variant) => [variant, []]));
      for (let round = 0; round <= settings.rounds; round += 1) {
        for (const variant of variants) {
          const result = await generator.run({
            url: server.url,
            method: 'POST',
            path: `/v1/users/{userId}/actions/${variant.code}`,
            headers: { authorization: basic(credentials.SALLYPORT_SECRET_KEY), 'content-type': 'application/json' },
            body: JSON.stringify(trackBody),
            users: settings.users,
            connections: settings.connections,
            warmupMs: settings.warmupMs,
            measureMs: settings.measureMs,
            serverPid: server.pid,
          });
          // The first round makes the code hot and the caches full.
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

async function openSeeded({ settings, postgres, say }: BenchRun, credentials: Credentials): Promise<string> {
  say(`rules: storing ${settings.users} users and ${settings.manyActions} actions`);
  const url = await postgres.createDatabase('bench_rules');
  const db = openPostgresDatabase({ url, poolSize: 1, random: () => 0.5, onError: () => undefined });
  await seedTenant(db, credentials, settings.users);
  await seedActions(db, {
    tenantId: credentials.SALLYPORT_TENANT_ID,
    users: settings.users,
    sample: { userId: userIdOf(0), state: 'ALLOW', decision: '{"v":1}' },
    from: 0,
    count: settings.manyActions,
  });
  await db.script('vacuum (analyze)');
  await db.script('checkpoint');
  await db.close();
  return url;
}

async function configure(url: string, credentials: Credentials, { code, rules, velocity }: Variant): Promise<void> {
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
      conditions: priority < velocity ? velocityCondition(priority) : plainCondition(priority),
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
      String(variant.velocity),
      Math.round(median(own.map((result) => result.answersPerSecond))).toLocaleString('en'),
      share(own).toFixed(2),
      median(own.map((result) => result.p50Ms)).toFixed(1),
      median(own.map((result) => result.p99Ms)).toFixed(1),
    ];
    return `| ${cells.join(' | ')} |`;
  });
  const hundred = variants.find(({ rules, velocity }) => rules === 100 && velocity === 0);
  const reached = share((hundred === undefined ? undefined : results.get(hundred)) ?? []);
  return [
    `${settings.manyActions.toLocaleString('en')} stored actions of ${settings.users.toLocaleString('en')} users, ${settings.connections} keep-alive connections; medians of ${settings.rounds} rounds. No rule matches, so all are evaluated to their end.`,
    '',
    '| rules | of them about the past | requests/s | of no rules | p50 ms | p99 ms |',
    '| ---: | ---: | ---: | ---: | ---: | ---: |',
    ...rows,
    '',
    `- With 100 rules track reaches ${reached.toFixed(2)} of its throughput without rules. Target: at least ${shareWithHundredRulesMin}, ${reached >= shareWithHundredRulesMin ? 'reached' : '**missed**'}.`,
  ].join('\n');
}
