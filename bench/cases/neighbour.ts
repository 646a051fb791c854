/**
 * How one tenant's flood affects another (ruling 52): a tenant's tracks alone, and next to 60 connections of another
 * tenant that track as fast as they get responses. Slices take turns, so that a slow minute of the machine affects
 * both.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openEmbeddedDatabase } from '../../src/storage/pglite-database.ts';
import { openPostgresDatabase } from '../../src/storage/postgres-database.ts';
import type { Database } from '../../src/storage/sql.ts';
import { testCredentials } from '../../test/rig/server-process.ts';
import type { BenchCase, BenchRun } from '../bench-case.ts';
import { startLoadGenerator } from '../load-generator.ts';
import type { LoadGenerator } from '../load-generator.ts';
import type { LoadJob, LoadResult } from '../load-process.ts';
import { seedOtherTenant, seedTenant } from '../seed-database.ts';
import type { Credentials } from '../seed-database.ts';
import { startSallyport } from '../server-process.ts';
import type { BenchServer } from '../server-process.ts';
import { median } from '../statistics.ts';
import { trackJob } from './track.ts';

const floodConnections = 60;
const users = 10_000;
const ratioMax = 4;

interface Site {
  readonly name: string;
  readonly server: BenchServer;
  readonly flooder: Credentials;
  readonly other: Credentials;
  readonly alone: LoadResult[];
  readonly beside: LoadResult[];
  readonly flood: LoadResult[];
}

type Open = { stop(): Promise<void> | void }[];

export const neighbourCase: BenchCase = {
  name: 'neighbour',
  title: 'One tenant beside the flood of another',
  async run(run) {
    const { settings, say } = run;
    const open: Open = [];
    try {
      const sites = [await onPostgres(run, open), await onEmbedded(run, open)];
      const generators = [startLoadGenerator(), startLoadGenerator()] as const;
      open.push(...generators);
      for (const site of sites) {
        await flooded(run, site, generators, settings.firstWarmupMs);
      }
      for (let round = 1; round <= settings.rounds; round += 1) {
        for (const site of sites) {
          site.alone.push(await generators[1].run(otherJob(run, site, settings.warmupMs)));
          const { flood, beside } = await flooded(run, site, generators, settings.warmupMs);
          site.flood.push(flood);
          site.beside.push(beside);
          const figures = [site.alone, site.beside].map((results) => results.at(-1)?.p99Ms.toFixed(1));
          say(`neighbour: round ${round} of ${settings.rounds}, ${site.name}: p99 ${figures.join(' and ')} ms`);
        }
      }
      return report(run, sites);
    } finally {
      for (const { stop } of open.reverse()) await stop();
    }
  },
};

async function seed(db: Database, { say }: BenchRun, name: string) {
  say(`neighbour: storing two tenants with ${users} users, ${name}`);
  const [flooder, other] = [testCredentials(), testCredentials()];
  await seedTenant(db, flooder, users);
  await seedOtherTenant(db, flooder, other, users);
  return { name, flooder, other, alone: [], beside: [], flood: [] };
}

async function onPostgres(run: BenchRun, open: Open): Promise<Site> {
  const url = await run.postgres.createDatabase('bench_neighbour');
  const db = openPostgresDatabase({ url, poolSize: 2, random: () => 0.5, onError: () => undefined });
  const seeded = await seed(db, run, 'PostgreSQL');
  await db.close();
  const server = await startSallyport({
    ...seeded.flooder,
    DATABASE_URL: url,
    SALLYPORT_DATABASE_POOL_SIZE: String(run.settings.poolSize),
  });
  open.push(server);
  return { ...seeded, server };
}

async function onEmbedded(run: BenchRun, open: Open): Promise<Site> {
  const dataDir = await mkdtemp(join(tmpdir(), 'sallyport-bench-'));
  open.push({ stop: () => rm(dataDir, { recursive: true, force: true }) });
  const db = await openEmbeddedDatabase({ dataDir, fsync: true });
  const seeded = await seed(db, run, 'embedded');
  await db.close();
  const server = await startSallyport({ ...seeded.flooder, SALLYPORT_DATA_DIR: dataDir });
  open.push(server);
  return { ...seeded, server };
}

/** One connection, one request at a time: this measures how long a call takes, not the throughput. */
function otherJob({ settings }: BenchRun, { server, other }: Site, warmupMs: number): LoadJob {
  return { ...trackJob(settings, server, other), users, connections: 1, warmupMs };
}

async function flooded(
  run: BenchRun,
  site: Site,
  [first, second]: readonly [LoadGenerator, LoadGenerator],
  warmupMs: number,
): Promise<{ flood: LoadResult; beside: LoadResult }> {
  const floodJob = {
    ...trackJob(run.settings, site.server, site.flooder),
    users,
    connections: floodConnections,
    warmupMs,
  };
  const [flood, beside] = await Promise.all([first.run(floodJob), second.run(otherJob(run, site, warmupMs))]);
  return { flood, beside };
}

function report({ settings }: BenchRun, sites: readonly Site[]): string {
  return [
    `${floodConnections} keep-alive connections of one tenant and one of another, ${settings.poolSize} database connections, ${users.toLocaleString('en')} users each; medians of ${settings.rounds} rounds of ${settings.measureMs / 1000} s. The ratio is the median of each round's (lowest to highest).`,
    '',
    '| database | p50 ms alone | beside the flood | p99 ms alone | beside the flood | ratio of p99 | requests/s of the flood |',
    '| --- | ---: | ---: | ---: | ---: | ---: | ---: |',
    ...sites.map(row),
    '',
    ...sites.map((site) => {
      const isReached = median(ratios(site)) <= ratioMax;
      return `- ${site.name}: p99 beside the flood is ${spread(ratios(site))} times the figure alone. Target: at most ${ratioMax}, ${isReached ? 'reached' : '**missed**'}.`;
    }),
  ].join('\n');
}

function row(site: Site): string {
  const middle = (results: readonly LoadResult[], pick: (result: LoadResult) => number) => median(results.map(pick));
  const cells = [
    site.name,
    ...[site.alone, site.beside].map((results) => middle(results, ({ p50Ms }) => p50Ms).toFixed(1)),
    ...[site.alone, site.beside].map((results) => middle(results, ({ p99Ms }) => p99Ms).toFixed(1)),
    spread(ratios(site)),
    Math.round(middle(site.flood, ({ answersPerSecond }) => answersPerSecond)).toLocaleString('en'),
  ];
  return `| ${cells.join(' | ')} |`;
}

function ratios({ alone, beside }: Site): readonly number[] {
  return beside.map(({ p99Ms }, round) => p99Ms / (alone[round]?.p99Ms ?? Number.NaN));
}

function spread(values: readonly number[]): string {
  return `${median(values).toFixed(1)} (${Math.min(...values).toFixed(1)} to ${Math.max(...values).toFixed(1)})`;
}
