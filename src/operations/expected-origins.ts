import { pageBudgets } from '../contract/management/page-budgets.ts';
import type { Tenant } from '../storage/published.ts';
import { methodSettings } from './method-settings.ts';
import type { Context } from './operation.ts';
import { patternOf, readOrigin } from './read-origin.ts';

/** What a passkey configuration says of the relying party; this server's own host until another is set (ruling 22). */
export interface RelyingParty {
  readonly rpId: string;
  /**
   * In the form that browsers write: as configured, and this server's own. Apps of phones are `android:apk-key-hash:…`;
   * `https://*.host` stands for hosts with one label more.
   */
  readonly origins: ReadonlySet<string>;
  /** Those whose pages may frame ours, as a policy lists them. */
  readonly ancestors: readonly string[];
}

type Here = Pick<Context, 'publicUrl' | 'isDevelopment'>;

// By the tenant itself, which is replaced whole when it changes: every call of a page asks.
const known = new WeakMap<Tenant, { readonly publicUrl: string; readonly party: RelyingParty }>();

export function relyingPartyOf(context: Here & Pick<Context, 'warnOnceAMinute'>, tenant: Tenant): RelyingParty {
  const { publicUrl } = context;
  const earlier = known.get(tenant);
  if (earlier?.publicUrl === publicUrl) return earlier.party;
  const whole = readRelyingParty(context, methodSettings(tenant, 'PASSKEY'));
  const ancestors = cut(whole.ancestors);
  if (ancestors.length < whole.ancestors.length) {
    context.warnOnceAMinute(
      `origins ${tenant.tenantId}`,
      `The expectedOrigins of tenant ${tenant.tenantId} are too long for a header: pages can be framed by ${ancestors.length} of ${whole.ancestors.length}. Shorten the list.`,
    );
  }
  const party = { ...whole, ancestors };
  known.set(tenant, { publicUrl, party });
  return party;
}

/** What a configuration comes to, whatever its length. Entries that can never match are left out. */
export function readRelyingParty(
  { publicUrl, isDevelopment }: Here,
  { relyingParty, expectedOrigins }: Readonly<Record<string, unknown>>,
): RelyingParty {
  const { hostname, origin } = new URL(publicUrl);
  const rpId = typeof relyingParty === 'string' ? relyingParty.toLowerCase() : hostname;
  const entries = Array.isArray(expectedOrigins) ? expectedOrigins.map(String) : [];
  const origins = new Set([...entries.flatMap((entry) => readOrigin(entry, rpId).origin ?? []), origin]);
  return {
    rpId,
    origins,
    ancestors: [...[...origins].filter(isPolicySource), ...(isDevelopment ? ['http://localhost:*'] : [])],
  };
}

function cut(ancestors: readonly string[]): readonly string[] {
  let length = 0;
  return ancestors.filter((source) => {
    length += source.length + 1;
    return length <= pageBudgets.ancestorCharacters.max;
  });
}

/** Apps frame nothing, and a policy cannot name addresses of IPv6 (CSP 3 §2.3.1). */
function isPolicySource(origin: string): boolean {
  return /^https?:\/\/[^[]/.test(origin);
}

/** Whether pages of `origin` are the tenant's: one that is configured, this server's, in development any localhost. */
export function isExpectedOrigin(
  context: Here & Pick<Context, 'warnOnceAMinute'>,
  tenant: Tenant,
  origin: string,
): boolean {
  if (context.isDevelopment && /^http:\/\/localhost(:\d{1,5})?$/.test(origin)) return true;
  const { origins } = relyingPartyOf(context, tenant);
  return !origin.includes('*') && (origins.has(origin) || origins.has(patternOf(origin)));
}

/** The tenant's origins that are pages of the web, patterns among them, for pages that have to know whom to trust. */
export function webOrigins(context: Here & Pick<Context, 'warnOnceAMinute'>, tenant: Tenant): readonly string[] {
  return [...relyingPartyOf(context, tenant).origins].filter((origin) => /^https?:\/\//.test(origin));
}
