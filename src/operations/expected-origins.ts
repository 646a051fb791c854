import type { Tenant } from '../storage/published.ts';
import { methodSettings } from './method-settings.ts';
import type { Context } from './operation.ts';

/** What a passkey configuration says of the relying party; this server's own host until another is set (ruling 22). */
export interface RelyingParty {
  readonly rpId: string;
  /** As configured, and this server's own; apps of phones are `android:apk-key-hash:…`. */
  readonly origins: readonly string[];
}

// By the tenant itself, which is replaced whole when it changes: every call of a page asks.
const known = new WeakMap<Tenant, { readonly publicUrl: string; readonly party: RelyingParty }>();

export function relyingPartyOf({ publicUrl }: Pick<Context, 'publicUrl'>, tenant: Tenant): RelyingParty {
  const earlier = known.get(tenant);
  if (earlier?.publicUrl === publicUrl) return earlier.party;
  const { hostname, origin } = new URL(publicUrl);
  const { relyingParty: rpId, expectedOrigins: configured } = methodSettings(tenant, 'PASSKEY');
  const party = {
    rpId: typeof rpId === 'string' ? rpId : hostname,
    origins: [...new Set([...(Array.isArray(configured) ? configured.flatMap(originOf) : []), origin])],
  };
  known.set(tenant, { publicUrl, party });
  return party;
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

/**
 * What was configured as browsers write it: an origin has no path (RFC 6454 §6.2), but people write one. What is no origin
 * is left out: it would be that of nobody, and these stand in headers.
 */
function originOf(entry: unknown): readonly string[] {
  const text = String(entry);
  if (/^android:[\w:=-]+$/.test(text)) return [text];
  const url = URL.canParse(text) ? new URL(text) : undefined;
  return url !== undefined && /^https?:$/.test(url.protocol) && /^[a-z0-9.*[\]:-]+$/.test(url.host) ? [url.origin] : [];
}

/** The tenant's origins that are pages of the web, for policies and messages that name them one by one. */
export function webOrigins(context: Pick<Context, 'publicUrl'>, tenant: Tenant): readonly string[] {
  return relyingPartyOf(context, tenant).origins.filter((origin) => /^https?:\/\//.test(origin));
}

/** The same of every tenant: for pages that name none (ruling 21). */
export function everyWebOrigin(context: Pick<Context, 'publicUrl' | 'published'>): readonly string[] {
  return [...new Set([...context.published.tenants()].flatMap((tenant) => webOrigins(context, tenant)))];
}
