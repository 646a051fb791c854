/** How long the requests of the portal's screens take where a tenant has many actions. */
import { createHash } from 'node:crypto';
import { operatorCookie } from '../../src/contract/apis.ts';
import { exportAuditEvents } from '../../src/contract/portal/audit-export.ts';
import { rest } from '../../src/portal/kit/unhurried.ts';
import { systemRuntime } from '../../src/runtime/system-runtime.ts';
import { admitMember, preparePortalTenant } from '../../src/storage/invite-operator.ts';
import { openPostgresDatabase } from '../../src/storage/postgres-database.ts';
import { portalTenantId } from '../../src/storage/queries/tenants.ts';
import { createSeal } from '../../src/storage/seal.ts';
import type { Database } from '../../src/storage/sql.ts';
import { testCredentials } from '../../test/rig/server-process.ts';
import type { BenchCase } from '../bench-case.ts';
import { actionCode, seedActions, seedTenant } from '../seed-database.ts';
import type { Credentials } from '../seed-database.ts';
import { startSallyport } from '../server-process.ts';
import { percentile } from '../statistics.ts';
import { userIdOf } from '../user-id.ts';
import { sendByWebhook, startInbox } from './codes.ts';
import { measureExports } from './portal-exports.ts';
import { measurePages } from './portal-pages.ts';
import { trackOnce } from './track.ts';

const p95MaxMs = 200;
/** Of each request, after as many that are not counted as make its statements known. */
const asked = 100;
const warmups = 10;
const secret = 'bench-operator-secret';
const waitingMax = 5_000;
const auditEvents = 100_000;

export const portalCase: BenchCase = {
  name: 'portal',
  title: 'Portal',
  async run(run) {
    const { settings, postgres, say } = run;
    const open: { stop(): Promise<void> | void }[] = [];
    try {
      const inbox = await startInbox();
      open.push(inbox);
      const url = await postgres.createDatabase('bench_portal');
      const db = openPostgresDatabase({ url, poolSize: 2, random: () => 0.5, onError: () => undefined });
      open.push({ stop: () => db.close() });
      const credentials = testCredentials();
      const { SALLYPORT_TENANT_ID: tenantId } = credentials;
      say(`portal: storing ${settings.users} users and ${settings.manyActions} actions`);
      await seedTenant(db, credentials, settings.users);
      await seedOperator(db, credentials);
      const server = await startSallyport({
        ...credentials,
        DATABASE_URL: url,
        SALLYPORT_DATABASE_POOL_SIZE: String(settings.poolSize),
        SALLYPORT_OUTBOUND_ALLOW: `127.0.0.1:${inbox.port}`,
        // One operator asks more here than people do.
        SALLYPORT_MANAGEMENT_RATE_LIMIT: '1000000',
      });
      open.push(server);
      await sendByWebhook(server, credentials, inbox);
      const { sample } = await trackOnce(db, server, credentials);
      await seedActions(db, { tenantId, users: settings.users, sample, from: 0, count: settings.manyActions });
      await seedReviewsAndEvents(db, tenantId, settings.users);
      await db.script('vacuum (analyze)');

      const operatorHeaders = { cookie: `${operatorCookie}=${secret}`, 'x-sallyport-tenant': tenantId };
      const call = async (path: string) => {
        const response = await fetch(`${server.url}/v1/portal${path}`, {
          headers: operatorHeaders,
        });
        const text = await response.text();
        if (response.status !== 200) throw new Error(`${path} answered ${response.status}: ${text}`);
        return JSON.parse(text) as { readonly actions?: readonly { readonly actionId: string }[]; nextCursor?: string };
      };
      const { actions = [] } = await call('/actions');
      const screens: readonly (readonly [string, string])[] = [
        ['Home, 90 days', '/home?hours=2160'],
        ['Activity', '/actions'],
        ['Activity of a code', `/actions?code=${actionCode}`],
        ['Activity of a user', `/actions?userId=${userIdOf(7)}`],
        ['Activity from an address that is nowhere', '/actions?ipAddress=192.0.2.1'],
        ['Action detail', `/actions/${actions[0]?.actionId ?? ''}`],
        ['Review queue', '/reviews'],
        ['Users', '/users'],
        ['Users by the beginning of their id', `/users?words=${userIdOf(7).slice(0, 4)}`],
        ['User detail', `/users/${userIdOf(7)}`],
        ['Audit log', '/audit-events'],
        ['Audit log of a type', '/audit-events?type=rule'],
      ];
      const rows: string[] = [];
      for (const [name, path] of screens) {
        const times = new Float64Array(asked);
        for (let index = -warmups; index < asked; index += 1) {
          const startMs = performance.now();
          await call(path);
          if (index >= 0) times[index] = performance.now() - startMs;
        }
        times.sort();
        const p95 = percentile(times, 0.95);
        say(`portal: ${name}: ${p95.toFixed(1)} ms`);
        const verdict = p95 <= p95MaxMs ? 'met' : 'not met';
        rows.push(`| ${name} | ${percentile(times, 0.5).toFixed(1)} | ${p95.toFixed(1)} | ${verdict} |`);
      }
      const exports = await measureExports(run, {
        ...{ server, credentials, inbox },
        exports: [
          async (isOver) => {
            let [cursor, rows]: [string | undefined, number] = ['', 0];
            // As the button for a file of actions does.
            do {
              const startedMs = performance.now();
              const page = await call(`/actions?limit=50${cursor === '' ? '' : `&cursor=${cursor}`}`);
              [cursor, rows] = [page.nextCursor, rows + (page.actions?.length ?? 0)];
              await rest(startedMs);
            } while (cursor !== undefined && rows < 10_000 && !isOver());
            return rows;
          },
          async (isOver) => {
            const response = await fetch(`${server.url}${exportAuditEvents.path}`, {
              method: exportAuditEvents.method,
              headers: { ...operatorHeaders, 'content-type': 'application/json' },
              body: '{}',
            });
            if (response.status !== 200 || response.body === null)
              throw new Error(`The export answered ${response.status}.`);
            let lines = 0;
            for await (const part of response.body) {
              lines += Buffer.from(part).toString('latin1').split('\n').length - 1;
              if (isOver()) break;
            }
            return lines;
          },
        ],
      });
      const pages = await measurePages(run, { url: server.url, tenantId, secret });
      return [
        `One operator, one request at a time, with ${settings.manyActions.toLocaleString('en')} actions of 30 days and ${settings.users.toLocaleString('en')} users. The limit is ${p95MaxMs} ms at p95.`,
        '',
        '| request | median (ms) | p95 (ms) | limit |',
        '| --- | --: | --: | --- |',
        ...rows,
        '',
        exports,
        '',
        pages,
      ].join('\n');
    } finally {
      for (const { stop } of open.reverse()) await stop();
    }
  },
};

