import { signActionToken } from '../runtime/tokens.ts';
import type { TokenPowers } from '../runtime/tokens.ts';
import type { Tenant } from '../storage/published.ts';
import type { Context } from '../calls/context.ts';

/** A fresh short-lived token for one action of the tenant. */
export function issueActionToken(
  { runtime, publicUrl }: Context,
  tenant: Tenant,
  action: TokenPowers & {
    readonly userId: string;
    readonly actionCode: string;
    readonly idempotencyKey: string;
    readonly actionId: string;
    /** The tenant's setting if undefined. */
    readonly lifetimeSeconds?: number;
  },
): string {
  return signActionToken(tenant.tokenKey, {
    // Listed one by one: V8 gives every object that begins with a spread its own shape, and then has to look up each
    // member at each use. Here and where an action is recorded, that cost 50 µs per track.
    tenantId: tenant.tenantId,
    userId: action.userId,
    actionCode: action.actionCode,
    idempotencyKey: action.idempotencyKey,
    actionId: action.actionId,
    scope: action.scope,
    given: action.given,
    proven: action.proven,
    isRecovered: action.isRecovered,
    nowMs: runtime.clock.now(),
    lifetimeSeconds: action.lifetimeSeconds ?? tenant.settings.tokenDurationInMinutes * 60,
    tokenId: runtime.ids.uuid(),
    publicUrl,
  });
}
