import { Refusal } from '../../contract/errors.ts';
import { trackAction as route } from '../../contract/server/actions.ts';
import type { Tenant } from '../../storage/published.ts';
import { loadChallenge } from '../../storage/queries/challenges/of-backends.ts';
import type { ChallengeRow } from '../../storage/queries/challenges/of-backends.ts';
import { isUuid } from '../../calls/is-uuid.ts';
import { operation } from '../operation.ts';
import type { Context } from '../../calls/context.ts';
import { requireTrackable, trackReply } from '../../proving/answer-track.ts';
import { bindChallenge, requireBindable } from '../../proving/bind-challenge.ts';
import { establishAction } from '../../deciding/establish-action.ts';

export const trackAction = operation(route, async (context, request) => {
  const { params, body } = request;
  const { tenant } = request.caller;
  requireTrackable(tenant, body);
  const challenge = body.challengeId === undefined ? undefined : await openChallenge(context, tenant, body.challengeId);
  const named = {
    tenantId: tenant.tenantId,
    userId: params.userId,
    actionCode: params.action,
    // The challenge was created for one occurrence: this one, unless the request names another.
    idempotencyKey: body.idempotencyKey ?? challenge?.idempotencyKey,
  };
  if (challenge === undefined) {
    return trackReply(context, tenant, named, body, await establishAction(context, tenant, named, 'track', body));
  }
  const key = { ...named, idempotencyKey: named.idempotencyKey ?? challenge.idempotencyKey };
  requireBindable(challenge, key);
  const established = await establishAction(context, tenant, key, 'track', body);
  const state = await bindChallenge(context, request, challenge.challengeId, key, (held) => requireBindable(held, key));
  return trackReply(context, tenant, key, body, { ...established, state: state ?? established.state });
});

/** @throws {Refusal} `invalid_request` */
async function openChallenge({ db, runtime }: Context, tenant: Tenant, challengeId: string): Promise<ChallengeRow> {
  const challenge = isUuid(challengeId) ? await loadChallenge(db, tenant.tenantId, challengeId) : undefined;
  if (challenge === undefined || challenge.expiresAt <= runtime.clock.now()) {
    throw new Refusal('invalid_request', 'challengeId names no open challenge.');
  }
  return challenge;
}
