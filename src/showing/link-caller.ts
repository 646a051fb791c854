import type { Tenant } from '../storage/published.ts';
import type { LinkChallengeRow } from '../storage/queries/challenges/of-actions.ts';
import type { TokenCaller } from '../calls/caller.ts';

/** What is stored of a request that is answered without the token that made it. */
type AskedChallenge = Pick<
  LinkChallengeRow,
  'userId' | 'actionCode' | 'idempotencyKey' | 'scope' | 'state' | 'createdAt' | 'expiresAt'
>;

/** The caller who requested the link or the push, with what their token permitted. */
export function linkCaller(tenant: Tenant, challenge: AskedChallenge): TokenCaller {
  return {
    kind: 'client',
    tenant,
    token: {
      tenantId: tenant.tenantId,
      userId: challenge.userId,
      actionCode: challenge.actionCode,
      idempotencyKey: challenge.idempotencyKey,
      actionId: challenge.state.actionId,
      ...challenge.state.powers,
      scope: challenge.scope,
      issuedAt: Math.floor(challenge.createdAt / 1000),
      expiresAt: Math.floor(challenge.expiresAt / 1000),
    },
  };
}
