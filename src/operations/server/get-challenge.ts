import { Refusal } from '../../contract/errors.ts';
import { getChallenge as route } from '../../contract/server/challenges.ts';
import { verificationMethod } from '../../contract/values.ts';
import { loadChallenge, loadNewestChallenge } from '../../storage/queries/challenges.ts';
import type { ChallengeRow } from '../../storage/queries/challenges.ts';
import { isUuid } from '../is-uuid.ts';
import { omitAbsent } from '../omit-absent.ts';
import { operation } from '../operation.ts';

export const getChallenge = operation(route, async ({ db, runtime }, { caller: { tenant }, params, query, body }) => {
  // Each member from wherever the caller's SDK puts it; what stands twice is safe in the body, but not every SDK encodes it
  // for a query.
  const challengeId = body.challengeId ?? query.challengeId;
  const userId = params.userId ?? body.userId ?? query.userId;
  if (challengeId === undefined && userId === undefined) {
    throw new Refusal('invalid_request', 'challengeId or userId is required.');
  }
  const nowMs = runtime.clock.now();
  const challenge =
    challengeId === undefined
      ? await loadNewestChallenge(db, {
          tenantId: tenant.tenantId,
          userId: userId ?? '',
          nowMs,
          actionCode: body.action ?? query.action,
          verificationMethod: body.verificationMethod ?? query.verificationMethod,
        })
      : isUuid(challengeId)
        ? await loadChallenge(db, tenant.tenantId, challengeId)
        : undefined;
  if (challenge === undefined || challenge.expires_at <= nowMs || challenge.claimed_at !== null) return {};
  return view(challenge);
});

function view(challenge: ChallengeRow) {
  return omitAbsent({
    challengeId: challenge.challenge_id,
    expiresAt: Math.floor(challenge.expires_at / 1000),
    // Present once the challenge is completed (server-api 3.17).
    verificationMethod:
      challenge.verified_at === null ? undefined : verificationMethod.parse(challenge.verification_method),
    email: challenge.email,
    phoneNumber: challenge.phone_number,
    action: challenge.action_code,
  });
}
