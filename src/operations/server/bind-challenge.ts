import { Refusal } from '../../contract/errors.ts';
import type { Route } from '../../contract/route.ts';
import { claimChallenge } from '../../contract/server/challenges.ts';
import { closedStates } from '../../core/actions/closed-states.ts';
import { acceptProof } from '../../proving/accept-proof.ts';
import { ActionClosed, challengedAction } from '../../proving/open-action.ts';
import type { OpenAction } from '../../proving/open-action.ts';
import type { ActionKey } from '../../storage/queries/actions.ts';
import { isCodeChallenge, loadChallenge, lockChallenge, recordClaim } from '../../storage/queries/challenges.ts';
import type { ChallengeRow, CodeChallenge } from '../../storage/queries/challenges.ts';
import { loadTokenAction } from '../../storage/queries/token-actions.ts';
import { lockOrCreateUser } from '../../storage/queries/users.ts';
import type { Context, KeyRequest } from '../operation.ts';
import { recordAudit } from '../record-audit.ts';
import { challengeProof } from './challenge-proof.ts';
import { isOfClientApi } from './is-of-client-api.ts';

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
 * Gives a challenge its user and its action, once, and accepts what it has proven already. The action exists and is decided.
 * Gives the state in which that leaves it, if it proved anything. `check` looks at the challenge again while nobody else can
 * change it.
 * @throws {Refusal} if what is proven was not confirmed; then the challenge is as free as before.
 */
export async function bindChallenge(
  context: Context,
  request: KeyRequest<Route>,
  challengeId: string,
  key: ActionKey,
  check: (held: ChallengeRow) => void,
): Promise<string | undefined> {
  const seen = await loadChallenge(context.db, key.tenantId, challengeId);
  if (seen === undefined) throw gone();
  if (isOwed(seen)) {
    const action = await claimedAction(context, request, seen, key);
    if (!closedStates.includes(action.row.state)) return claimProof(context, request, seen, action, check);
  }
  // What was proven for an action that takes no proof any more is given to it, and changes nothing (ruling 42).
  const isBound = await bind(context, request, challengeId, key, check, isOwed(seen));
  // Answered between reading and holding it.
  return isBound ? undefined : bindChallenge(context, request, challengeId, key, check);
}

/** Whether a proof was given that has done nothing for its action yet: nobody knew then whose it is. */
function isOwed(challenge: ChallengeRow): challenge is CodeChallenge & { readonly verified_at: number } {
  const { verified_at: verifiedAt, claimed_at: claimedAt, user_id: userId } = challenge;
  return isCodeChallenge(challenge) && verifiedAt !== null && claimedAt === null && userId === null;
}

async function claimedAction(
  context: Context,
  request: KeyRequest<Route>,
  { scope }: CodeChallenge,
  key: ActionKey,
): Promise<OpenAction> {
  const row = await loadTokenAction(context.db, key);
  if (row === undefined) throw deleted();
  return challengedAction(context, request.caller.tenant, key, scope, row);
}

/** Accepts what was proven while it was nobody's, for the action that it is given now. */
async function claimProof(
  context: Context,
  request: KeyRequest<Route>,
  challenge: CodeChallenge & { readonly verified_at: number },
  action: OpenAction,
  check: (held: ChallengeRow) => void,
): Promise<string | undefined> {
  const { challenge_id: challengeId } = challenge;
  const { key } = action;
  const accepted = await acceptProof(context, request, claimChallenge, action, {
    ...challengeProof(context, challenge, action),
    provenAtMs: challenge.verified_at,
    consume: { kind: 'claim', challengeId },
    subject: undefined,
    remarks: { challengeId, isVerified: true },
  }).catch((error: unknown) => {
    if (error instanceof ActionClosed) return 'closed' as const;
    throw error;
  });
  // Closed since it was read, or put to review: looked at again as it stands.
  if (accepted === 'closed') return bindChallenge(context, request, challengeId, key, check);
  if (accepted !== undefined) return accepted.state ?? undefined;
  const now = await loadChallenge(context.db, key.tenantId, challengeId);
  if (now === undefined) throw gone();
  check(now);
  if (now.claimed_at === null) throw deleted();
  return undefined;
}

/** False, and nothing was done, if it was answered meanwhile. */
function bind(
  context: Context,
  request: KeyRequest<Route>,
  challengeId: string,
  key: ActionKey,
  check: (held: ChallengeRow) => void,
  changesNothing: boolean,
): Promise<boolean> {
  const { tenantId, userId, idempotencyKey } = key;
  const nowMs = context.runtime.clock.now();
  return context.db.transaction(async (sql) => {
    // The user first, as whoever accepts a proof holds them.
    await lockOrCreateUser(sql, tenantId, userId, nowMs);
    const held = await lockChallenge(sql, tenantId, challengeId);
    if (held === undefined) throw gone();
    check(held);
    if (isOwed(held) && !changesNothing) return false;
    if (held.claimed_at !== null) return true;
    await recordClaim(sql, { tenantId, challengeId, userId, idempotencyKey, nowMs });
    await recordAudit(sql, context, claimChallenge, request, userId, {
      challengeId,
      verificationMethod: held.verification_method,
      isVerified: held.verified_at !== null,
    });
    return true;
  });
}

function gone(): Refusal {
  return new Refusal('invalid_request', 'The challenge was deleted meanwhile.');
}

function deleted(): Refusal {
  return new Refusal('unavailable', 'The action was deleted while its challenge was claimed. Repeat the request.', 1);
}
