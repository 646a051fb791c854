import type { HoldColumns } from '../../core/authenticators/hold.ts';
import { successorSlot } from '../../core/authenticators/hold.ts';
import { contactColumns } from '../../core/authenticators/contact.ts';
import type { Contact, ContactColumns } from '../../core/authenticators/contact.ts';
import { normalEmail } from '../../core/authenticators/normal-email.ts';
import { sqlTime, statement } from '../sql.ts';
import type { Sql, SqlValue } from '../sql.ts';
import { withoutGuesses } from './guess-budgets.ts';

export interface AuthenticatorRow extends ContactColumns, HoldColumns {
  readonly user_id: string;
  readonly authenticator_id: string;
  readonly verification_method: string;
  readonly slot: string;
  readonly credential_id: string | null;
  readonly state: Readonly<Record<string, unknown>>;
  readonly secret_sealed: Buffer | null;
  /** What must rise with each proof; null until there was one. */
  readonly counter: number | null;
  /** The strongest proof that it has given; null where all of its proofs are worth the same. */
  readonly best_assurance: string | null;
  readonly created_at: number;
  readonly verified_at: number | null;
  readonly last_verified_at: number | null;
}

const columns = `user_id, authenticator_id, verification_method, slot, email, phone_number, credential_id, state,
  secret_sealed, counter, best_assurance, created_at, verified_at, last_verified_at, held_until, held_assurance, held_method`;

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

/** Those of them that are verified. */
export async function loadVerifiedAuthenticators(
  sql: Sql,
  tenantId: string,
  userId: string,
): Promise<readonly AuthenticatorRow[]> {
  return (await loadAuthenticators(sql, tenantId, userId)).filter(({ verified_at }) => verified_at !== null);
}