/** An admin who is signed in. */
async function seedOperator(db: Database, credentials: Credentials): Promise<void> {
  const runtime = systemRuntime();
  const seal = createSeal([Buffer.from(credentials.SALLYPORT_MASTER_KEY, 'base64')], runtime.random);
  const { operatorId } = await db.transaction(async (sql) => {
    await preparePortalTenant(sql, { runtime, seal });
    const memberOf = credentials.SALLYPORT_TENANT_ID;
    return admitMember(sql, { runtime }, { memberOf, email: 'ada@bench.example', name: 'Ada', roles: ['ADMIN'] });
  });
  const digest = createHash('sha256').update(secret).digest('hex');
  await db.script(`
    insert into operator_sessions (tenant_id, session_id, operator_id, secret_digest, action_id, created_at, seen_at,
      proved_at, expires_at, ip_address)
    values ('${portalTenantId}', '${runtime.ids.uuid()}', '${operatorId}', '\\x${digest}', '${runtime.ids.uuid()}',
      now(), now(), now(), now() + interval '12 hours', '127.0.0.1');
  `);
}

/** Reviews that wait, events of users, and what happened in each hour of 90 days. */
async function seedReviewsAndEvents(db: Database, tenantId: string, users: number): Promise<void> {
  await db.script(`
    with waiting as (
      update actions_by_month set state = 'REVIEW_REQUIRED' where action_id in (
        select action_id from actions_by_month where tenant_id = '${tenantId}' order by action_id desc limit ${waitingMax}
      ) returning tenant_id, action_id, owner_id, action_code, created_at
    )
    insert into reviews (tenant_id, action_id, owner_id, action_code, entered_at)
    select tenant_id, action_id, owner_id, action_code, created_at from waiting where owner_id is not null
    on conflict do nothing;
    insert into audit_events (tenant_id, event_id, happened_at, actor, event_type, user_id, data)
    select a.tenant_id, a.action_id, a.created_at, '{"kind": "client", "id": "bench"}', 'challenge.verified', a.user_id, '{}'
    from (
      select * from actions_by_month where tenant_id = '${tenantId}' order by action_id desc limit ${auditEvents}
    ) as a;
    insert into tenant_hours (tenant_id, node_id, hour, measure, kind, count)
    select '${tenantId}', md5('bench-node-' || node)::uuid, date_trunc('hour', now()) - n * interval '1 hour', 'decisions',
      kind, ${users}
    from generate_series(0, 2159) as n, generate_series(1, 3) as node,
      unnest(array['ALLOW', 'CHALLENGE_REQUIRED', 'REVIEW_REQUIRED', 'BLOCK']) as kind;
  `);
}
