import { Refusal } from '../../contract/errors.ts';
import { claimChallenge as route } from '../../contract/server/challenges.ts';
import { verificationMethod } from '../../contract/values.ts';
import { loadChallenge, lockChallenge, recordClaim } from '../../storage/queries/challenges.ts';
import type { ChallengeRow } from '../../storage/queries/challenges.ts';
import { lockOrCreateUser } from '../../storage/queries/users.ts';
import { isUuid } from '../is-uuid.ts';
import { issueActionToken } from '../issue-action-token.ts';
import { operation } from '../operation.ts';
import { recordAudit } from '../record-audit.ts';
import { establishAction } from './establish-action.ts';
import { moveAction } from './verify-challenge.ts';

/** The rules run for the user first; only then may the proof move the action that they decided (ruling 9). */
export const claimChallenge = operation(route, async (context, request) => {
  const { db, runtime } = context;
  const { tenant } = request.caller;
  const { tenantId } = tenant;
  const { challengeId, userId, skipVerificationCheck, ...sent } = request.body;
  const absent = () => new Refusal('not_found', 'There is no open challenge with this challengeId.');
  if (!isUuid(challengeId)) throw absent();
  const challenge = await loadChallenge(db, tenantId, challengeId);
  const nowMs = runtime.clock.now();
  if (challenge === undefined || challenge.expires_at <= nowMs) throw absent();
  refuseUnclaimable(challenge, userId, skipVerificationCheck === true);

  const key = {
    tenantId,
    userId,
    actionCode: challenge.action_code,
    idempotencyKey: challenge.idempotency_key,
  };
  const given = Object.fromEntries(Object.entries(sent).filter(([, value]) => value !== undefined));
  const action = await establishAction(context, tenant, key, { ...challenge.request, ...given });

  await db.transaction(async (sql) => {
    const held = await lockChallenge(sql, tenantId, challengeId);
    if (held === undefined) throw absent();
    refuseUnclaimable(held, userId, skipVerificationCheck === true);
    if (held.claimed_at !== null) return;
    await lockOrCreateUser(sql, tenantId, userId, nowMs);
    await recordClaim(sql, { tenantId, challengeId, userId, nowMs });
    if (held.verified_at !== null) await moveAction(sql, context, tenantId, userId, held);
    await recordAudit(sql, context, route, request, userId, {
      challengeId,
      verificationMethod: held.verification_method,
      isVerified: held.verified_at !== null,
    });
  });
  const token = issueActionToken(context, tenant, {
    userId,
    actionCode: key.actionCode,
    idempotencyKey: key.idempotencyKey,
    actionId: action.actionId,
    scope: 'read:authenticators',
  });
  return { token, verificationMethod: verificationMethod.parse(challenge.verification_method) };
});

function refuseUnclaimable(challenge: ChallengeRow, userId: string, skipsVerification: boolean): void {
  if (challenge.user_id !== null && challenge.user_id !== userId) {
    throw new Refusal('invalid_request', 'The challenge belongs to another user.');
  }
  if (challenge.verified_at === null && !skipsVerification) {
    throw new Refusal('invalid_request', 'The challenge is not verified yet.');
  }
}
