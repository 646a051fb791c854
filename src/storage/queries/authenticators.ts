import type { HoldColumns } from '../../core/authenticators/hold.ts';
import { contactColumns } from '../../core/authenticators/contact.ts';
import type { Contact, ContactColumns } from '../../core/authenticators/contact.ts';
import { normalEmail } from '../../core/authenticators/normal-email.ts';
import { slots } from '../../core/authenticators/slot.ts';
import type { Slot } from '../../core/authenticators/slot.ts';
import { isVerified } from '../../core/is-verified.ts';
import { memberName, sqlTime, statement } from '../sql.ts';
import type { Sql, SqlValue } from '../sql.ts';
import { withoutGuesses } from './guess-budgets.ts';

export interface AuthenticatorRow extends ContactColumns, HoldColumns {
  readonly userId: string;
  readonly authenticatorId: string;
  readonly verificationMethod: string;
  readonly slot: Slot;
  readonly credentialId: string | null;
  readonly state: Readonly<Record<string, unknown>>;
  readonly secretSealed: Buffer | null;
  /** A number that must rise with each proof; null before the first. */
  readonly counter: number | null;
  /** The strongest proof that it has given; null if all of its proofs have the same assurance. */
  readonly bestAssurance: string | null;
  readonly createdAt: number;
  readonly verifiedAt: number | null;
  readonly lastVerifiedAt: number | null;
}

const columnNames = [
  ...['user_id', 'authenticator_id', 'verification_method', 'slot', 'email', 'phone_number', 'credential_id', 'state'],
  ...['secret_sealed', 'counter', 'best_assurance', 'created_at', 'verified_at', 'last_verified_at'],
  ...['held_until', 'held_assurance', 'held_method'],
];
const columns = columnNames.join(', ');

const jsonTime = (column: string) => `(extract(epoch from ${column}) * 1000)::bigint`;
const jsonValues = new Map([
  ['secret_sealed', (column: string) => `encode(${column}, 'base64')`],
  ...['created_at', 'verified_at', 'last_verified_at', 'held_until'].map((name) => [name, jsonTime] as const),
]);

/**
 * The authenticator in the row `a`, for a statement that reads several with other data; see {@link readAuthenticator}.
 */
export const authenticatorJson = `json_build_object(${columnNames
  .map((name) => `'${memberName(name)}', ${jsonValues.get(name)?.(`a.${name}`) ?? `a.${name}`}`)
  .join(', ')})`;

export interface JsonAuthenticator extends Omit<AuthenticatorRow, 'secretSealed'> {
  readonly secretSealed: string | null;
}

export function readAuthenticator(json: JsonAuthenticator): AuthenticatorRow {
  return { ...json, secretSealed: json.secretSealed === null ? null : Buffer.from(json.secretSealed, 'base64') };
}

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

/** The verified ones. */
export async function loadVerifiedAuthenticators(
  sql: Sql,
  tenantId: string,
  userId: string,
): Promise<readonly AuthenticatorRow[]> {
  return (await loadAuthenticators(sql, tenantId, userId)).filter(isVerified);
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
     held_method = excluded.held_method, contact_changed_at = null
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
    row.userId,
    row.authenticatorId,
    row.verificationMethod,
    row.slot,
    row.email,
    row.phoneNumber,
    row.credentialId,
    JSON.stringify(row.state),
    row.secretSealed,
    row.counter,
    row.bestAssurance,
    sqlTime(row.createdAt),
    row.verifiedAt === null ? null : sqlTime(row.verifiedAt),
    row.lastVerifiedAt === null ? null : sqlTime(row.lastVerifiedAt),
    ...holdValues(row),
    normalOf(row.email),
  ];
}

function holdValues({ heldUntil: until, heldAssurance, heldMethod }: HoldColumns): readonly SqlValue[] {
  return [until === null ? null : sqlTime(until), heldAssurance, heldMethod];
}

function normalOf(email: string | null): string | null {
  return email === null ? null : normalEmail(email);
}

const ownerStatement = statement<{ userId: string }>(
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
  return row?.userId;
}

const moveContactsStatement = statement<never>(
  'move_authenticator_contacts',
  `update authenticators set email = coalesce($4, email), email_normal = coalesce($6, email_normal),
     phone_number = coalesce($5, phone_number), held_until = null, held_assurance = null, held_method = null,
     contact_changed_at = case
       when ($6 is not null and $6 is distinct from coalesce(email_normal, email)) or ($5 is not null and $5 is distinct from phone_number)
       then $7 else contact_changed_at end,
     -- what its user has agreed to was about the number before
     state = case when $5 <> phone_number then state - '{consent,previousSmsChannel}'::text[] else state end
   where tenant_id = $1 and user_id = $2 and verification_method = any($3)`,
);

/**
 * Moves the user's authenticators of these methods to a new contact that a backend vouches for; they are no longer on
 * hold.
 */
