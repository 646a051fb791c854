import { statement } from '../sql.ts';
import type { Sql } from '../sql.ts';
import type { ActionKey } from './actions.ts';
import type { AuthenticatorRow } from './authenticators.ts';
import { isOfUser } from './departed-users.ts';

/** The action that a short-lived token names, with its user and all that a proof can be of. */
export interface TokenAction {
  readonly action_id: string;
  readonly state: string;
  readonly decision: unknown;
  readonly proof_method: string | null;
  readonly proof_hmac: Buffer | null;
  /** What that proof has earned; null if nothing is known of it. */
  readonly proof_earned: unknown;
  readonly redirect_url: string | null;
  readonly redirect_to_settings: boolean;
  /** As it was sent. */
  readonly ip_address: string | null;
  readonly user_agent: string | null;
  readonly device_id: string | null;
  /** Of the action. */
  readonly locale: string | null;
  readonly user_locale: string | null;
  readonly email: string | null;
  readonly email_verified: boolean;
  readonly phone_number: string | null;
  readonly phone_number_verified: boolean;
  readonly username: string | null;
  readonly display_name: string | null;
  readonly default_authenticator_id: string | null;
  readonly removed_last_authenticator: boolean;
  /** Oldest first, unverified ones too. */
  readonly authenticators: readonly AuthenticatorRow[];
}

/** As it comes from the database. */
export interface StoredTokenAction extends Omit<TokenAction, 'authenticators'> {
  readonly authenticators: readonly (Omit<AuthenticatorRow, 'secret_sealed'> & {
    readonly secret_sealed: string | null;
  })[];
}

const ms = (column: string) => `(extract(epoch from a.${column}) * 1000)::bigint`;

/** Everything that a call on an action begins from, where `x` is its row and `u` its user's. */
export const tokenActionColumns = `x.action_id, x.state, x.decision, x.proof_method, x.proof_hmac, x.proof_earned, x.redirect_url, x.redirect_to_settings,
     coalesce(x.sent_ip_address, x.ip_address) as ip_address, x.user_agent, x.device_id, x.locale,
     u.locale as user_locale, u.email, u.email_verified, u.phone_number,
     u.phone_number_verified, u.username, u.display_name, u.default_authenticator_id,
     u.removed_last_authenticator,
     coalesce((
       select json_agg(json_build_object(
         'user_id', a.user_id, 'authenticator_id', a.authenticator_id, 'verification_method', a.verification_method,
         'slot', a.slot, 'email', a.email, 'phone_number', a.phone_number, 'credential_id', a.credential_id,
         'state', a.state, 'secret_sealed', encode(a.secret_sealed, 'base64'), 'counter', a.counter,
         'best_assurance', a.best_assurance, 'created_at', ${ms('created_at')}, 'verified_at', ${ms('verified_at')},
         'last_verified_at', ${ms('last_verified_at')}, 'held_until', ${ms('held_until')},
         'held_assurance', a.held_assurance, 'held_method', a.held_method
       ) order by a.created_at, a.authenticator_id)
       from authenticators a where a.tenant_id = x.tenant_id and a.user_id = x.user_id
     ), '[]') as authenticators`;

const loadStatement = statement<StoredTokenAction>(
  'load_token_action',
  `select ${tokenActionColumns}
   from actions x
   join users u on u.tenant_id = x.tenant_id and u.user_id = x.user_id
   where ${isOfUser('x')} and x.action_code = $3 and x.idempotency_key = $4`,
  'reads',
);

/** Everything that a call with a short-lived token begins from, in one round trip. */
export async function loadTokenAction(sql: Sql, key: ActionKey): Promise<TokenAction | undefined> {
  const [row] = await sql.query(loadStatement, [key.tenantId, key.userId, key.actionCode, key.idempotencyKey]);
  return row === undefined ? undefined : readTokenAction(row);
}

export function readTokenAction(row: StoredTokenAction): TokenAction {
  return {
    ...row,
    authenticators: row.authenticators.map((authenticator) => ({
      ...authenticator,
      secret_sealed: authenticator.secret_sealed === null ? null : Buffer.from(authenticator.secret_sealed, 'base64'),
    })),
  };
}
