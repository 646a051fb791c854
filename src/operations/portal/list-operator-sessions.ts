import { listOperatorSessions as route } from '../../contract/portal/session.ts';
import { operatorIdleMs } from '../../core/operators/session-periods.ts';
import { listOperatorSessionRows } from '../../storage/queries/operator-sessions.ts';
import { portalTenantId } from '../../storage/queries/tenants.ts';
import { omitAbsent } from '../../views/omit-absent.ts';
import { wireTime } from '../../views/wire-values.ts';
import { operation } from '../operation.ts';

export const listOperatorSessions = operation(route, async ({ db, runtime }, { caller }) => {
  const ending = { nowMs: runtime.clock.now(), idleMs: operatorIdleMs };
  const rows = await listOperatorSessionRows(db, portalTenantId, caller.operatorId, ending);
  return rows.map(({ sessionId, createdAt, seenAt, ipAddress, userAgent }) => ({
    sessionId,
    isCurrent: sessionId === caller.sessionId,
    createdAt: wireTime(createdAt),
    seenAt: wireTime(seenAt),
    ipAddress,
    ...omitAbsent({ userAgent }),
  }));
});
