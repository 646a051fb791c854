import type { Tenant } from '../storage/published.ts';
import type { Context } from './operation.ts';

/** What a passkey configuration says of the relying party; this server's own host until another is set (ruling 22). */
export interface RelyingParty {
  readonly rpId: string;
  /** As configured, and this server's own; apps of phones are `android:apk-key-hash:…`. */
  readonly origins: readonly string[];
}

export function relyingPartyOf({ publicUrl }: Pick<Context, 'publicUrl'>, tenant: Tenant): RelyingParty {
  const { hostname, origin } = new URL(publicUrl);
  const settings = tenant.authenticatorConfigurations.find(
    (configuration) => configuration.verification_method === 'PASSKEY',
  )?.settings;
  const rpId = settings?.['relyingParty'];
  const configured = settings?.['expectedOrigins'];
  return {
    rpId: typeof rpId === 'string' ? rpId : hostname,
    origins: [...(Array.isArray(configured) ? configured.map((entry) => withoutSlash(String(entry))) : []), origin],
  };
}

/** Whether pages of `origin` are the tenant's: one that is configured, this server's, in development any localhost. */
export function isExpectedOrigin(
  context: Pick<Context, 'publicUrl' | 'isDevelopment'>,
  tenant: Tenant,
  origin: string,
): boolean {
  if (context.isDevelopment && /^http:\/\/localhost(:\d{1,5})?$/.test(origin)) return true;
  return relyingPartyOf(context, tenant).origins.includes(origin);
}

/** An origin has no path (RFC 6454 §6.2), but people write one. */
function withoutSlash(origin: string): string {
  return origin.replace(/\/$/, '');
}

/** The tenant's origins that are pages of the web, for policies and messages that name them one by one. */
export function webOrigins(context: Pick<Context, 'publicUrl'>, tenant: Tenant): readonly string[] {
  return [...new Set(relyingPartyOf(context, tenant).origins)].filter((origin) => /^https?:\/\//.test(origin));
}
