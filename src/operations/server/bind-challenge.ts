import { Refusal } from '../../contract/errors.ts';
import type { Route } from '../../contract/route.ts';
import { claimChallenge } from '../../contract/server/challenges.ts';
import type { ActionKey } from '../../storage/queries/actions.ts';
import { isCodeChallenge, loadChallenge, lockChallenge, recordClaim } from '../../storage/queries/challenges.ts';
import type { ChallengeRow } from '../../storage/queries/challenges.ts';
import { lockOrCreateUser } from '../../storage/queries/users.ts';
import { webhookOf } from '../confirm-by-webhook.ts';
import type { Confirmation } from '../confirm-by-webhook.ts';
import type { Context, KeyRequest } from '../operation.ts';
import { recordAudit } from '../record-audit.ts';
import { isOfClientApi } from './is-of-client-api.ts';
import { closeConfirmed, moveAction } from './verify-challenge.ts';

/**
 * Refuses a challenge that cannot become this action's: a proof is good for one user, one action and one key (I3).
 * @throws {Refusal} `invalid_request`
 */
export function refuseUnbindable(challenge: ChallengeRow, key: ActionKey): void {
  // Its code is given back to the client API, which has looked at what the token permits and moved the action.
  if (challenge.purpose === 'registration' || (isCodeChallenge(challenge) && isOfClientApi(challenge))) {
    throw new Refusal('invalid_request', 'The challenge was made by the client API for an action of its own.');
  }
  if (challenge.user_id !== null && challenge.user_id !== key.userId) {
    throw new Refusal('invalid_request', 'The challenge belongs to another user.');
  }
  if (challenge.action_code !== key.actionCode) {
    throw new Refusal('invalid_request', 'The challenge belongs to another action.');
  }
  if (challenge.user_id !== null && challenge.idempotency_key !== key.idempotencyKey) {
    throw new Refusal('invalid_request', 'The challenge belongs to another occurrence of this action.');
  }
}

/**
 * Gives a challenge its user and its action, once, and moves the action if it is verified already. The action exists and
 * is decided. True if it moved now. `check` looks at the challenge again while nobody else can change it.
 * @throws {Refusal} if the move was not confirmed; then the challenge is as free as before.
 */
export async function bindChallenge(
  context: Context,
  request: KeyRequest<Route>,
  challengeId: string,
  key: ActionKey,
  check: (held: ChallengeRow) => void,
): Promise<boolean> {
  const { tenant } = request.caller;
  const seen = await loadChallenge(context.db, key.tenantId, challengeId);
  if (seen === undefined) throw gone();
  // A key's proof has moved its action when it was made: it was known then whose it is.
  const wouldMove = isCodeChallenge(seen) && seen.verified_at !== null && seen.claimed_at === null;
  // Where the tenant's own server is asked first, what is moved must be what it was asked about.
  const mustHaveAsked = !wouldMove && webhookOf(tenant, key.actionCode) !== undefined;
  let wasVerifiedMeanwhile = false;
  const hasMoved = await closeConfirmed(context, tenant, wouldMove ? key : undefined, seen, async (leaseId) => {
    const bound = await bind(context, request, challengeId, key, check, mustHaveAsked, leaseId);
    wasVerifiedMeanwhile = bound === 'unasked';
    return bound === 'moved';
  });
  return wasVerifiedMeanwhile ? bindChallenge(context, request, challengeId, key, check) : hasMoved;
}

function bind(
  context: Context,
  request: KeyRequest<Route>,
  challengeId: string,
  key: ActionKey,
  check: (held: ChallengeRow) => void,
  mustHaveAsked: boolean,
  leaseId: Confirmation,
): Promise<'moved' | 'bound' | 'unasked'> {
  const { tenantId, userId, idempotencyKey } = key;
  const nowMs = context.runtime.clock.now();
  return context.db.transaction(async (sql) => {
    const held = await lockChallenge(sql, tenantId, challengeId);
    if (held === undefined) throw gone();
    check(held);
    if (held.claimed_at !== null) return 'bound';
    if (isCodeChallenge(held) && held.verified_at !== null && mustHaveAsked) return 'unasked';
    await lockOrCreateUser(sql, tenantId, userId, nowMs);
    await recordClaim(sql, { tenantId, challengeId, userId, idempotencyKey, nowMs });
    const bound = { ...held, user_id: userId, idempotency_key: idempotencyKey };
    const isOwed = held.verified_at !== null && isCodeChallenge(bound);
    const hasMoved = isOwed && (await moveAction(sql, context, tenantId, userId, bound, leaseId));
    await recordAudit(sql, context, claimChallenge, request, userId, {
      challengeId,
      verificationMethod: held.verification_method,
      isVerified: held.verified_at !== null,
    });
    return hasMoved ? 'moved' : 'bound';
  });
}

function gone(): Refusal {
  return new Refusal('invalid_request', 'The challenge was deleted meanwhile.');
}
