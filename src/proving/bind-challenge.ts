import { Refusal } from '../contract/errors.ts';
import type { Route } from '../contract/route.ts';
import { claimChallenge } from '../contract/server/challenges.ts';
import { closedStates } from '../core/actions/closed-states.ts';
import { isVerified } from '../core/is-verified.ts';
import { acceptProof } from './accept-proof.ts';
import { ActionClosed, challengedAction } from './open-action.ts';
import type { OpenAction } from './open-action.ts';
import type { ActionKey } from '../storage/queries/actions/named.ts';
import {
  isCodeChallenge,
  loadChallenge,
  lockChallenge,
  recordClaim,
} from '../storage/queries/challenges/of-backends.ts';
import type { ChallengeRow, CodeChallenge } from '../storage/queries/challenges/of-backends.ts';
import { loadTokenAction } from '../storage/queries/actions/of-token.ts';
import { lockOrCreateUser } from '../storage/queries/users.ts';
import type { Context } from '../calls/context.ts';
import type { KeyRequest } from '../calls/request.ts';
import { recordAudit } from '../calls/record-audit.ts';
import { challengeProof } from './challenge-proof.ts';
import { isOfClientApi } from './is-of-client-api.ts';

/**
 * Refuses a challenge that does not fit this action: a proof is valid for one user, one action and one idempotency key
 * (I3).
 * @throws {Refusal} `invalid_request`
 */
export function requireBindable(challenge: ChallengeRow, key: ActionKey): void {
  // Its code has to be verified through the client API, which checks what the token permits and moves the action.
  if (challenge.purpose === 'registration' || (isCodeChallenge(challenge) && isOfClientApi(challenge))) {
    throw new Refusal('invalid_request', 'The challenge was made by the client API for an action of its own.');
  }
  if (challenge.userId !== null && challenge.userId !== key.userId) {
    throw new Refusal('invalid_request', 'The challenge belongs to another user.');
  }
  if (challenge.actionCode !== key.actionCode) {
    throw new Refusal('invalid_request', 'The challenge belongs to another action.');
  }
  if (challenge.userId !== null && challenge.idempotencyKey !== key.idempotencyKey) {
    throw new Refusal('invalid_request', 'The challenge belongs to another occurrence of this action.');
  }
}

/**
 * Binds a challenge to its user and action, once, and accepts what it has already proven. The action must exist and be
 * decided. Returns the action's state if anything was proven. `check` examines the challenge again when it can no
 * longer change.
 * @throws {Refusal} if what was proven is not confirmed; the challenge then stays unclaimed.
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
  // A proof for an action that accepts no more proofs is still assigned to it, but changes nothing (ruling 42).
  const isBound = await bind(context, request, challengeId, key, check, isOwed(seen));
  // The challenge was verified between reading and locking it.
  return isBound ? undefined : bindChallenge(context, request, challengeId, key, check);
}

/** Whether a proof was given but has not been applied to an action, because its user was not known then. */
function isOwed(challenge: ChallengeRow): challenge is CodeChallenge & { readonly verifiedAt: number } {
  const { claimedAt, userId } = challenge;
  return isCodeChallenge(challenge) && isVerified(challenge) && claimedAt === null && userId === null;
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

/** Accepts what was proven before the user was known, for the action that now claims the challenge. */
async function claimProof(
  context: Context,
  request: KeyRequest<Route>,
  challenge: CodeChallenge & { readonly verifiedAt: number },
  action: OpenAction,
  check: (held: ChallengeRow) => void,
): Promise<string | undefined> {
  const { challengeId } = challenge;
  const { key } = action;
  const accepted = await acceptProof(context, request, claimChallenge, action, {
    ...challengeProof(context, challenge, action),
    provenAtMs: challenge.verifiedAt,
    consume: { kind: 'claim', challengeId },
    subject: undefined,
    remarks: { challengeId, isVerified: true },
  }).catch((error: unknown) => {
    if (error instanceof ActionClosed) return 'closed' as const;
    throw error;
  });
  // The action was closed or put in review since it was read: read it again.
  if (accepted === 'closed') return bindChallenge(context, request, challengeId, key, check);
  if (accepted !== undefined) return accepted.state ?? undefined;
  const now = await loadChallenge(context.db, key.tenantId, challengeId);
  if (now === undefined) throw gone();
  check(now);
  if (now.claimedAt === null) throw deleted();
  return undefined;
}

/** False, without any change, if the challenge was verified in the meantime. */
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
    // Locks the user first, as accepting a proof does.
    await lockOrCreateUser(sql, tenantId, userId, { ownId: context.runtime.ids.uuid(), nowMs });
    const held = await lockChallenge(sql, tenantId, challengeId);
    if (held === undefined) throw gone();
    check(held);
    if (isOwed(held) && !changesNothing) return false;
    if (held.claimedAt !== null) return true;
    await recordClaim(sql, { tenantId, challengeId, userId, idempotencyKey, nowMs });
    await recordAudit(sql, context, claimChallenge, request, userId, {
      challengeId,
      verificationMethod: held.verificationMethod,
      isVerified: isVerified(held),
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
