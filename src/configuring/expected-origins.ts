import { pageBudgets } from '../contract/management/page-budgets.ts';
import type { Tenant } from '../storage/published.ts';
import { methodSettings } from './method-settings.ts';
import type { Context } from '../calls/context.ts';
import { patternOf, readOrigin } from './read-origin.ts';

/**
 * What a passkey configuration says about the relying party; this server's own host until another is set (ruling 22).
 */
export interface RelyingParty {
  readonly rpId: string;
  /**
   * The configured origins and this server's own, in the form that browsers use. Phone apps are
   * `android:apk-key-hash:…`; `https://*.host` matches hosts with exactly one more label.
   */
  readonly origins: ReadonlySet<string>;
  /** Those whose pages may frame ours, in the form that a Content Security Policy lists them. */
  readonly ancestors: readonly string[];
}

type Here = Pick<Context, 'publicUrl' | 'isDevelopment'>;

// Keyed by the tenant object, which is replaced as a whole when it changes. Cached, because every call from a page
// needs it.
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

/** What a configuration says, whatever its length. Entries that can never match are left out. */
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

/** Apps do not frame pages, and a policy cannot name IPv6 addresses (CSP 3 §2.3.1). */
function isPolicySource(origin: string): boolean {
  return /^https?:\/\/[^[]/.test(origin);
}

/** Whether pages of `origin` are the tenant's: it is configured, this server's own, or in development any localhost. */
export function isExpectedOrigin(
  context: Here & Pick<Context, 'warnOnceAMinute'>,
  tenant: Tenant,
  origin: string,
): boolean {
  if (context.isDevelopment && /^http:\/\/localhost(:\d{1,5})?$/.test(origin)) return true;
  const { origins } = relyingPartyOf(context, tenant);
  return !origin.includes('*') && (origins.has(origin) || origins.has(patternOf(origin)));
}

/** The tenant's web origins, patterns included, for pages that need to know which origins to trust. */
export function webOrigins(context: Here & Pick<Context, 'warnOnceAMinute'>, tenant: Tenant): readonly string[] {
  return [...relyingPartyOf(context, tenant).origins].filter((origin) => /^https?:\/\//.test(origin));
}
