/**
 * Two nodes beside one on the same database and the same cores: the same number of requests at once, to one of them or half to
 * each. And what a stored action takes on the disk.
 */
import { openPostgresDatabase } from '../../src/storage/postgres-database.ts';
import { statement } from '../../src/storage/sql.ts';
import type { Database } from '../../src/storage/sql.ts';
import { testCredentials } from '../../test/rig/server-process.ts';
import type { BenchCase, BenchRun } from '../bench-case.ts';
import { startLoadGenerator } from '../load-generator.ts';
import type { LoadJob, LoadResult } from '../load-process.ts';
import { seedActions, seedTenant } from '../seed-database.ts';
import { startSallyport } from '../server-process.ts';
import { median } from '../statistics.ts';
import { trackJob, trackOnce } from './track.ts';

const shareOfOneMin = 1;
const bytesMax = 900;

export const nodesCase: BenchCase = {
  name: 'nodes',
  title: 'Two nodes, and what an action takes',
  async run(run) {
    const { settings, postgres, say } = run;
    const open: { stop(): Promise<void> | void }[] = [];
    try {
      say(`nodes: storing ${settings.users} users and ${settings.manyActions} actions`);
      const url = await postgres.createDatabase('bench_nodes');
      const db = openPostgresDatabase({ url, poolSize: 2, random: () => 0.5, onError: () => undefined });
      open.push({ stop: () => db.close() });
      const credentials = testCredentials();
      await seedTenant(db, credentials, settings.users);
      const variables = {
        ...credentials,
        DATABASE_URL: url,
        SALLYPORT_DATABASE_POOL_SIZE: String(settings.poolSize / 2),
      };
      const nodes = [await startSallyport(variables), await startSallyport(variables)] as const;
      open.push(...nodes);
      const { sample } = await trackOnce(db, nodes[0], credentials);
      const tenantId = credentials.SALLYPORT_TENANT_ID;
      await seedActions(db, { tenantId, users: settings.users, sample, from: 0, count: settings.manyActions });
      await db.script('vacuum (analyze)');
      await db.script('checkpoint');
      const stored = await sizes(db);

      const generators = [startLoadGenerator(), startLoadGenerator()] as const;
      open.push(...generators);
      const jobs = nodes.map((node) => trackJob(settings, node, credentials));
      const halves = jobs.map((job): LoadJob => ({ ...job, connections: settings.connections / 2 }));
      const all = (some: readonly LoadJob[]) =>
        Promise.all(some.map((job, at) => (generators[at] ?? generators[0]).run(job)));
      await all(halves.map((job) => ({ ...job, warmupMs: settings.firstWarmupMs })));
      const before = await sizes(db);
      const results: { one: LoadResult; two: readonly LoadResult[] }[] = [];
      for (let round = 1; round <= settings.rounds; round += 1) {
        const [one] = await all(jobs.slice(0, 1));
        const two = await all(halves);
        if (one !== undefined) results.push({ one, two });
        say(`nodes: round ${round} of ${settings.rounds}`);
      }
      return report(run, results, stored.actions / settings.manyActions, growth(before, await sizes(db)));
    } finally {
      for (const { stop } of open.reverse()) await stop();
    }
  },
};

interface Sizes {
  readonly actions: number;
  readonly rows: number;
}

const sizesStatement = statement<Sizes>(
  'bench_nodes_sizes',
  `select
     (select sum(pg_total_relation_size(relid)) from pg_partition_tree('actions_by_month') where isleaf)::bigint as actions,
     (select count(*) from actions_by_month)::bigint as rows`,
);

async function sizes(db: Database): Promise<Sizes> {
  const [row] = await db.query(sizesStatement, []);
  if (row === undefined) throw new Error('The sizes are one row.');
  return row;
}

/** Bytes of an action that was tracked. */
function growth(before: Sizes, after: Sizes): number {
  return (after.actions - before.actions) / (after.rows - before.rows);
}

function report(
  { settings }: BenchRun,
  results: readonly { one: LoadResult; two: readonly LoadResult[] }[],
  storedBytes: number,
  trackedBytes: number,
): string {
  const rateOfTwo = ({ two }: (typeof results)[0]) =>
    two.reduce((sum, { answersPerSecond }) => sum + answersPerSecond, 0);
  const shares = results.map((result) => rateOfTwo(result) / result.one.answersPerSecond);
  const share = median(shares);
  const rate = (rates: readonly number[]) => Math.round(median(rates)).toLocaleString('en');
  const p99 = (values: readonly number[]) => median(values).toFixed(1);
  const isReached = (reached: boolean) => (reached ? 'reached' : '**missed**');
  return [
    `${settings.manyActions.toLocaleString('en')} stored actions of ${settings.users.toLocaleString('en')} users; ${settings.connections} keep-alive connections, to one node or half to each of two, which have ${settings.poolSize / 2} database connections each. Medians of ${settings.rounds} rounds.`,
    '',
    '| nodes | requests/s | p99 ms |',
    '| ---: | ---: | ---: |',
    `| 1 | ${rate(results.map(({ one }) => one.answersPerSecond))} | ${p99(results.map(({ one }) => one.p99Ms))} |`,
    `| 2 | ${rate(results.map(rateOfTwo))} | ${p99(results.map(({ two }) => Math.max(...two.map(({ p99Ms }) => p99Ms))))} |`,
    '',
    `- Two nodes reach ${share.toFixed(2)} (${Math.min(...shares).toFixed(2)} to ${Math.max(...shares).toFixed(2)}) of one. Target: at least ${shareOfOneMin}, ${isReached(share >= shareOfOneMin)}.`,
    `- A stored action takes ${Math.round(storedBytes)} bytes with its indexes. Target: at most ${bytesMax}, ${isReached(storedBytes <= bytesMax)}. What was tracked meanwhile takes ${Math.round(trackedBytes)}, under keys that the server makes.`,
  ].join('\n');
}
