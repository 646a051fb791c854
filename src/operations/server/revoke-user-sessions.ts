import { revokeUserSessions as route } from '../../contract/server/sessions.ts';
import { revokeUserSessionRows } from '../../storage/queries/sessions.ts';
import { lockUser } from '../../storage/queries/users.ts';
import { operation } from '../operation.ts';
import { recordAudit } from '../../calls/record-audit.ts';

export const revokeUserSessions = operation(route, async (context, request) => {
  const { tenantId } = request.caller.tenant;
  const { userId } = request.body;
  const nowMs = context.runtime.clock.now();
  await context.db.transaction(async (sql) => {
    // Waits for a session that is being created now, so that it ends too.
    await lockUser(sql, tenantId, userId);
    const sessions = await revokeUserSessionRows(sql, tenantId, userId, nowMs);
    if (sessions > 0) await recordAudit(sql, context, route, request, userId, { sessions });
  });
});
