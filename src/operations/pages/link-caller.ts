import type { Tenant } from '../../storage/published.ts';
import type { LinkChallengeRow } from '../../storage/queries/action-challenges.ts';
import type { TokenCaller } from '../operation.ts';

/** Who asked for the link, with what their token permitted. */
export function linkCaller(tenant: Tenant, challenge: LinkChallengeRow): TokenCaller {
  return {
    kind: 'client',
    tenant,
    token: {
      tenantId: tenant.tenantId,
      userId: challenge.user_id,
      actionCode: challenge.action_code,
      idempotencyKey: challenge.idempotency_key,
      actionId: challenge.state.actionId,
      ...challenge.state.powers,
      scope: challenge.scope,
      issuedAt: Math.floor(challenge.created_at / 1000),
      expiresAt: Math.floor(challenge.expires_at / 1000),
    },
  };
}
