import { sqlTime, statement } from '../sql.ts';
import type { Sql } from '../sql.ts';

export interface AuthenticatorRow {
  readonly user_id: string;
  readonly authenticator_id: string;
  readonly verification_method: string;
  readonly slot: string;
  readonly email: string | null;
  readonly phone_number: string | null;
  readonly credential_id: string | null;
  readonly state: Readonly<Record<string, unknown>>;
  readonly secret_sealed: Buffer | null;
  readonly created_at: number;
  readonly verified_at: number | null;
  readonly last_verified_at: number | null;
}

const columns = `user_id, authenticator_id, verification_method, slot, email, phone_number, credential_id, state,
  secret_sealed, created_at, verified_at, last_verified_at`;

const loadStatement = statement<AuthenticatorRow>(
  'load_authenticators',
  `select ${columns} from authenticators where tenant_id = $1 and user_id = $2 order by created_at, authenticator_id`,
);

/** The user's authenticators, oldest first. */
export async function loadAuthenticators(
  sql: Sql,
  tenantId: string,
  userId: string,
): Promise<readonly AuthenticatorRow[]> {
  return sql.query(loadStatement, [tenantId, userId]);
}

const recordStatement = statement<AuthenticatorRow>(
  'record_authenticator',
  `insert into authenticators (tenant_id, ${columns})
   values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
   on conflict (tenant_id, user_id, verification_method, slot) do update set
     email = excluded.email, phone_number = excluded.phone_number, state = excluded.state,
     secret_sealed = excluded.secret_sealed, verified_at = excluded.verified_at
   returning ${columns}`,
);

/**
 * Stores an authenticator; one in the same slot keeps its id and takes the new contact, state and secret.
 * @throws a unique violation (23505) if the credential belongs to another user.
 */
export async function recordAuthenticator(
  sql: Sql,
  tenantId: string,
  row: AuthenticatorRow,
): Promise<AuthenticatorRow> {
  const [stored] = await sql.query(recordStatement, [
    tenantId,
    row.user_id,
    row.authenticator_id,
    row.verification_method,
    row.slot,
    row.email,
    row.phone_number,
    row.credential_id,
    JSON.stringify(row.state),
    row.secret_sealed,
    sqlTime(row.created_at),
    row.verified_at === null ? null : sqlTime(row.verified_at),
    row.last_verified_at === null ? null : sqlTime(row.last_verified_at),
  ]);
  if (stored === undefined) throw new Error('An upsert always gives one row.');
  return stored;
}

const ownerStatement = statement<{ user_id: string }>(
  'load_credential_owner',
  'select user_id from authenticators where tenant_id = $1 and credential_id = $2',
);

/** Which user of the tenant a WebAuthn credential belongs to. */
export async function loadCredentialOwner(
  sql: Sql,
  tenantId: string,
  credentialId: string,
): Promise<string | undefined> {
  const [row] = await sql.query(ownerStatement, [tenantId, credentialId]);
  return row?.user_id;
}

const moveContactsStatement = statement<never>(
  'move_authenticator_contacts',
  `update authenticators set email = coalesce($4, email), phone_number = coalesce($5, phone_number)
   where tenant_id = $1 and user_id = $2 and verification_method = any($3)`,
);

/** Points the user's authenticators of these methods at a new, verified contact. */
export async function moveAuthenticatorContacts(
  sql: Sql,
  tenantId: string,
  userId: string,
  move: { methods: readonly string[]; email?: string; phoneNumber?: string },
): Promise<void> {
  await sql.query(moveContactsStatement, [
    tenantId,
    userId,
    move.methods,
    move.email ?? null,
    move.phoneNumber ?? null,
  ]);
}

const deleteStatement = statement<{ verification_method: string }>(
  'delete_authenticator',
  `delete from authenticators where tenant_id = $1 and user_id = $2 and authenticator_id = $3
   returning verification_method`,
);

/** Removes an authenticator and gives its method; undefined if there was none. */
export async function deleteAuthenticatorRow(
  sql: Sql,
  tenantId: string,
  userId: string,
  authenticatorId: string,
): Promise<string | undefined> {
  const [row] = await sql.query(deleteStatement, [tenantId, userId, authenticatorId]);
  return row?.verification_method;
}
