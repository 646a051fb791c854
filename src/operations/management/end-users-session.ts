import { isUuid } from '../../calls/is-uuid.ts';
import { recordAudit } from '../../calls/record-audit.ts';
import { Refusal } from '../../contract/errors.ts';
import { endUsersSession as route } from '../../contract/management/users-sessions.ts';
import { revokeSessionRow } from '../../storage/queries/sessions.ts';
import { operation } from '../operation.ts';

export const endUsersSession = operation(route, async (context, request) => {
  const { tenantId } = request.caller.tenant;
  const { userId, sessionId } = request.params;
  return context.db.transaction(async (sql) => {
    const nowMs = context.runtime.clock.now();
    const owner = isUuid(sessionId) ? await revokeSessionRow(sql, tenantId, sessionId, nowMs) : undefined;
    // Another user's stays: the transaction is undone.
    if (owner !== userId) throw new Refusal('not_found', 'The user has no such session.');
    await recordAudit(sql, context, route, request, userId, { sessionId });
    return { success: true } as const;
  });
});
