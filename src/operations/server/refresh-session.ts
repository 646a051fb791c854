import { refreshSession as route } from '../../contract/server/sessions.ts';
import type { RefreshToken } from '../../runtime/tokens.ts';
import { readRefreshToken } from '../../runtime/tokens.ts';
import { loadSession, revokeSessionRow, rotateSession } from '../../storage/queries/sessions.ts';
import type { SessionRow } from '../../storage/queries/sessions.ts';
import { operation } from '../operation.ts';
import type { Context } from '../../calls/context.ts';
import type { KeyRequest } from '../../calls/request.ts';
import { recordAudit } from '../../calls/record-audit.ts';
import { badSession } from '../../sessions/bad-session.ts';
import { issueSessionTokens } from '../../sessions/issue-session-tokens.ts';

// For callers that lost the response, because SDKs repeat a POST when its connection breaks (ruling 23), and for tabs
// that share a session and refresh at the same time, each with its own token (ruling 46).
const repeatMs = 10_000;

export const refreshSession = operation(route, async (context, request) => {
  const { tenant } = request.caller;
  const token = readRefreshToken(tenant.refreshTokenKey, request.body.refreshToken);
  if (token === undefined) throw badSession();
  const nowMs = context.runtime.clock.now();
  const rotated = await rotateSession(context.db, tenant.tenantId, token, nowMs);
  if (rotated !== undefined) return issueSessionTokens(context, tenant, rotated);

  const session = await loadSession(context.db, tenant.tenantId, token.sessionId);
  if (session === undefined || session.revokedAt !== null || session.expiresAt <= nowMs) throw badSession();
  if (isRepeat(session, token, nowMs)) return issueSessionTokens(context, tenant, session);
  await endStolenSession(context, request, token, session, nowMs);
  throw badSession();
});

/** Whether the token is of one of the last three generations, and was exchanged less than `repeatMs` ago. */
function isRepeat(session: SessionRow, token: RefreshToken, nowMs: number): boolean {
  const exchangedAtMs = [session.rotatedAt, ...session.earlierRotatedAt];
  const ownMs = exchangedAtMs[session.generation - 1 - token.generation];
  return ownMs !== undefined && nowMs < ownMs + repeatMs;
}

/**
 * A token was used again too late, so two parties have it: the session ends for both (RFC 9700 §4.14.2). The same goes
 * for a token from the future: the database was restored to an older state, in which spent tokens are valid again.
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
    context.meter.replayed('refresh-token');
    await recordAudit(sql, context, route, request, userId, {
      sessionId: token.sessionId,
      clientId: session.clientId,
      generation: session.generation,
      reusedGeneration: token.generation,
    });
  });
}
