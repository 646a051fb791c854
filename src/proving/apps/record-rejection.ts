import { lockActionState, recordDenial } from '../../storage/queries/actions/actions.ts';
import type { ActionKey } from '../../storage/queries/actions/named.ts';
import { recordAuditEvent } from '../../storage/queries/audit-events.ts';
import { loadVerifiedAuthenticators } from '../../storage/queries/authenticators.ts';
import { recordEvent } from '../../storage/queries/events.ts';
import { lockUser } from '../../storage/queries/users.ts';
import type { Tenant } from '../../storage/published.ts';
import type { Sql } from '../../storage/sql.ts';
import { queueNotice } from '../../telling/queue-notice.ts';
import { actorOf } from '../../calls/caller.ts';
import type { Caller } from '../../calls/caller.ts';
import type { Context } from '../../calls/context.ts';
import { logChallenge } from '../../calls/log-challenge.ts';
import { invalidAppCredential } from './app-keys.ts';

/** An answer of an app that is no approval. */
export interface Rejection {
  readonly method: string;
  readonly challengeId: string;
  readonly authenticatorId: string;
  readonly key: ActionKey;
  /** Undefined for a challenge of nobody, which has no action yet. */
  readonly actionId: string | undefined;
  /** Whether the user says that it was not them; otherwise they only refuse. */
  readonly isDenial: boolean;
  /** Whoever asked. */
  readonly caller: Caller;
  readonly requestId: string;
  readonly nowMs: number;
}

/**
 * A rejection fails the action. "It was not me" is more than that: the user and the backend are told, and rules can read it
 * (ruling 20). All of it happens, or nothing. `endChallenge` is one conditional write: the first answer counts.
 * @throws {Refusal} `invalid_credential` if the challenge was over, or the user, their key or the action is gone
 */
export async function recordRejection(
  context: Context,
  tenant: Tenant,
  rejection: Rejection,
  endChallenge: (sql: Sql) => Promise<boolean>,
): Promise<void> {
  const { method, challengeId, authenticatorId, key, actionId, isDenial, nowMs } = rejection;
  const { runtime, db } = context;
  const { tenantId, userId, actionCode, idempotencyKey } = key;
  await db.transaction(async (sql) => {
    // Locks the user before the action, and the action before its challenge: the same order as everywhere else.
    const isThere = (await lockUser(sql, tenantId, userId)) !== undefined;
    const before = actionId === undefined ? undefined : await lockActionState(sql, key, actionId);
    const own = await loadVerifiedAuthenticators(sql, tenantId, userId);
    const isStillOwn = own.some((row) => row.authenticatorId === authenticatorId);
    const isGone = !isThere || !isStillOwn || (actionId !== undefined && before === undefined);
    if (isGone || !(await endChallenge(sql))) throw invalidAppCredential();
    const moveId = runtime.ids.uuid();
    const after =
      actionId === undefined ? undefined : await recordDenial(sql, { key, actionId, isUsers: isDenial, nowMs, moveId });
    const about = { verificationMethod: method, actionCode, idempotencyKey };
    await recordAuditEvent(sql, {
      tenantId,
      eventId: runtime.ids.uuid(),
      happenedAtMs: nowMs,
      actor: actorOf(rejection.caller),
      eventType: isDenial ? 'challenge.denied' : 'challenge.rejected',
      userId,
      requestId: rejection.requestId,
      data: { ...about, challengeId, authenticatorId, ...(before === undefined ? {} : { before, after }) },
    });
    await logChallenge(sql, context, tenant, 'invalid', { userId, ...about });
    if (!isDenial) return;
    const data = { userId, ...about, ...(after === undefined ? {} : { state: after }) };
    await recordEvent(sql, runtime, { tenantId, type: 'action.denied', userId, data });
    await queueNotice(sql, context, tenant, userId, { type: 'action-denied', verificationMethod: method });
  });
}
