import { Refusal } from '../../contract/errors.ts';
import { createSession as route } from '../../contract/server/sessions.ts';
import { assuranceOf } from '../../methods/assurance-of.ts';
import { checkActionToken } from '../../runtime/tokens.ts';
import { lockAction } from '../../storage/queries/actions/actions.ts';
import { holdAppClient } from '../../storage/queries/app-clients.ts';
import { createSessionRow } from '../../storage/queries/sessions.ts';
import { lockUser } from '../../storage/queries/users.ts';
import { operation } from '../operation.ts';
import { recordAudit } from '../../calls/record-audit.ts';
import { issueSessionTokens } from '../../sessions/issue-session-tokens.ts';

const dayMs = 24 * 60 * 60 * 1000;

export const createSession = operation(route, async (context, request) => {
  const { runtime, publicUrl } = context;
  const { body } = request;
  const { tenant } = request.caller;
  const { tenantId } = tenant;
  const nowMs = runtime.clock.now();
  const keyOfOwnTenant = (named: string) => (named === tenantId ? tenant.tokenKey : undefined);
  const check = checkActionToken(body.token, keyOfOwnTenant, publicUrl, nowMs);
  if (!check.ok) throw badToken(check.reason);
  const { userId, actionCode, idempotencyKey, actionId } = check.token;
  if (body.action !== undefined && body.action !== actionCode) {
    throw new Refusal('invalid_request', 'The token belongs to another action.');
  }

  const sessionId = runtime.ids.uuid();
  const session = await context.db.transaction(async (sql) => {
    // Both are locked until the session is stored, so that no deletion and no other state comes in between.
    const user = await lockUser(sql, tenantId, userId);
    const action = await lockAction(sql, { tenantId, userId, actionCode, idempotencyKey });
    if (user === undefined || action?.actionId !== actionId) throw badToken('invalid');
    if (action.state !== 'CHALLENGE_SUCCEEDED') {
      throw new Refusal('invalid_request', `The challenge of the action has not succeeded: it is ${action.state}.`);
    }
    const client = await holdAppClient(sql, tenantId, body.clientId);
    if (client === undefined) throw new Refusal('invalid_configuration', 'clientId names no app client of the tenant.');
    // Counted from the proof, not from this call: a new token for an old action must not make the proof younger (N17).
    const signedInAtMs = action.verifiedAt ?? action.stateUpdatedAt;
    const expiresAtMs = signedInAtMs + client.refreshTokenLifetimeInDays * dayMs;
    if (expiresAtMs <= nowMs) throw new Refusal('invalid_request', 'The challenge succeeded too long ago.');
    const created = await createSessionRow(sql, {
      tenantId,
      userId,
      sessionId,
      clientId: client.clientId,
      nowMs,
      signedInAtMs,
      expiresAtMs,
      verificationMethod: action.verificationMethod,
      // A state that was set by the backend has no proof behind it.
      assurance: action.assurance ?? assuranceOf(action.verificationMethod),
      actionCode,
      idempotencyKey,
    });
    await recordAudit(sql, context, route, request, userId, {
      sessionId,
      clientId: client.clientId,
      actionCode,
      idempotencyKey,
    });
    return created;
  });
  return issueSessionTokens(context, tenant, session);
});

function badToken(reason: 'invalid' | 'expired'): Refusal {
  return new Refusal('unauthorized', reason === 'expired' ? 'The token has expired.' : 'The token is invalid.');
}
