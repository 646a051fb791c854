import { Refusal } from '../../contract/errors.ts';
import { claimChallenge as route } from '../../contract/server/challenges.ts';
import { verificationMethod } from '../../contract/values.ts';
import { isVerified } from '../../core/is-verified.ts';
import { loadChallenge } from '../../storage/queries/challenges/of-backends.ts';
import type { ChallengeRow } from '../../storage/queries/challenges/of-backends.ts';
import { isUuid } from '../../calls/is-uuid.ts';
import { issueActionToken } from '../../proving/issue-action-token.ts';
import { operation } from '../operation.ts';
import { bindChallenge, requireBindable } from '../../proving/bind-challenge.ts';
import { establishAction } from '../../deciding/establish-action.ts';

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
  if (challenge === undefined || challenge.actionCode === null || challenge.expiresAt <= nowMs) throw absent();
  const key = {
    tenantId,
    userId,
    actionCode: challenge.actionCode,
    idempotencyKey: challenge.idempotencyKey,
  };
  const check = (held: ChallengeRow) => {
    requireBindable(held, key);
    if (!isVerified(held) && skipVerificationCheck !== true) {
      throw new Refusal('invalid_request', 'The challenge is not verified yet.');
    }
  };
  check(challenge);
  const given = Object.fromEntries(Object.entries(sent).filter(([, value]) => value !== undefined));
  const action = await establishAction(context, tenant, key, 'challenge', { ...challenge.request, ...given });
  await bindChallenge(context, request, challengeId, key, check);
  const token = issueActionToken(context, tenant, {
    userId,
    actionCode: key.actionCode,
    idempotencyKey: key.idempotencyKey,
    actionId: action.actionId,
    scope: 'read:authenticators',
  });
  const { verificationMethod: method } = challenge;
  // An anonymous challenge has no method until a client begins to answer it.
  return { token, ...(method === null ? {} : { verificationMethod: verificationMethod.parse(method) }) };
});
