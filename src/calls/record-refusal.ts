import type { Route } from '../contract/route.ts';
import { recordAuditEvent } from '../storage/queries/audit-events.ts';
import type { AuditEvent } from '../storage/queries/audit-events.ts';
import { actorOf } from './caller.ts';
import type { Context } from './context.ts';
import { logChallenge } from './log-challenge.ts';
import type { LoggedChallenge } from './log-challenge.ts';
import type { KnownRequest } from './request.ts';
import type { ProofResult } from './meter.ts';

/**
 * Records the audit event of a refused proof, and its log event. `data` says why, in more detail than the response; `of` is
 * its action, if the caller does not hold the action's token.
 */
export async function recordRefusal(
  context: Context,
  { caller, requestId }: KnownRequest<Route>,
  userId: string | undefined,
  data: { readonly verificationMethod: string | null; readonly reason: string; readonly challengeId?: string },
  of?: Pick<LoggedChallenge, 'actionCode' | 'idempotencyKey'>,
): Promise<void> {
  const { runtime, meter } = context;
  const { tenant } = caller;
  const result = resultOf(data.reason);
  meter.proved(tenant.tenantId, data.verificationMethod ?? 'none', result);
  if (result === 'replayed') meter.replayed(data.reason === 'counter' ? 'key-response' : 'code');
  const event: AuditEvent = {
    tenantId: tenant.tenantId,
    eventId: runtime.ids.uuid(),
    happenedAtMs: runtime.clock.now(),
    actor: actorOf(caller),
    eventType: 'challenge.refused',
    userId,
    requestId,
    data,
  };
  const { verificationMethod, reason } = data;
  if (!tenant.logsChallenges || verificationMethod === null) return recordAuditEvent(context.db, event);
  const token = caller.kind === 'client' ? caller.token : undefined;
  const { actionCode, idempotencyKey } = of ?? token ?? { actionCode: undefined, idempotencyKey: undefined };
  const step = reason === 'MAX_ATTEMPTS_EXCEEDED' ? 'too many guesses' : 'invalid';
  await context.db.transaction(async (sql) => {
    await recordAuditEvent(sql, event);
    await logChallenge(sql, context, tenant, step, { userId, actionCode, idempotencyKey, verificationMethod });
  });
}

function resultOf(reason: string): ProofResult {
  switch (reason) {
    case 'CODE_INVALID_OR_EXPIRED':
      return 'wrong';
    case 'MAX_ATTEMPTS_EXCEEDED':
      return 'exhausted';
    // A key's counter has to rise, so its response was used before, or there are two of the key.
    case 'counter':
    case 'CODE_REPLAYED':
      return 'replayed';
    default:
      return 'rejected';
  }
}
