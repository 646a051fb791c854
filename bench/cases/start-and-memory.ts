/** How long the program takes to start, and how much memory it uses before and after load. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { testCredentials } from '../../test/rig/server-process.ts';
import type { BenchCase, BenchSettings } from '../bench-case.ts';
import { startLoadGenerator } from '../load-generator.ts';
import { residentBytesOf } from '../process-usage.ts';
import { actionCode, trackBody } from '../seed-database.ts';
import { startSallyport } from '../server-process.ts';
import { median } from '../statistics.ts';

// Long enough for garbage of the start to be collected, as far as it ever is.
const idleMs = 3_000;
const laterStarts = 5;

export const startAndMemoryCase: BenchCase = {
  name: 'start',
  title: 'Start-up and memory',
  async run({ settings, postgres, say }) {
    const dataDir = await mkdtemp(join(tmpdir(), 'sallyport-bench-'));
    try {
      const rows: string[] = [];
      say('start: PostgreSQL');
      const url = await postgres.createDatabase('bench_start');
      rows.push(
        await measure('PostgreSQL', settings, {
          DATABASE_URL: url,
          SALLYPORT_DATABASE_POOL_SIZE: String(settings.poolSize),
        }),
      );
      say('start: embedded');
      rows.push(await measure('embedded', settings, { SALLYPORT_DATA_DIR: dataDir }));
      return [
        `From the start of the process until \`/readyz\` answered 200: on an empty database, and the median of ${laterStarts} later starts. Memory is resident memory of the server's process: after ${idleMs / 1000} s without a request, and after ${loadSeconds(settings)} s of track on ${settings.connections} connections. The embedded database lives in the server's process; PostgreSQL's own memory is not counted.`,
        '',
        '| database | first start | later start | memory idle | memory after load |',
        '| --- | ---: | ---: | ---: | ---: |',
        ...rows,
      ].join('\n');
    } finally {
      await rm(dataDir, { recursive: true, force: true });
    }
  },
};

function loadSeconds(settings: BenchSettings): number {
  return (settings.measureMs * 4) / 1000;
}

async function measure(name: string, settings: BenchSettings, variables: Readonly<Record<string, string>>) {
  const credentials = testCredentials();
  const start = () => startSallyport({ ...credentials, ...variables });
  const first = await start();
  await first.stop();
  const laterMs: number[] = [];
  for (let count = 1; count < laterStarts; count += 1) {
    const later = await start();
    laterMs.push(later.startMs);
    await later.stop();
  }
  const last = await start();
  laterMs.push(last.startMs);
  const generator = startLoadGenerator();
  try {
    await sleep(idleMs);
    const idle = mebibytes(residentBytesOf(last.pid));
    await generator.run({
      url: last.url,
      method: 'POST',
      path: `/v1/users/{userId}/actions/${actionCode}`,
      headers: {
        authorization: `Basic ${Buffer.from(`${credentials.SALLYPORT_SECRET_KEY}:`).toString('base64')}`,
        'content-type': 'application/json',
      },
      body: JSON.stringify(trackBody),
      users: settings.users,
      connections: settings.connections,
      warmupMs: settings.warmupMs,
      measureMs: loadSeconds(settings) * 1000,
      serverPid: last.pid,
    });
    const loaded = mebibytes(residentBytesOf(last.pid));
    const cells = [name, seconds(first.startMs), seconds(median(laterMs)), idle, loaded];
    return `| ${cells.join(' | ')} |`;
  } finally {
    generator.stop();
    await last.stop();
  }
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(2)} s`;
}

function mebibytes(bytes: number | undefined): string {
  return bytes === undefined ? 'unknown' : `${Math.round(bytes / 2 ** 20)} MiB`;
}
