/**
 * `track` compared with the bare server, with few and with many stored actions. All servers run from the beginning and
 * take turns in short slices, so that a slow minute of the machine affects all of them; every ratio compares
 * neighbouring slices.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openEmbeddedDatabase } from '../../src/storage/pglite-database.ts';
import { openPostgresDatabase } from '../../src/storage/postgres-database.ts';
import { statement } from '../../src/storage/sql.ts';
import type { Database } from '../../src/storage/sql.ts';
import { testCredentials } from '../../test/rig/server-process.ts';
import type { BenchCase, BenchRun, BenchSettings } from '../bench-case.ts';
import { startLoadGenerator } from '../load-generator.ts';
import type { LoadJob, LoadResult } from '../load-process.ts';
import { actionCode, seedActions, seedTenant, trackBody } from '../seed-database.ts';
import type { Credentials, SampleAction } from '../seed-database.ts';
import { startBareServer, startSallyport } from '../server-process.ts';
import type { BenchServer } from '../server-process.ts';
import { median } from '../statistics.ts';
import { userAddressOf } from '../user-address.ts';
import { userIdOf } from '../user-id.ts';

const shareOfBareMin = 0.75;
const shareWithManyActionsMin = 0.9;

export const trackCase: BenchCase = {
  name: 'track',
  title: 'Track an action',
  async run(run) {
    const { settings, say } = run;
    const open: { stop(): Promise<void> | void }[] = [];
    try {
      const few = await openSite(run, 'few', settings.fewActions, open);
      const many = await openSite(run, 'many', settings.manyActions, open);
      const embedded = await openEmbedded(run, few.sample, open);
      const generator = startLoadGenerator();
      open.push(generator);

      const slices: readonly Slice[] = [
        { place: few, server: few.bare, results: few.bareResults },
        { place: few, server: few.sallyport, results: few.results },
        { place: many, server: many.bare, results: many.bareResults },
        { place: many, server: many.sallyport, results: many.results },
        { place: embedded, server: embedded.sallyport, results: embedded.results },
      ];
      for (const { place, server } of slices) {
        await generator.run({
          ...trackJob(settings, server, place.credentials),
          warmupMs: settings.firstWarmupMs,
        });
      }
      say('track: warmed up');
      for (let round = 1; round <= settings.rounds; round += 1) {
        for (const { place, server, results } of slices) {
          await place.reset();
          results.push(await generator.run(trackJob(settings, server, place.credentials)));
        }
        const rates = slices.map(({ results }) => results.at(-1)?.answersPerSecond.toFixed(0) ?? '-');
        say(`track: round ${round} of ${settings.rounds}: ${rates.join(' ')} req/s`);
      }
      return report(settings, few, many, embedded);
    } finally {
      for (const { stop } of open.reverse()) await stop();
    }
  },
};

interface Place {
  readonly credentials: Credentials;
  readonly sallyport: BenchServer;
  readonly results: LoadResult[];
  /** Restores the number of stored actions that the case is named after, if that matters. */
  reset(): Promise<void>;
}

interface Site extends Place {
  readonly bare: BenchServer;
  readonly bareResults: LoadResult[];
  readonly sample: SampleAction;
}

interface Slice {
  readonly place: Place;
  readonly server: BenchServer;
  readonly results: LoadResult[];
}

type Open = { stop(): Promise<void> | void }[];

