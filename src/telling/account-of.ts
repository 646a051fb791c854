import type { Account, Credentials } from '../delivery/api-provider.ts';
import type { Tenant } from '../storage/published.ts';
import type { Context } from '../calls/context.ts';
import { callbackUrl } from './callback-url.ts';
import type { OwnProvider } from './own-providers.ts';

/** What a provider's API is asked with. */
export function accountOf(context: Context, tenant: Tenant, provider: OwnProvider, credentials: Credentials): Account {
  const { runtime, published } = context;
  const { tenantId } = tenant;
  const { webhookUrl } = provider.settings;
  return {
    credentials,
    tenantId,
    // Told at each send: where this server is reached is known only once it listens.
    get callbackUrl() {
      return callbackUrl(context, tenant, provider);
    },
    webhookUrl: typeof webhookUrl === 'string' ? webhookUrl : undefined,
    webhookKeys: () => published.tenant(tenantId)?.webhookKeys(runtime.clock.now()) ?? [],
    newId: () => runtime.ids.uuid(),
    now: () => runtime.clock.now(),
  };
}
