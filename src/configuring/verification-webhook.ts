import type { Tenant } from '../storage/published.ts';

/**
 * The URL that is called before a proof lets an action of this code succeed (`action.verify`); undefined if there is
 * none.
 */
export function verificationWebhook(tenant: Tenant, actionCode: string): string | undefined {
  return tenant.actions.get(actionCode)?.verificationWebhookUrl ?? undefined;
}
