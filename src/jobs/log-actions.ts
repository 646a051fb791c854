import { actionRecord } from '../core/events/action-record.ts';
import { sha256 } from '../runtime/crypto.ts';
import {
  endActionLogs,
  holdUsersOfActions,
  listLoggedTenants,
  loadActionsToLog,
  moveActionLog,
  startActionLog,
} from '../storage/queries/action-log.ts';
import type { LoggedTenant } from '../storage/queries/action-log.ts';
import { firstIdAt } from '../storage/queries/actions/months.ts';
import { recordLogEvents, withdrawLogEvents } from '../storage/queries/events.ts';
import { eachAlone } from './each-alone.ts';
import type { Job, JobContext } from './job.ts';

// Proofs of a batch's users may wait for its commit.
const batchMax = 100;
// The limit of one run for a tenant, so that tenants take turns.
const batchesMax = 100;
/** Longer than a transaction that began before an action's token expired. */
const marginMs = 60_000;

/**
 * Tells endpoints that ask for it of each action, once its token has expired and its state is settled: in the order of
 * their ids, once, with an id made of the action's. A track writes nothing for it.
 */
export const logActions: Job = {
  name: 'log-actions',
  intervalMs: 5_000,
  async run(context) {
    await endActionLogs(context.db);
    await eachAlone(await listLoggedTenants(context.db), (tenant) => logTenant(context, tenant));
  },
};

async function logTenant({ db, runtime }: JobContext, tenant: LoggedTenant): Promise<void> {
  const { tenantId, askedAt, tokenMinutes } = tenant;
  const nowMs = runtime.clock.now();
  if (tenant.loggedTo === null) {
    // An endpoint is told of what happens once it is there.
    await startActionLog(db, tenantId, firstIdAt(Math.max(askedAt, nowMs - marginMs)));
    return;
  }
  let from: string | undefined = tenant.loggedTo;
  const end = firstIdAt(nowMs - tokenMinutes * 60_000 - marginMs);
  for (let batch = 0; batch < batchesMax && from !== undefined && from < end; batch += 1) {
    const start: string = from;
    from = await db.transaction(async (sql) => {
      const actions = await loadActionsToLog(sql, tenantId, { from: start, to: end, max: batchMax });
      const last = actions.at(-1);
      const next = actions.length === batchMax && last !== undefined ? last.actionId : end;
      if (!(await moveActionLog(sql, tenantId, start, next))) return undefined;
      const records = actions.map((action) => ({
        eventId: logEventId(action.actionId),
        userId: action.userId,
        record: actionRecord(tenantId, action),
      }));
      await recordLogEvents(sql, runtime, tenantId, 'action.log_created', records);
      const [first] = actions;
      if (first === undefined || last === undefined) return next;
      // Who is deleted from now on waits for this, and takes the payloads away. Of who was deleted meanwhile nothing is told.
      const kept = await holdUsersOfActions(sql, tenantId, { first: first.actionId, last: last.actionId });
      const gone = actions.filter(({ actionId }) => !kept.has(actionId)).map(({ actionId }) => logEventId(actionId));
      if (gone.length > 0) await withdrawLogEvents(sql, tenantId, gone);
      return next;
    });
  }
}

/** A UUID that is the same for an action each time (RFC 9562 §5.8, version 8). */
function logEventId(actionId: string): string {
  const bytes = sha256(Buffer.from(`action.log_created ${actionId}`)).subarray(0, 16);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x80, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  const hex = bytes.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
