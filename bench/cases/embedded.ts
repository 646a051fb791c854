/** What it costs that the embedded database waits for the disk: the same server, and one whose syncs do nothing. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { testCredentials } from '../../test/rig/server-process.ts';
import type { BenchCase, BenchSettings } from '../bench-case.ts';
import { startLoadGenerator } from '../load-generator.ts';
import type { LoadResult } from '../load-process.ts';
import { startSallyport } from '../server-process.ts';
import { median } from '../statistics.ts';
import { trackJob } from './track.ts';

const shareOfUnsyncedMin = 0.9;

// Loaded before the program. A server that does not wait for the disk is only for comparing, so it has no setting.
const syncsNothing = `
  import fs from 'node:fs';
  import { syncBuiltinESMExports } from 'node:module';
  fs.fsyncSync = fs.fdatasyncSync = () => undefined;
  syncBuiltinESMExports();
`;
const unsyncedVariables = {
  NODE_OPTIONS: `--import data:text/javascript,${encodeURIComponent(syncsNothing)}`,
};

export const embeddedCase: BenchCase = {
  name: 'embedded',
  title: 'The embedded database and the disk',
  async run({ settings, say }) {
    const open: { stop(): Promise<void> | void }[] = [];
    try {
      const synced = await openPlace({}, open);
      const unsynced = await openPlace(unsyncedVariables, open);
      const generator = startLoadGenerator();
      open.push(generator);
      const series = [settings.connections, 1].map((callers) => ({ callers, synced: [], unsynced: [] }) as Series);
      const measure = ({ server, credentials }: Place, callers: number, changes: Partial<BenchSettings> = {}) =>
        generator.run(trackJob({ ...settings, connections: callers, ...changes }, server, credentials));

      const warmupMs = settings.firstWarmupMs;
      for (const place of [synced, unsynced]) await measure(place, settings.connections, { warmupMs });
      for (let round = 1; round <= settings.rounds; round += 1) {
        for (const one of series) {
          one.synced.push(await measure(synced, one.callers));
          one.unsynced.push(await measure(unsynced, one.callers));
        }
        say(`embedded: round ${round} of ${settings.rounds}`);
      }
      return report(settings, series);
    } finally {
      for (const { stop } of open.reverse()) await stop();
    }
  },
};

interface Series {
  readonly callers: number;
  readonly synced: LoadResult[];
  readonly unsynced: LoadResult[];
}

type Place = Awaited<ReturnType<typeof openPlace>>;

async function openPlace(variables: Readonly<Record<string, string>>, open: { stop(): Promise<void> | void }[]) {
  const dataDir = await mkdtemp(join(tmpdir(), 'sallyport-bench-'));
  open.push({ stop: () => rm(dataDir, { recursive: true, force: true }) });
  const credentials = testCredentials();
  const server = await startSallyport({ ...credentials, ...variables, SALLYPORT_DATA_DIR: dataDir });
  open.push(server);
  return { server, credentials };
}

function report(settings: BenchSettings, series: readonly Series[]): string {
  const share = median(series.flatMap((one) => (one.callers === 1 ? [] : ratios(one))));
  const isReached = share >= shareOfUnsyncedMin;
  return [
    `Track on the embedded database, by a server that waits for the disk at every commit, and by the same server with \`fsync\` and \`fdatasync\` that return at once. Medians of ${settings.rounds} rounds of ${settings.measureMs / 1000} s, in turn. "Of unsynced" is the median of each round's ratio (lowest to highest). Calls made at the same time share a wait ([0011](decisions/0011-grouped-calls.md)); a single caller has one to itself.`,
    '',
    '| callers | synced requests/s | unsynced requests/s | of unsynced | synced p50 ms | unsynced p50 ms |',
    '| ---: | ---: | ---: | ---: | ---: | ---: |',
    ...series.map(row),
    '',
    `- With ${settings.connections} callers the synced server reaches ${share.toFixed(2)} of the unsynced one. Target: at least ${shareOfUnsyncedMin}, ${isReached ? 'reached' : '**missed**'}.`,
  ].join('\n');
}

function ratios({ synced, unsynced }: Series): readonly number[] {
  return synced.map((result, round) => result.answersPerSecond / (unsynced[round]?.answersPerSecond ?? Number.NaN));
}

function row(series: Series): string {
  const { callers, synced, unsynced } = series;
  const shares = ratios(series);
  const middle = (results: readonly LoadResult[], pick: (result: LoadResult) => number) => median(results.map(pick));
  const rate = (results: readonly LoadResult[]) =>
    Math.round(middle(results, (result) => result.answersPerSecond)).toLocaleString('en');
  const cells = [
    callers,
    rate(synced),
    rate(unsynced),
    `${median(shares).toFixed(2)} (${Math.min(...shares).toFixed(2)} to ${Math.max(...shares).toFixed(2)})`,
    middle(synced, (result) => result.p50Ms).toFixed(2),
    middle(unsynced, (result) => result.p50Ms).toFixed(2),
  ];
  return `| ${cells.join(' | ')} |`;
}
