import { revokeSession as route } from '../../contract/server/sessions.ts';
import { readSessionToken } from '../../runtime/tokens.ts';
import { revokeSessionRow } from '../../storage/queries/sessions.ts';
import { operation } from '../operation.ts';
import { recordAudit } from '../../calls/record-audit.ts';

/** A late sign-out may bring an expired token, or one that another tab has refreshed. The session ends all the same. */
export const revokeSession = operation(route, async (context, request) => {
  const { tenant } = request.caller;
  const token = readSessionToken(request.body.accessToken, tenant.sessionSigningKeys);
  if (token === undefined) return;
  const nowMs = context.runtime.clock.now();
  await context.db.transaction(async (sql) => {
    const userId = await revokeSessionRow(sql, tenant.tenantId, token.sessionId, nowMs);
    if (userId === undefined) return;
    await recordAudit(sql, context, route, request, userId, { sessionId: token.sessionId, clientId: token.clientId });
  });
});