/** One database on PostgreSQL with both servers on it. */
async function openSite({ settings, postgres, say }: BenchRun, name: string, actions: number, open: Open) {
  say(`track: storing ${settings.users} users and ${actions} actions`);
  const url = await postgres.createDatabase(`bench_track_${name}`);
  const db = openPostgresDatabase({ url, poolSize: 2, random: () => 0.5, onError: () => undefined });
  open.push({ stop: () => db.close() });
  const credentials = testCredentials();
  const tenantId = credentials.SALLYPORT_TENANT_ID;
  await seedTenant(db, credentials, settings.users);
  const sallyport = await startSallyport({
    ...credentials,
    DATABASE_URL: url,
    SALLYPORT_DATABASE_POOL_SIZE: String(settings.poolSize),
  });
  open.push(sallyport);
  const { reply, sample } = await trackOnce(db, sallyport, credentials);

  const isReset = actions === settings.fewActions;
  const seed = { tenantId, users: settings.users, sample };
  // The rows stored after the checkpoint have touched nearly every page of every index, as on a server that has been
  // busy since: the first change of a page after a checkpoint writes the whole page to the log.
  const afterCheckpoint = Math.floor(actions / 10);
  await seedActions(db, { ...seed, from: 0, count: actions - afterCheckpoint });
  await db.script('vacuum (analyze)');
  await db.script('checkpoint');
  await seedActions(db, { ...seed, from: actions - afterCheckpoint, count: afterCheckpoint });
  if (isReset) await db.script('create table bench_actions as select * from actions_by_month');

  const bare = await startBareServer({
    DATABASE_URL: url,
    BENCH_POOL_SIZE: String(settings.poolSize),
    BENCH_TENANT_ID: tenantId,
    BENCH_STATE: sample.state,
    BENCH_DECISION: sample.decision,
    BENCH_REPLY: reply,
  });
  open.push(bare);
  const site: Site = {
    credentials,
    sallyport,
    results: [],
    bare,
    bareResults: [],
    sample,
    async reset() {
      if (!isReset) return;
      // Tried again if it meets a job of the servers.
      await db.transaction((sql) =>
        sql.script('truncate actions_by_month; insert into actions_by_month select * from bench_actions'),
      );
      await db.script('vacuum (analyze) actions_by_month');
    },
  };
  return site;
}

/** The embedded database cannot be reached from outside its server, so its actions are not removed between rounds. */
async function openEmbedded({ settings, say }: BenchRun, sample: SampleAction, open: Open): Promise<Place> {
  say(`track: storing ${settings.users} users and ${settings.fewActions} actions in the embedded database`);
  const dataDir = await mkdtemp(join(tmpdir(), 'sallyport-bench-'));
  open.push({ stop: () => rm(dataDir, { recursive: true, force: true }) });
  const credentials = testCredentials();
  const db = await openEmbeddedDatabase({ dataDir, fsync: true });
  await seedTenant(db, credentials, settings.users);
  const tenantId = credentials.SALLYPORT_TENANT_ID;
  await seedActions(db, { tenantId, users: settings.users, sample, from: 0, count: settings.fewActions });
  await db.script('vacuum (analyze)');
  await db.close();
  const sallyport = await startSallyport({ ...credentials, SALLYPORT_DATA_DIR: dataDir });
  open.push(sallyport);
  return { credentials, sallyport, results: [], reset: () => Promise.resolve() };
}

const loadDecision = statement<{ state: string; decision: string }>(
  'bench_load_decision',
  'select state, decision::text as decision from actions_by_month where user_id = $1',
);

/** One track through the real server, for the size of its response and of its stored row. */
export async function trackOnce(db: Database, server: BenchServer, credentials: Credentials) {
  const userId = userIdOf(0);
  const response = await fetch(`${server.url}/v1/users/${userId}/actions/${actionCode}`, {
    method: 'POST',
    headers: trackHeaders(credentials),
    body: JSON.stringify({ ...trackBody, deviceId: userId, ipAddress: userAddressOf(0) }),
  });
  const reply = await response.text();
  const [row] = await db.query(loadDecision, [userId]);
  if (response.status !== 200 || row === undefined) throw new Error(`Track answered ${response.status}: ${reply}`);
  return { reply, sample: { userId, state: row.state, decision: row.decision } };
}

function trackHeaders(credentials: Credentials) {
  const basic = Buffer.from(`${credentials.SALLYPORT_SECRET_KEY}:`).toString('base64');
  return { authorization: `Basic ${basic}`, 'content-type': 'application/json' };
}

