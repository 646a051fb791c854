/** What other callers notice while one tenant sends its most expensive requests: how long `/livez` waits. */
import { setTimeout as sleep } from 'node:timers/promises';
import { testCredentials } from '../../test/rig/server-process.ts';
import type { BenchCase } from '../bench-case.ts';
import { hostileLists } from '../hostile/hostile-lists.ts';
import { hostilePages } from '../hostile/hostile-pages.ts';
import { hostileRules } from '../hostile/hostile-rules.ts';
import type { HostileTenant, HostileWork } from '../hostile-work.ts';
import { startSallyport } from '../server-process.ts';
import { median, percentile } from '../statistics.ts';

const works: readonly HostileWork[] = [...hostileRules, ...hostilePages, ...hostileLists];

const probeEveryMs = 5;
const longestWaitMaxMs = 250;

export const hostileTenantsCase: BenchCase = {
  name: 'hostile-tenants',
  title: 'Beside a hostile tenant',
  async run({ settings, postgres, say }) {
    const credentials = testCredentials();
    const server = await startSallyport({
      ...credentials,
      DATABASE_URL: await postgres.createDatabase('bench_hostile'),
      SALLYPORT_DATABASE_POOL_SIZE: String(settings.poolSize),
      // The rate limit would hold back the very work that is measured.
      SALLYPORT_MANAGEMENT_RATE_LIMIT: '1000000',
    });
    try {
      const tenant = hostileTenant(server.url, credentials);
      const rows: string[] = [];
      let longestMs = 0;
      const idle = { what: 'Nothing', prepare: async () => undefined, work: () => sleep(probeEveryMs) };
      for (const each of [idle, ...works]) {
        say(`hostile-tenants: ${each.what}`);
        await each.prepare(tenant);
        await measure(server.url, tenant, each, settings.warmupMs);
        const { workMs, waitsMs } = await measure(server.url, tenant, each, settings.measureMs * settings.rounds);
        const worstMs = waitsMs.at(-1) ?? Number.NaN;
        if (each !== idle) longestMs = Math.max(longestMs, worstMs);
        const cells = [
          each.what,
          each === idle ? '' : median(workMs).toFixed(0),
          percentile(waitsMs, 0.5).toFixed(1),
          percentile(waitsMs, 0.99).toFixed(0),
          worstMs.toFixed(0),
        ];
        rows.push(`| ${cells.join(' | ')} |`);
      }
      return [
        `One connection of a hostile tenant repeats the worst of each kind for ${(settings.measureMs * settings.rounds) / 1000} s; beside it \`/livez\` is asked every ${probeEveryMs} ms. Whatever the server does in one piece shows as the longest wait.`,
        '',
        '| what the tenant does | its answer ms | `/livez` p50 ms | p99 ms | longest ms |',
        '| --- | ---: | ---: | ---: | ---: |',
        ...rows,
        '',
        `- The longest wait beside a hostile tenant is ${longestMs.toFixed(0)} ms. Target: at most ${longestWaitMaxMs} ms, ${longestMs <= longestWaitMaxMs ? 'reached' : '**missed**'}.`,
      ].join('\n');
    } finally {
      await server.stop();
    }
  },
};

/** Duration of each piece of work and wait of each probe, in ascending order. */
async function measure(url: string, tenant: HostileTenant, { work }: HostileWork, forMs: number) {
  const workMs: number[] = [];
  const waitsMs: number[] = [];
  const endMs = performance.now() + forMs;
  let isWorking = true;
  const probing = (async () => {
    while (isWorking) {
      const startedMs = performance.now();
      const response = await fetch(`${url}/livez`);
      await response.arrayBuffer();
      waitsMs.push(performance.now() - startedMs);
      await sleep(probeEveryMs);
    }
  })();
  try {
    while (performance.now() < endMs) {
      const startedMs = performance.now();
      await work(tenant);
      workMs.push(performance.now() - startedMs);
    }
  } finally {
    isWorking = false;
    await probing;
  }
  return { workMs, waitsMs: Float64Array.from(waitsMs).sort() };
}

function hostileTenant(url: string, credentials: ReturnType<typeof testCredentials>): HostileTenant {
  const caller =
    (prefix: string, key: string): HostileTenant['call'] =>
    async (method, path, body, status = 200) => {
      const response = await fetch(`${url}${prefix}${path}`, {
        method,
        headers: {
          authorization: `Basic ${Buffer.from(`${key}:`).toString('base64')}`,
          'content-type': 'application/json',
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const text = await response.text();
      if (response.status !== status) throw new Error(`${path} answered ${response.status}: ${text.slice(0, 500)}`);
      return JSON.parse(text) as unknown;
    };
  return {
    manage: caller('/v1/management', credentials.SALLYPORT_MANAGEMENT_KEY),
    call: caller('', credentials.SALLYPORT_SECRET_KEY),
  };
}
