import type { Installation } from '../../calls/installation.ts';
import { getHealth as route } from '../../contract/portal/health.ts';
import type { Finding } from '../../core/health/finding.ts';
import { installationFindings, unansweredFinding } from '../../core/health/installation-findings.ts';
import { tenantFindings } from '../../core/health/tenant-findings.ts';
import { listAlerts } from '../../storage/queries/alerts.ts';
import { loadTenantBacklogs } from '../../storage/queries/backlogs.ts';
import type { TenantWaiting } from '../../storage/queries/backlogs.ts';
import { listEndpoints } from '../../storage/queries/event-endpoints.ts';
import { sumTenantHours } from '../../storage/queries/tenant-hours.ts';
import { loadFirstTenantId } from '../../storage/queries/tenants.ts';
import { DatabaseUnavailable } from '../../storage/sql.ts';
import { undeliverableMethods } from '../../telling/usable-methods.ts';
import { omitAbsent } from '../../views/omit-absent.ts';
import { wireTime } from '../../views/wire-values.ts';
import { operation } from '../operation.ts';

const daySeconds = 24 * 60 * 60;

export const getHealth = operation(route, async (context, { caller }) => {
  const { db, enrichment, runtime } = context;
  const { tenant, memberships } = caller;
  const { tenantId } = tenant;
  const nowMs = runtime.clock.now();
  const sums = await sumTenantHours(db, tenantId, { fromMs: nowMs - daySeconds * 1000, partSeconds: daySeconds });
  const sends = new Map<string, number>();
  for (const { measure, kind, count } of sums) {
    if (measure === 'sends') sends.set(kind, (sends.get(kind) ?? 0) + count);
  }
  const waiting = await loadTenantBacklogs(db, tenantId);
  const endpoints = await listEndpoints(db, tenantId);
  const findings = tenantFindings({
    nowMs,
    unusable: undeliverableMethods(context, tenant),
    sends: Object.fromEntries(sends),
    endpoints: endpoints.map((row) => ({ ...row, waiting: waitingOf(waiting.ofEndpoint(row.endpointId)) })),
    mails: waitingOf(waiting.notices),
    deletions: waitingOf(waiting.deletions),
    alerts: await listAlerts(db, tenantId),
    dataFiles: enrichment
      .sources()
      .map(({ name, state, ageDays, problem }) => ({ name, state, ageDays, isNewest: problem === null })),
  });
  const first = await loadFirstTenantId(db);
  const runsServer = first !== undefined && (memberships[first] ?? []).includes('ADMIN');
  return omitAbsent({
    checkedAt: wireTime(nowMs),
    tenant: findings.map(findingView),
    installation: runsServer ? await lookAt(context.installation) : undefined,
  });
});

const waitingOf = ({ waiting, isCapped, oldestAt }: TenantWaiting) => ({
  count: waiting,
  isCapped,
  oldestAtMs: oldestAt,
});

/** Where the database is too slow to say, that is said: what is known of the tenant is answered all the same. */
async function lookAt(look: () => Promise<Installation>) {
  const found = await look().catch((error: unknown) => {
    if (error instanceof DatabaseUnavailable) return undefined;
    throw error;
  });
  if (found === undefined) return { findings: [findingView(unansweredFinding)], jobs: [] };
  const time = (timeMs: number | null) => (timeMs === null ? undefined : wireTime(timeMs));
  return {
    version: found.version,
    database: found.database,
    findings: installationFindings(found).map(findingView),
    jobs: found.jobs.map(({ name, intervalMs, state, startedAtMs, endedAtMs }) =>
      omitAbsent({
        name,
        everySeconds: intervalMs / 1000,
        state,
        startedAt: time(startedAtMs),
        endedAt: time(endedAtMs),
      }),
    ),
  };
}

function findingView({ area, state, text, atMs, fix, place }: Finding) {
  return { area, state, text, ...omitAbsent({ at: atMs === undefined ? undefined : wireTime(atMs), fix, place }) };
}