/** The same request for both servers, including the key, which the bare one ignores. */
export function trackJob(settings: BenchSettings, server: BenchServer, credentials: Credentials): LoadJob {
  return {
    url: server.url,
    method: 'POST',
    path: `/v1/users/{userId}/actions/${actionCode}`,
    headers: trackHeaders(credentials),
    body: JSON.stringify(trackBody),
    users: settings.users,
    connections: settings.connections,
    warmupMs: settings.warmupMs,
    measureMs: settings.measureMs,
    serverPid: server.pid,
  };
}

function report(settings: BenchSettings, few: Site, many: Site, embedded: Place): string {
  const fewText = settings.fewActions.toLocaleString('en');
  const manyText = settings.manyActions.toLocaleString('en');
  const embeddedAdded = embedded.results.reduce((sum, result) => sum + result.answers, 0);
  const shareOfBare = { few: ratios(few.results, few.bareResults), many: ratios(many.results, many.bareResults) };
  const shareWithMany = {
    sallyport: ratios(many.results, few.results),
    bare: ratios(many.bareResults, few.bareResults),
  };
  return [
    `${settings.connections} keep-alive connections, ${settings.poolSize} database connections, ${settings.users.toLocaleString('en')} users drawn at random; medians of ${settings.rounds} rounds of ${settings.measureMs / 1000} s. "Of bare" is the median of each round's ratio (lowest to highest).`,
    '',
    '| stored actions | server | requests/s | of bare | p50 ms | p99 ms | CPU µs a request |',
    '| --- | --- | ---: | ---: | ---: | ---: | ---: |',
    row(fewText, 'bare `node:http`, PostgreSQL', few.bareResults, '1'),
    row(fewText, 'Sallyport, PostgreSQL', few.results, spread(shareOfBare.few)),
    row(manyText, 'bare `node:http`, PostgreSQL', many.bareResults, '1'),
    row(manyText, 'Sallyport, PostgreSQL', many.results, spread(shareOfBare.many)),
    row(`${fewText} and more`, 'Sallyport, embedded', embedded.results, ''),
    '',
    verdict(`At ${fewText} actions Sallyport reaches`, shareOfBare.few, 'of the bare server', shareOfBareMin),
    verdict(`At ${manyText} actions Sallyport reaches`, shareOfBare.many, 'of the bare server', shareOfBareMin),
    verdict(
      `At ${manyText} actions Sallyport reaches`,
      shareWithMany.sallyport,
      `of its throughput at ${fewText}`,
      shareWithManyActionsMin,
    ),
    `- At ${manyText} actions the bare server reaches ${spread(shareWithMany.bare)} of its throughput at ${fewText}.`,
    '',
    `The ${fewText} actions are restored before every slice, in which they grow by what is tracked. The embedded database cannot be restored while its server runs: it had grown by about ${embeddedAdded.toLocaleString('en')} actions and the warm-ups at the end.`,
  ].join('\n');
}

function ratios(results: readonly LoadResult[], base: readonly LoadResult[]): readonly number[] {
  return results.map((result, round) => result.answersPerSecond / (base[round]?.answersPerSecond ?? Number.NaN));
}

function spread(values: readonly number[]): string {
  return `${median(values).toFixed(2)} (${Math.min(...values).toFixed(2)} to ${Math.max(...values).toFixed(2)})`;
}

function row(actions: string, server: string, results: readonly LoadResult[], share: string): string {
  const middle = (pick: (result: LoadResult) => number) => median(results.map(pick));
  const cpuMicros = middle((result) => result.cpuMicrosPerAnswer ?? Number.NaN);
  const cells = [
    actions,
    server,
    Math.round(middle((result) => result.answersPerSecond)).toLocaleString('en'),
    share,
    middle((result) => result.p50Ms).toFixed(1),
    middle((result) => result.p99Ms).toFixed(1),
    Number.isNaN(cpuMicros) ? 'unknown' : cpuMicros.toFixed(0),
  ];
  return `| ${cells.join(' | ')} |`;
}

function verdict(start: string, values: readonly number[], end: string, min: number): string {
  const isReached = median(values) >= min;
  return `- ${start} ${spread(values)} ${end}. Target: at least ${min}, ${isReached ? 'reached' : '**missed**'}.`;
}
