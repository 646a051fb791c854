import { Refusal } from '../../contract/errors.ts';
import { getChallenge as route } from '../../contract/server/challenges.ts';
import { verificationMethod } from '../../contract/values.ts';
import { smsChannelOf } from '../../core/authenticators/sms-channel.ts';
import { isVerified } from '../../core/is-verified.ts';
import { loadChallenge, loadNewestChallenge } from '../../storage/queries/challenges/of-backends.ts';
import type { ChallengeRow } from '../../storage/queries/challenges/of-backends.ts';
import { isUuid } from '../../calls/is-uuid.ts';
import { omitAbsent } from '../../views/omit-absent.ts';
import { operation } from '../operation.ts';

export const getChallenge = operation(route, async ({ db, runtime }, { caller: { tenant }, params, query, body }) => {
  // SDKs send members in different places. The body takes precedence, because not every SDK encodes the query
  // correctly.
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
  if (challenge === undefined || challenge.expiresAt <= nowMs || challenge.claimedAt !== null) return {};
  return view(challenge);
});

function view(challenge: ChallengeRow) {
  return omitAbsent({
    challengeId: challenge.challengeId,
    expiresAt: Math.floor(challenge.expiresAt / 1000),
    // Present once the challenge is completed (server-api 3.17).
    verificationMethod: isVerified(challenge) ? verificationMethod.parse(challenge.verificationMethod) : undefined,
    smsChannel: challenge.smsChannel ?? smsChannelOf(challenge.verificationMethod),
    email: challenge.email,
    phoneNumber: challenge.phoneNumber,
    action: challenge.actionCode,
  });
}
