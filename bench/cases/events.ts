/**
 * What telling other servers costs: a track of a tenant whose log endpoint collects every action, beside one of a tenant
 * without; and how long an event takes while thousands wait for an endpoint that never answers.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { openPostgresDatabase } from '../../src/storage/postgres-database.ts';
import { testCredentials } from '../../test/rig/server-process.ts';
import { startReceiver } from '../../test/rig/webhook-receiver.ts';
import type { BenchCase, BenchRun } from '../bench-case.ts';
import { startLoadGenerator } from '../load-generator.ts';
import type { LoadResult } from '../load-process.ts';
import { seedActions, seedOtherTenant, seedTenant } from '../seed-database.ts';
import type { Credentials } from '../seed-database.ts';
import { startSallyport } from '../server-process.ts';
import type { BenchServer } from '../server-process.ts';
import { median } from '../statistics.ts';
import { trackJob, trackOnce } from './track.ts';

const shareWithLogMin = 0.92;
const waitingDeliveries = 10_000;
const delayMsMax = 2_000;
const toldEvents = 40;
/** The shortest life of a token, the minute after it, and what the first of it takes. */
const tellAfterMs = 300_000;

export const eventsCase: BenchCase = {
  name: 'events',
  title: 'Events',
  async run(run) {
    const { settings, postgres, say } = run;
    const open: { stop(): Promise<void> | void }[] = [];
    try {
      const url = await postgres.createDatabase('bench_events');
      const db = openPostgresDatabase({ url, poolSize: 2, random: () => 0.5, onError: () => undefined });
      open.push({ stop: () => db.close() });
      const [quiet, logging] = [testCredentials(), testCredentials()];
      say(`events: storing two tenants with ${settings.users} users and ${settings.manyActions} actions each`);
      await seedTenant(db, quiet, settings.users);
      await seedOtherTenant(db, quiet, logging, settings.users);
      const server = await startSallyport({
        ...quiet,
        DATABASE_URL: url,
        SALLYPORT_DATABASE_POOL_SIZE: String(settings.poolSize),
        SALLYPORT_OUTBOUND_ALLOW: '127.0.0.0/8',
      });
      open.push(server);
      const { sample } = await trackOnce(db, server, quiet);
      for (const { SALLYPORT_TENANT_ID: tenantId } of [quiet, logging]) {
        await seedActions(db, { tenantId, users: settings.users, sample, from: 0, count: settings.manyActions });
      }
      await db.script('vacuum (analyze)');
      await db.script('checkpoint');

      const generator = startLoadGenerator();
      open.push(generator);
      const results = { without: [] as LoadResult[], beside: [] as LoadResult[] };
      // Long slices, because what has come due is told every few seconds.
      const job = { ...trackJob(settings, server, logging), measureMs: sliceMs(settings) };
      const measure = async (which: 'without' | 'beside') => {
        for (let round = 1; round <= settings.rounds; round += 1) {
          results[which].push(await generator.run(job));
          say(`events: ${which}, round ${round} of ${settings.rounds}`);
        }
      };
      await generator.run({ ...job, warmupMs: settings.firstWarmupMs });
      await measure('without');

      const collector = await startCounter();
      open.push(collector);
      await manage(server, logging, 'PATCH', '/tenant', { tokenDurationInMinutes: 1 });
      const endpointId = await addEndpoint(server, logging, collector.url, ['action.log_created']);
      say(`events: tracking until what was tracked is told`);
      await generator.run({ ...job, warmupMs: tellAfterMs });
      const before = collector.count();
      const startMs = performance.now();
      await measure('beside');
      const toldPerSecond = ((collector.count() - before) * 1000) / (performance.now() - startMs);
      if (toldPerSecond === 0)
        throw new Error('The job told nobody of an action, so what telling costs was not measured.');
      await manage(server, logging, 'DELETE', `/event-endpoints/${endpointId}`);
      await measure('without');
      const delaysMs = await delaysBesideDeadEndpoint(run, server, [quiet, logging], db, open);
      return report(run, results, toldPerSecond, delaysMs);
    } finally {
      for (const { stop } of open.reverse()) await stop();
    }
  },
};

function sliceMs({ measureMs }: BenchRun['settings']): number {
  return 5 * measureMs;
}

