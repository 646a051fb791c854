import { statement } from '../../sql.ts';
import type { Sql } from '../../sql.ts';
import { authenticatorJson, readAuthenticator } from '../authenticators.ts';
import type { AuthenticatorRow, JsonAuthenticator } from '../authenticators.ts';
import { isNamed, keyValues, named } from './named.ts';
import type { ActionKey } from './named.ts';

/** The action that a short-lived token names, with its user and everything that can be proven. */
export interface TokenAction {
  readonly actionId: string;
  readonly state: string;
  /** Whether a track has decided it (ruling 36). */
  readonly isTracked: boolean;
  readonly decision: unknown;
  readonly proofMethod: string | null;
  readonly proofHmac: Buffer | null;
  /** What that proof has earned; null if nothing is known about it. */
  readonly proofEarned: unknown;
  readonly redirectUrl: string | null;
  readonly redirectToSettings: boolean;
  /** As it was sent. */
  readonly ipAddress: string | null;
  readonly userAgent: string | null;
  readonly deviceId: string | null;
  /** Of the action. */
  readonly locale: string | null;
  readonly userLocale: string | null;
  readonly email: string | null;
  readonly emailVerified: boolean;
  readonly phoneNumber: string | null;
  readonly phoneNumberVerified: boolean;
  readonly username: string | null;
  readonly displayName: string | null;
  readonly defaultAuthenticatorId: string | null;
  readonly removedLastAuthenticator: boolean;
  /** Oldest first, including unverified ones. */
  readonly authenticators: readonly AuthenticatorRow[];
}

/** In the form that comes from the database. */
export interface StoredTokenAction extends Omit<TokenAction, 'authenticators'> {
  readonly authenticators: readonly JsonAuthenticator[];
}

/** Everything that a call on an action starts from, where `x` is its row and `u` its user's. */
export const tokenActionColumns = `x.action_id, x.state, x.is_tracked, x.decision, x.proof_method, x.proof_hmac, x.proof_earned, x.redirect_url, x.redirect_to_settings,
     coalesce(x.sent_ip_address, x.ip_address) as ip_address, x.user_agent, x.device_id, x.locale,
     u.locale as user_locale, u.email, u.email_verified, u.phone_number,
     u.phone_number_verified, u.username, u.display_name, u.default_authenticator_id,
     u.removed_last_authenticator,
     coalesce((
       select json_agg(${authenticatorJson} order by a.created_at, a.authenticator_id)
       from authenticators a where a.tenant_id = u.tenant_id and a.user_id = u.user_id
     ), '[]') as authenticators`;

const loadStatement = statement<StoredTokenAction>(
  'load_token_action',
  `with ${named} select ${tokenActionColumns}
   from actions_by_month x
   join users u on u.tenant_id = $1 and u.user_id = $2
   where ${isNamed('x')}`,
  'reads',
);

/** Everything that a call with a short-lived token starts from, in one round trip. */
export async function loadTokenAction(sql: Sql, key: ActionKey): Promise<TokenAction | undefined> {
  const [row] = await sql.query(loadStatement, keyValues(key));
  return row === undefined ? undefined : readTokenAction(row);
}

export function readTokenAction(row: StoredTokenAction): TokenAction {
  return { ...row, authenticators: row.authenticators.map(readAuthenticator) };
}
