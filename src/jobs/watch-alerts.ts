import { alertMail } from '../core/alerts/alert-mail.ts';
import { judgeAlert } from '../core/alerts/judge-alert.ts';
import { countForAlerts, endAlert, prolongAlert, raiseAlert } from '../storage/queries/alerts.ts';
import type { CountedAlert } from '../storage/queries/alerts.ts';
import { recordAuditEvent } from '../storage/queries/audit-events.ts';
import { recordEvent } from '../storage/queries/events.ts';
import { queueMailOf } from '../storage/queries/operator-mails.ts';
import { deleteOldTenantCounts } from '../storage/queries/tenant-counts.ts';
import type { Sql } from '../storage/sql.ts';
import { eachAlone } from './each-alone.ts';
import type { Job, JobContext } from './job.ts';

// As long as a window can be, and the minutes at its ends.
const keptMs = (24 * 60 + 5) * 60_000;

/**
 * Raises and ends alerts by what was counted (decision 0038). Whoever changes an alert's state, in one conditional write,
 * tells of it in the same transaction, so that each change is told once.
 */
export const watchAlerts: Job = {
  name: 'watch-alerts',
  intervalMs: 15_000,
  async run(context) {
    const { db, runtime } = context;
    await eachAlone(await countForAlerts(db, runtime.clock.now()), (alert) => settle(context, alert));
    await deleteOldTenantCounts(db, runtime.clock.now() - keptMs);
  },
};

async function settle(context: JobContext, alert: CountedAlert): Promise<void> {
  const { tenantId, alertId, quietMinutes } = alert;
  const nowMs = context.runtime.clock.now();
  switch (judgeAlert(alert, nowMs)) {
    case 'raise':
      await context.db.transaction(async (sql) => {
        if (await raiseAlert(sql, tenantId, alertId, nowMs)) await tell(sql, context, 'alert.raised', alert, nowMs);
      });
      return;
    case 'prolong':
      await prolongAlert(context.db, tenantId, alertId, nowMs);
      return;
    case 'end':
      await context.db.transaction(async (sql) => {
        const isEnded = await endAlert(sql, tenantId, alertId, nowMs - quietMinutes * 60_000);
        if (isEnded) await tell(sql, context, 'alert.ended', alert, nowMs);
      });
      return;
    case 'keep':
  }
}

/** Tells the audit log, the named people, operators who chose it, and endpoints that ask for it. */
async function tell(
  sql: Sql,
  { runtime }: JobContext,
  type: 'alert.raised' | 'alert.ended',
  alert: CountedAlert,
  nowMs: number,
): Promise<void> {
  const { tenantId, alertId, name, measure, kinds, threshold, windowMinutes, count, recipients } = alert;
  const raisedAtMs = alert.raisedAt ?? nowMs;
  const data = { alertId, name, measure, ...(kinds === null ? {} : { kinds }), threshold, windowMinutes, count };
  await recordAuditEvent(sql, {
    tenantId,
    eventId: runtime.ids.uuid(),
    happenedAtMs: nowMs,
    actor: { kind: 'job', id: watchAlerts.name },
    eventType: type,
    userId: undefined,
    requestId: undefined,
    data: { ...data, raisedAt: new Date(raisedAtMs).toISOString() },
  });
  await recordEvent(sql, runtime, {
    tenantId,
    type,
    userId: undefined,
    data: {
      ...{ alertId, name, measure, kinds: kinds?.join(','), threshold: String(threshold) },
      ...{ windowMinutes: String(windowMinutes), count: String(count), raisedAt: new Date(raisedAtMs).toISOString() },
    },
  });
  const mail = alertMail({ ...data, type, raisedAtMs, happenedAtMs: nowMs });
  await queueMailOf(sql, runtime, tenantId, 'alerts', mail, recipients);
}