/** A collector that only counts: it stands for another machine, and takes as little of this one as it can. */
async function startCounter() {
  let count = 0;
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks);
      for (let at = body.indexOf('"record":'); at !== -1; at = body.indexOf('"record":', at + 1)) count += 1;
      response.end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    count: () => count,
    stop() {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** How long events of both tenants take to arrive, while the first one's other endpoint never answers. */
async function delaysBesideDeadEndpoint(
  { say }: BenchRun,
  server: BenchServer,
  tenants: readonly [Credentials, Credentials],
  db: ReturnType<typeof openPostgresDatabase>,
  open: { stop(): Promise<void> | void }[],
): Promise<readonly number[]> {
  const silent = createServer(() => undefined);
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  open.push({
    stop: () => {
      silent.closeAllConnections();
      silent.close();
    },
  });
  const { port } = silent.address() as AddressInfo;
  const [first] = tenants;
  const endpointId = await addEndpoint(server, first, `http://127.0.0.1:${port}`, ['rules.published']);
  say(`events: ${waitingDeliveries} deliveries wait for an endpoint that never answers`);
  const tenantId = first.SALLYPORT_TENANT_ID;
  const made = `from generate_series(1, ${waitingDeliveries}) as n`;
  await db.script(`
    insert into events (tenant_id, event_id, type, user_id, payload, created_at)
    select '${tenantId}', md5('bench-event-' || n)::uuid, 'rules.published', null, '{}', now() ${made};
    insert into deliveries (tenant_id, delivery_id, endpoint_id, event_id, type, created_at, lane, state, due_at, is_out, tries)
    select '${tenantId}', md5('bench-delivery-' || n)::uuid, '${endpointId}', md5('bench-event-' || n)::uuid,
      'rules.published', now(), 'single', 'waiting', now(), false, 0 ${made};
  `);
  const receiver = await startReceiver();
  open.push(receiver);
  const arrivedMs = new Map<string, number>();
  receiver.answer((response, { body }) => {
    arrivedMs.set(String(body.data.userId), performance.now());
    response.end();
  });
  for (const tenant of tenants) await addEndpoint(server, tenant, receiver.url, ['authenticator.created']);
  const delaysMs: number[] = [];
  for (let at = 0; at < toldEvents; at += 1) {
    const userId = `told-${at}`;
    const credentials = tenants[at % 2] ?? first;
    await call(server, credentials.SALLYPORT_SECRET_KEY, 'POST', `/v1/users/${userId}/authenticators`, {
      verificationMethod: 'EMAIL_OTP',
      email: `${userId}@example.com`,
    });
    const writtenMs = performance.now();
    while (!arrivedMs.has(userId)) {
      if (performance.now() - writtenMs > 60_000) throw new Error(`The event of ${userId} did not arrive in a minute.`);
      await pause(5);
    }
    delaysMs.push((arrivedMs.get(userId) ?? Number.NaN) - writtenMs);
  }
  return delaysMs;
}

async function addEndpoint(
  server: BenchServer,
  credentials: Credentials,
  url: string,
  eventTypes: readonly string[],
): Promise<string> {
  const reply = await manage(server, credentials, 'POST', '/event-endpoints', { url, eventTypes });
  return (reply as { readonly endpointId: string }).endpointId;
}

function manage(
  server: BenchServer,
  { SALLYPORT_MANAGEMENT_KEY }: Credentials,
  method: string,
  path: string,
  body?: object,
): Promise<unknown> {
  return call(server, SALLYPORT_MANAGEMENT_KEY, method, `/v1/management${path}`, body);
}

async function call(server: BenchServer, key: string, method: string, path: string, body?: object): Promise<unknown> {
  const authorization = `Basic ${Buffer.from(`${key}:`).toString('base64')}`;
  const json = { authorization, 'content-type': 'application/json' };
  const response = await fetch(`${server.url}${path}`, {
    method,
    ...(body === undefined ? { headers: { authorization } } : { headers: json, body: JSON.stringify(body) }),
  });
  if (!response.ok) throw new Error(`${path} answered ${response.status}: ${await response.text()}`);
  return response.json();
}

function report(
  { settings }: BenchRun,
  results: Readonly<Record<'without' | 'beside', readonly LoadResult[]>>,
  toldPerSecond: number,
  delaysMs: readonly number[],
): string {
  // The rounds without come before and after the others, so each is compared with what is usual without.
  const usual = median(results.without.map(({ answersPerSecond }) => answersPerSecond));
  const shares = results.beside.map(({ answersPerSecond }) => answersPerSecond / usual);
  const share = median(shares);
  const rate = (of: readonly LoadResult[]) => Math.round(median(of.map((one) => one.answersPerSecond)));
  const slowestMs = Math.max(...delaysMs);
  const isReached = (reached: boolean) => (reached ? 'reached' : '**missed**');
  return [
    `Two tenants on PostgreSQL with ${settings.manyActions.toLocaleString('en')} stored actions each; tracks of one without an endpoint, and while an endpoint collects \`action.log_created\` and is told of what was tracked two minutes before: ${Math.round(toldPerSecond).toLocaleString('en')} actions a second. Medians of rounds of ${sliceMs(settings) / 1000} s, ${settings.rounds} with it, and as many before and after.`,
    '',
    '| track | tracks/s | of without |',
    '| --- | ---: | ---: |',
    `| without a log endpoint | ${rate(results.without).toLocaleString('en')} | 1 |`,
    `| while it is told | ${rate(results.beside).toLocaleString('en')} | ${share.toFixed(2)} (${Math.min(...shares).toFixed(2)} to ${Math.max(...shares).toFixed(2)}) |`,
    '',
    `- With a log endpoint track reaches ${share.toFixed(2)} of its throughput without. Target: at least ${shareWithLogMin}, ${isReached(share >= shareWithLogMin)}.`,
    `- While ${waitingDeliveries.toLocaleString('en')} deliveries wait for an endpoint that never answers, ${toldEvents} events of its tenant and of another arrive elsewhere after ${Math.round(median([...delaysMs]))} ms (median), ${Math.round(slowestMs)} ms at most. Target: less than ${delayMsMax.toLocaleString('en')} ms, ${isReached(slowestMs < delayMsMax)}.`,
  ].join('\n');
}
