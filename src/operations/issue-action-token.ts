import { signActionToken } from '../runtime/tokens.ts';
import type { Tenant } from '../storage/published.ts';
import type { Context } from './operation.ts';

/** A fresh short-lived token for one action of the tenant. */
export function issueActionToken(
  { runtime, publicUrl }: Context,
  tenant: Tenant,
  action: {
    readonly userId: string;
    readonly actionCode: string;
    readonly idempotencyKey: string;
    readonly actionId: string;
    readonly scope: string;
  },
): string {
  return signActionToken(tenant.tokenKey, {
    ...action,
    tenantId: tenant.tenantId,
    nowMs: runtime.clock.now(),
    lifetimeSeconds: tenant.settings.tokenDurationInMinutes * 60,
    tokenId: runtime.ids.uuid(),
    publicUrl,
  });
}
