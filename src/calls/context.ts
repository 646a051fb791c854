import type { Credentials } from '../delivery/api-provider.ts';
import type { Email, Mailer } from '../delivery/email/mailer.ts';
import type { Inbox } from '../delivery/inbox.ts';
import type { TenantPushers } from '../delivery/push/tenant-pushers.ts';
import type { Oidc } from '../delivery/oidc.ts';
import type { Outbound } from '../delivery/outbound.ts';
import type { Relays } from '../delivery/relays.ts';
import type { Text, Texter } from '../delivery/text/texter.ts';
import type { Enrichment } from '../enrichment/enrichment.ts';
import type { Runtime } from '../runtime/runtime.ts';
import type { ChallengeNews } from '../storage/challenge-news.ts';
import type { Published } from '../storage/published.ts';
import type { Seal } from '../storage/seal.ts';
import type { Store } from '../storage/sql.ts';
import type { Installation } from './installation.ts';
import type { Meter } from './meter.ts';
import type { WarnOnceAMinute } from './warn-once-a-minute.ts';

/** What an operation works with: everything outside of it. */
export interface Context {
  /** On behalf of the caller's tenant. */
  readonly db: Store;
  readonly runtime: Runtime;
  readonly published: Published;
  readonly seal: Seal;
  /** What becomes of challenges that live connections wait for. */
  readonly challengeNews: ChallengeNews;
  readonly enrichment: Enrichment;
  /**
   * Delivers mail for tenants without their own provider; undefined if none is configured. See
   * `telling/tenant-mailer.ts`.
   */
  readonly mailer: Mailer | undefined;
  /** This server's account of Amazon SES, for tenants that choose SES and have none; undefined if none is configured. */
  readonly ses: Credentials | undefined;
  /** The mail of tenants with their own providers. */
  readonly mailRelays: Relays<Email>;
  /** And their texts. */
  readonly textRelays: Relays<Text>;
  readonly pushers: TenantPushers;
  /** Delivers texts for tenants without their own provider: in development, the inbox. See `telling/tenant-texter.ts`. */
  readonly texter: Texter | undefined;
  /** Connects to hosts that tenants have configured. */
  readonly outbound: Outbound;
  /** The issuer at which operators may sign in; undefined if none is configured. */
  readonly oidc: Oidc | undefined;
  /** Whether operators may sign in with a password and an authenticator app. */
  readonly takesPasswords: boolean;
  /** In development: keeps what would have been sent. */
  readonly inbox: Inbox | undefined;
  /** The origin under which this server is reached, without a trailing slash. */
  readonly publicUrl: string;
  /** Whether this is a developer's own machine, where any localhost counts as a page of the tenant. */
  readonly isDevelopment: boolean;
  /** Logs, for the operator, what went wrong outside of this program. */
  readonly warn: (problem: Error) => void;
  readonly warnOnceAMinute: WarnOnceAMinute;
  readonly meter: Meter;
  /** Looks at the installation as a whole. Rejects if the database does not answer soon. */
  readonly installation: () => Promise<Installation>;
  /** The same for a tenant that is not known from the caller, but only later from the token of a page. */
  forTenant(tenantId: string): Context;
}