const recordStatement = statement<AuthenticatorRow>(
  'record_authenticator',
  `insert into authenticators (tenant_id, ${columns}, email_normal)
   values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)
   on conflict (tenant_id, user_id, verification_method, slot) do update set
     email = excluded.email, email_normal = excluded.email_normal, phone_number = excluded.phone_number,
     state = excluded.state,
     secret_sealed = excluded.secret_sealed, counter = excluded.counter, best_assurance = excluded.best_assurance,
     verified_at = excluded.verified_at, held_until = excluded.held_until, held_assurance = excluded.held_assurance,
     held_method = excluded.held_method
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
  const [stored] = await sql.query(recordStatement, [tenantId, ...valuesOf(row)]);
  if (stored === undefined) throw new Error('An upsert always gives one row.');
  return stored;
}

function valuesOf(row: AuthenticatorRow): readonly SqlValue[] {
  return [
    row.user_id,
    row.authenticator_id,
    row.verification_method,
    row.slot,
    row.email,
    row.phone_number,
    row.credential_id,
    JSON.stringify(row.state),
    row.secret_sealed,
    row.counter,
    row.best_assurance,
    sqlTime(row.created_at),
    row.verified_at === null ? null : sqlTime(row.verified_at),
    row.last_verified_at === null ? null : sqlTime(row.last_verified_at),
    ...holdValues(row),
    normalOf(row.email),
  ];
}

function holdValues({ held_until: until, held_assurance, held_method }: HoldColumns): readonly SqlValue[] {
  return [until === null ? null : sqlTime(until), held_assurance, held_method];
}

function normalOf(email: string | null): string | null {
  return email === null ? null : normalEmail(email);
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
  `update authenticators set email = coalesce($4, email), email_normal = coalesce($6, email_normal),
     phone_number = coalesce($5, phone_number), held_until = null, held_assurance = null, held_method = null
   where tenant_id = $1 and user_id = $2 and verification_method = any($3)`,
);

/** Points the user's authenticators of these methods at a new contact that a backend vouches for; none of them is held any more. */
export async function moveAuthenticatorContacts(
  sql: Sql,
  tenantId: string,
  userId: string,
  move: { methods: readonly string[]; contact: Contact },
): Promise<void> {
  const { email, phone_number: phoneNumber } = contactColumns(move.contact);
  await sql.query(moveContactsStatement, [tenantId, userId, move.methods, email, phoneNumber, normalOf(email)]);
}

const deleteStatement = statement<never>(
  'delete_authenticator',
  withoutGuesses('delete from authenticators r where tenant_id = $1 and user_id = $2 and authenticator_id = $3'),
);

/** Removes an authenticator, if the user has it. */
export async function deleteAuthenticatorRow(
  sql: Sql,
  tenantId: string,
  userId: string,
  authenticatorId: string,
): Promise<void> {
  await sql.query(deleteStatement, [tenantId, userId, authenticatorId]);
}

const discardPendingStatement = statement<never>(
  'discard_pending_authenticators',
  `delete from authenticators
   where tenant_id = $1 and user_id = $2 and verification_method = $3 and verified_at is null`,
);

/** Removes what its user has yet to prove of a method; what is verified stays. */
export async function discardPendingAuthenticators(
  sql: Sql,
  tenantId: string,
  userId: string,
  method: string,
): Promise<void> {
  await sql.query(discardPendingStatement, [tenantId, userId, method]);
}

const discardUnsentStatement = statement<never>(
  'discard_unsent_authenticators',
  `delete from authenticators a
   where a.tenant_id = $1 and a.user_id = $2 and a.verification_method = $3 and a.verified_at is null and not exists (
     select from challenges own where own.tenant_id = $1 and own.user_id = $2 and own.authenticator_id = a.authenticator_id
       and not exists (
         select from challenges taken where taken.tenant_id = $1 and taken.user_id = $2
           and taken.verification_method = $3 and taken.purpose = 'registration'
           and taken.authenticator_id <> a.authenticator_id and taken.send_number > own.send_number
           and (taken.out_until is null or taken.out_until <= $4)
       )
   )`,
);

/**
 * Removes what its user has yet to prove of a method unless something was sent there, and nothing that was taken was sent to
 * another after it (ruling 44): the order is that of the sends, whichever was taken first. In a transaction that holds the
 * user.
 */
export async function discardUnsentAuthenticators(
  sql: Sql,
  tenantId: string,
  userId: string,
  method: string,
  nowMs: number,
): Promise<void> {
  await sql.query(discardUnsentStatement, [tenantId, userId, method, sqlTime(nowMs)]);
}

const recordPendingStatement = statement<never>(
  'record_pending_authenticator',
  `insert into authenticators (tenant_id, user_id, authenticator_id, verification_method, slot, email, phone_number,
     state, secret_sealed, created_at, email_normal)
   values ($1, $2, $3, $4,
     -- beside another whose code is still good, until it is known that this one's was sent
     case when exists (
       select from authenticators where tenant_id = $1 and user_id = $2 and verification_method = $4 and slot = 'pending'
     ) then 'pending ' || $3::uuid else 'pending' end, $5, $6, $7, $8, $9, $10)
   on conflict (tenant_id, user_id, authenticator_id) do update set email = $5, email_normal = $10
     -- proven by another request just now: then it stays as it is
     where authenticators.verified_at is null`,
);

/** Stores an authenticator that its user has yet to prove. In a transaction that holds the user. */
export async function recordPendingAuthenticator(
  sql: Sql,
  tenantId: string,
  row: Pick<
    AuthenticatorRow,
    | 'user_id'
    | 'authenticator_id'
    | 'verification_method'
    | 'email'
    | 'phone_number'
    | 'state'
    | 'secret_sealed'
    | 'created_at'
  >,
): Promise<void> {
  await sql.query(recordPendingStatement, [
    tenantId,
    row.user_id,
    row.authenticator_id,
    row.verification_method,
    row.email,
    row.phone_number,
    JSON.stringify(row.state),
    row.secret_sealed,
    sqlTime(row.created_at),
    normalOf(row.email),
  ]);
}

const clearSlotStatement = statement<never>(
  'clear_authenticator_slot',
  withoutGuesses(`delete from authenticators r using authenticators p
   where p.tenant_id = $1 and p.user_id = $2 and p.authenticator_id = $3
     and r.tenant_id = p.tenant_id and r.user_id = p.user_id and r.verification_method = p.verification_method
     and r.slot in ('', '${successorSlot}') and r.authenticator_id <> p.authenticator_id`),
);
const takeSlotStatement = statement<never>(
  'take_authenticator_slot',
  `update authenticators set slot = $4, held_until = $5, held_assurance = $6, held_method = $7
   where tenant_id = $1 and user_id = $2 and authenticator_id = $3
     and (slot like 'pending%' or slot = '${successorSlot}')`,
);

/** Gives an authenticator that has waited the place of its method, in which a user has one. An earlier one goes. */
export async function takeSlot(sql: Sql, tenantId: string, row: AuthenticatorRow): Promise<void> {
  const which = [tenantId, row.user_id, row.authenticator_id];
  await sql.query(clearSlotStatement, which);
  await sql.query(takeSlotStatement, [...which, '', ...holdValues(row)]);
}

/** Puts an authenticator that was pending beside the one of its method, which it is to replace one day. */
export async function waitAsSuccessor(sql: Sql, tenantId: string, row: AuthenticatorRow): Promise<void> {
  const { user_id: userId, authenticator_id: authenticatorId } = row;
  await sql.query(takeSlotStatement, [tenantId, userId, authenticatorId, successorSlot, ...holdValues(row)]);
}

const clearSuccessorStatement = statement<never>(
  'clear_authenticator_successor',
  withoutGuesses(`delete from authenticators r
   where tenant_id = $1 and user_id = $2 and verification_method = $3 and slot = '${successorSlot}'`),
);

/** Removes what waits to take the place of an authenticator that is new there. */
export async function clearSuccessor(
  sql: Sql,
  tenantId: string,
  { user_id: userId, verification_method: method }: Pick<AuthenticatorRow, 'user_id' | 'verification_method'>,
): Promise<void> {
  await sql.query(clearSuccessorStatement, [tenantId, userId, method]);
}

const liftStatement = statement<never>(
  'lift_authenticator_hold',
  `update authenticators set held_until = null, held_assurance = null, held_method = null
   where tenant_id = $1 and user_id = $2 and authenticator_id = $3`,
);

/** Holds an authenticator no longer. */
export async function liftHold(
  sql: Sql,
  tenantId: string,
  { user_id: userId, authenticator_id: authenticatorId }: Pick<AuthenticatorRow, 'user_id' | 'authenticator_id'>,
): Promise<void> {
  await sql.query(liftStatement, [tenantId, userId, authenticatorId]);
}

const dueStatement = statement<{ tenant_id: string; user_id: string }>(
  'load_due_successors',
  `select tenant_id, user_id from authenticators where slot = '${successorSlot}' and held_until <= $1
   order by held_until limit $2`,
);

/** Whose authenticators have a successor whose time has come. */
export async function loadDueSuccessors(
  sql: Sql,
  nowMs: number,
  max: number,
): Promise<readonly { readonly tenant_id: string; readonly user_id: string }[]> {
  return sql.query(dueStatement, [sqlTime(nowMs), max]);
}

const addStatement = statement<never>(
  'add_authenticator',
  `insert into authenticators (tenant_id, ${columns}, email_normal)
   values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)`,
);

/** Stores a new authenticator. @throws a unique violation (23505) if its credential is anybody's already. */
export async function addAuthenticator(sql: Sql, tenantId: string, row: AuthenticatorRow): Promise<void> {
  await sql.query(addStatement, [tenantId, ...valuesOf(row)]);
}

const credentialStatement = statement<AuthenticatorRow>(
  'load_credential',
  `select ${columns} from authenticators
   where tenant_id = $1 and credential_id = $2 and verification_method = $3 and verified_at is not null`,
);

/** The verified authenticator of a credential, whoever of the tenant's users has it. */
export async function loadCredential(
  sql: Sql,
  tenantId: string,
  verificationMethod: string,
  credentialId: string,
): Promise<AuthenticatorRow | undefined> {
  const [row] = await sql.query(credentialStatement, [tenantId, credentialId, verificationMethod]);
  return row;
}

const anyCredentialStatement = statement<{ credential_id: string; verified_at: number }>(
  'load_any_credential',
  `select credential_id, verified_at from authenticators
   where tenant_id = $1 and credential_id = any($2) and verification_method = $3 and verified_at is not null
   order by verified_at, credential_id limit 1`,
);

/** One of these credentials that the tenant knows, the oldest. */
export async function loadAnyCredential(
  sql: Sql,
  tenantId: string,
  verificationMethod: string,
  credentialIds: readonly string[],
): Promise<{ readonly credential_id: string; readonly verified_at: number } | undefined> {
  const [row] = await sql.query(anyCredentialStatement, [tenantId, credentialIds, verificationMethod]);
  return row;
}

const recordDisplayNameStatement = statement<never>(
  'record_authenticator_display_name',
  `update authenticators set state = state || jsonb_build_object('displayName', $4::text)
   where tenant_id = $1 and user_id = $2 and authenticator_id = $3`,
);

/** Gives an authenticator the name that its user knows it by. */
export async function recordDisplayName(
  sql: Sql,
  tenantId: string,
  userId: string,
  authenticatorId: string,
  displayName: string,
): Promise<void> {
  await sql.query(recordDisplayNameStatement, [tenantId, userId, authenticatorId, displayName]);
}
