import { refreshSession as route } from '../../contract/server/sessions.ts';
import type { RefreshToken } from '../../runtime/tokens.ts';
import { readRefreshToken } from '../../runtime/tokens.ts';
import { loadSession, revokeSessionRow, rotateSession } from '../../storage/queries/sessions.ts';
import type { SessionRow } from '../../storage/queries/sessions.ts';
import { operation } from '../operation.ts';
import type { Context, KeyRequest } from '../operation.ts';
import { recordAudit } from '../record-audit.ts';
import { badSession } from './bad-session.ts';
import { issueSessionTokens } from './issue-session-tokens.ts';

// For callers who lost the answer, as SDKs repeat a POST when its connection breaks (ruling 23), and for tabs that share a
// session and refresh at one time, each with what it has (ruling 46).
const repeatMs = 10_000;

export const refreshSession = operation(route, async (context, request) => {
  const { tenant } = request.caller;
  const token = readRefreshToken(tenant.refreshTokenKey, request.body.refreshToken);
  if (token === undefined) throw badSession();
  const nowMs = context.runtime.clock.now();
  const rotated = await rotateSession(context.db, tenant.tenantId, token, nowMs);
  if (rotated !== undefined) return issueSessionTokens(context, tenant, rotated);

  const session = await loadSession(context.db, tenant.tenantId, token.sessionId);
  if (session === undefined || session.revoked_at !== null || session.expires_at <= nowMs) throw badSession();
  if (isRepeat(session, token, nowMs)) return issueSessionTokens(context, tenant, session);
  await endStolenSession(context, request, token, session, nowMs);
  throw badSession();
});

/** Whether the token is of one of the last three generations, and was exchanged a moment ago. */
function isRepeat(session: SessionRow, token: RefreshToken, nowMs: number): boolean {
  const exchangedAtMs = [session.rotated_at, ...session.earlier_rotated_at];
  const ownMs = exchangedAtMs[session.generation - 1 - token.generation];
  return ownMs !== undefined && nowMs < ownMs + repeatMs;
}

/**
 * A token is back after its time, so two hold what one was given: nobody keeps the session (RFC 9700 §4.14.2). That goes
 * for a token from the future too: the database was put back to an older state, where spent tokens are fresh again.
 */
async function endStolenSession(
  context: Context,
  request: KeyRequest<typeof route>,
  token: RefreshToken,
  session: SessionRow,
  nowMs: number,
): Promise<void> {
  await context.db.transaction(async (sql) => {
    const userId = await revokeSessionRow(sql, request.caller.tenant.tenantId, token.sessionId, nowMs);
    if (userId === undefined) return;
    await recordAudit(sql, context, route, request, userId, {
      sessionId: token.sessionId,
      clientId: session.client_id,
      generation: session.generation,
      reusedGeneration: token.generation,
    });
  });
}