export async function moveAuthenticatorContacts(
  sql: Sql,
  tenantId: string,
  userId: string,
  move: { methods: readonly string[]; contact: Contact; nowMs: number },
): Promise<void> {
  const { methods, contact, nowMs } = move;
  const { email, phoneNumber } = contactColumns(contact);
  const values = [tenantId, userId, methods, email, phoneNumber, normalOf(email), sqlTime(nowMs)];
  await sql.query(moveContactsStatement, values);
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

/** Removes the user's pending authenticators of a method; verified ones stay. */
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
 * Removes a user's pending authenticators of a method, except one that a message was sent to, unless a later message to
 * another was accepted by the provider (ruling 44). "Later" is the order of the sends, whichever was accepted first. In
 * a transaction that locks the user.
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
   select $1, $2, $3, $4,
     -- beside another whose code is still valid, until this one's code is known to have been sent
     case when exists (
       select from authenticators where tenant_id = $1 and user_id = $2 and verification_method = $4 and slot = '${slots.pending}'
     ) then '${slots.pending} ' || $3::uuid else '${slots.pending}' end, $5, $6, $7, $8, $9, $10
   on conflict (tenant_id, user_id, authenticator_id) do update set email = $5, email_normal = $10,
     state = authenticators.state || excluded.state
     -- another request has just proven it: then it stays as it is
     where authenticators.verified_at is null`,
);

/** Stores an authenticator that its user has not proven yet. In a transaction that locks the user. */
export async function recordPendingAuthenticator(
  sql: Sql,
  tenantId: string,
  row: Pick<
    AuthenticatorRow,
    | 'userId'
    | 'authenticatorId'
    | 'verificationMethod'
    | 'email'
    | 'phoneNumber'
    | 'state'
    | 'secretSealed'
    | 'createdAt'
  >,
): Promise<void> {
  await sql.query(recordPendingStatement, [
    tenantId,
    row.userId,
    row.authenticatorId,
    row.verificationMethod,
    row.email,
    row.phoneNumber,
    JSON.stringify(row.state),
    row.secretSealed,
    sqlTime(row.createdAt),
    normalOf(row.email),
  ]);
}

const clearSlotStatement = statement<never>(
  'clear_authenticator_slot',
  withoutGuesses(`delete from authenticators r using authenticators p
   where p.tenant_id = $1 and p.user_id = $2 and p.authenticator_id = $3
     and r.tenant_id = p.tenant_id and r.user_id = p.user_id and r.verification_method = p.verification_method
     and r.slot in ('${slots.own}', '${slots.successor}') and r.authenticator_id <> p.authenticator_id`),
);
const takeSlotStatement = statement<never>(
  'take_authenticator_slot',
  `update authenticators set slot = $4, held_until = $5, held_assurance = $6, held_method = $7
   where tenant_id = $1 and user_id = $2 and authenticator_id = $3
     and (slot like '${slots.pending}%' or slot = '${slots.successor}')`,
);

/** Moves a waiting authenticator to the slot of its method, of which a user has only one. An earlier one is deleted. */
export async function takeSlot(sql: Sql, tenantId: string, row: AuthenticatorRow): Promise<void> {
  const which = [tenantId, row.userId, row.authenticatorId];
  await sql.query(clearSlotStatement, which);
  await sql.query(takeSlotStatement, [...which, slots.own, ...holdValues(row)]);
}

/** Puts a pending authenticator beside the one of its method, which it will replace later. */
export async function waitAsSuccessor(sql: Sql, tenantId: string, row: AuthenticatorRow): Promise<void> {
  const { userId, authenticatorId } = row;
  await sql.query(takeSlotStatement, [tenantId, userId, authenticatorId, slots.successor, ...holdValues(row)]);
}

const clearSuccessorStatement = statement<never>(
  'clear_authenticator_successor',
  withoutGuesses(`delete from authenticators r
   where tenant_id = $1 and user_id = $2 and verification_method = $3 and slot = '${slots.successor}'`),
);

/** Removes the waiting successor of an authenticator that is new in its slot. */
export async function clearSuccessor(
  sql: Sql,
  tenantId: string,
  { userId, verificationMethod: method }: Pick<AuthenticatorRow, 'userId' | 'verificationMethod'>,
): Promise<void> {
  await sql.query(clearSuccessorStatement, [tenantId, userId, method]);
}

const liftStatement = statement<never>(
  'lift_authenticator_hold',
  `update authenticators set held_until = null, held_assurance = null, held_method = null
   where tenant_id = $1 and user_id = $2 and authenticator_id = $3`,
);

/** Ends the hold of an authenticator. */
export async function liftHold(
  sql: Sql,
  tenantId: string,
  { userId, authenticatorId }: Pick<AuthenticatorRow, 'userId' | 'authenticatorId'>,
): Promise<void> {
  await sql.query(liftStatement, [tenantId, userId, authenticatorId]);
}

const dueStatement = statement<{ tenantId: string; userId: string }>(
  'load_due_successors',
  `select tenant_id, user_id from authenticators where slot = '${slots.successor}' and held_until <= $1
   order by held_until limit $2`,
);

/** The users with a successor whose wait is over. */
export async function loadDueSuccessors(
  sql: Sql,
  nowMs: number,
  max: number,
): Promise<readonly { readonly tenantId: string; readonly userId: string }[]> {
  return sql.query(dueStatement, [sqlTime(nowMs), max]);
}

const addStatement = statement<never>(
  'add_authenticator',
  `insert into authenticators (tenant_id, ${columns}, email_normal)
   values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)`,
);

/** Stores a new authenticator. @throws a unique violation (23505) if its credential already belongs to a user. */
export async function addAuthenticator(sql: Sql, tenantId: string, row: AuthenticatorRow): Promise<void> {
  await sql.query(addStatement, [tenantId, ...valuesOf(row)]);
}

/** A statement of Apple or Google about an app that could not be checked when it came. No secret: what it says is signed. */
export interface AppStatement {
  readonly provider: string;
  /** As it was sent; the contract bounds it. */
  readonly token: string;
  readonly keyId?: string;
  /** One of these it should be for. */
  readonly nonces: readonly string[];
  readonly receivedAt: string;
}

const keepStatementStatement = statement<never>(
  'keep_app_statement',
  'update authenticators set app_statement = $4 where tenant_id = $1 and user_id = $2 and authenticator_id = $3',
);

/** Keeps a statement with the authenticator, as long as that lives. No call reads it with the authenticator. */
export async function keepAppStatement(
  sql: Sql,
  tenantId: string,
  { userId, authenticatorId }: Pick<AuthenticatorRow, 'userId' | 'authenticatorId'>,
  kept: AppStatement,
): Promise<void> {
  await sql.query(keepStatementStatement, [tenantId, userId, authenticatorId, JSON.stringify(kept)]);
}

const credentialStatement = statement<AuthenticatorRow>(
  'load_credential',
  `select ${columns} from authenticators
   where tenant_id = $1 and credential_id = $2 and verification_method = $3 and verified_at is not null`,
);

/** The verified authenticator of a credential, for any user of the tenant. */
export async function loadCredential(
  sql: Sql,
  tenantId: string,
  verificationMethod: string,
  credentialId: string,
): Promise<AuthenticatorRow | undefined> {
  const [row] = await sql.query(credentialStatement, [tenantId, credentialId, verificationMethod]);
  return row;
}

const anyCredentialStatement = statement<{ credentialId: string; verifiedAt: number }>(
  'load_any_credential',
  `select credential_id, verified_at from authenticators
   where tenant_id = $1 and credential_id = any($2) and verification_method = $3 and verified_at is not null
   order by verified_at, credential_id limit 1`,
);

/** The oldest of these credentials that the tenant has. */
export async function loadAnyCredential(
  sql: Sql,
  tenantId: string,
  verificationMethod: string,
  credentialIds: readonly string[],
): Promise<{ readonly credentialId: string; readonly verifiedAt: number } | undefined> {
  const [row] = await sql.query(anyCredentialStatement, [tenantId, credentialIds, verificationMethod]);
  return row;
}

const recordAppStatement = statement<AuthenticatorRow>(
  'record_app_credential',
  `update authenticators set state = (state - $4::text[]) || $5::jsonb,
     secret_sealed = case when $6 then $7 else secret_sealed end
   where tenant_id = $1 and user_id = $2 and authenticator_id = $3 and ($8::bytea is null or secret_sealed = $8)
   returning ${columns}`,
);

/**
 * Changes what is stored of an app's registration: members of its state, and its push token if `secretSealed` is given.
 * With `ifSealed` only while that is still its token. Undefined if it is gone or has another.
 */
export async function recordAppCredential(
  sql: Sql,
  tenantId: string,
  { userId, authenticatorId }: Pick<AuthenticatorRow, 'userId' | 'authenticatorId'>,
  change: {
    readonly removed: readonly string[];
    readonly set: Readonly<Record<string, unknown>>;
    readonly secretSealed?: Buffer | null;
    readonly ifSealed?: Buffer;
  },
): Promise<AuthenticatorRow | undefined> {
  const [row] = await sql.query(recordAppStatement, [
    tenantId,
    userId,
    authenticatorId,
    change.removed,
    JSON.stringify(change.set),
    change.secretSealed !== undefined,
    change.secretSealed ?? null,
    change.ifSealed ?? null,
  ]);
  return row;
}

const recordDisplayNameStatement = statement<never>(
  'record_authenticator_display_name',
  `update authenticators set state = state || $4::jsonb
   where tenant_id = $1 and user_id = $2 and authenticator_id = $3`,
);

/** Sets the name by which the user knows an authenticator. */
export async function recordDisplayName(
  sql: Sql,
  tenantId: string,
  userId: string,
  authenticatorId: string,
  displayName: string,
): Promise<void> {
  await sql.query(recordDisplayNameStatement, [tenantId, userId, authenticatorId, JSON.stringify({ displayName })]);
}
