import { normalEmail } from '../../core/authenticators/normal-email.ts';
import { sqlTime, statement } from '../sql.ts';
import type { Sql } from '../sql.ts';
import { isOfUser } from './departed-users.ts';

export interface UserRow {
  readonly user_id: string;
  readonly email: string | null;
  readonly email_verified: boolean;
  readonly phone_number: string | null;
  readonly phone_number_verified: boolean;
  readonly username: string | null;
  readonly display_name: string | null;
  readonly locale: string | null;
  readonly custom: Readonly<Record<string, unknown>> | null;
  readonly default_authenticator_id: string | null;
  /** Whether the user has removed their last authenticator by the client API. */
  readonly removed_last_authenticator: boolean;
  readonly created_at: number;
}

export interface UserWithMethods extends UserRow {
  /** Methods of the user's verified authenticators, oldest first, one entry per authenticator. */
  readonly methods: readonly string[];
  readonly default_method: string | null;
}

const columns = `u.user_id, u.email, u.email_verified, u.phone_number, u.phone_number_verified, u.username,
  u.display_name, u.locale, u.custom, u.default_authenticator_id, u.removed_last_authenticator, u.created_at`;

const withMethods = `${columns},
  array(
    select a.verification_method from authenticators a
    where a.tenant_id = u.tenant_id and a.user_id = u.user_id and a.verified_at is not null
    order by a.created_at, a.authenticator_id
  ) as methods,
  (
    select a.verification_method from authenticators a
    where a.tenant_id = u.tenant_id and a.user_id = u.user_id and a.authenticator_id = u.default_authenticator_id
  ) as default_method`;

const loadUserStatement = statement<UserWithMethods>(
  'load_user',
  `select ${withMethods} from users u where u.tenant_id = $1 and u.user_id = $2`,
);

export async function loadUser(sql: Sql, tenantId: string, userId: string): Promise<UserWithMethods | undefined> {
  const [row] = await sql.query(loadUserStatement, [tenantId, userId]);
  return row;
}

const localesStatement = statement<{ locale: string | null; confirmed_locale: string | null }>(
  'load_user_locales',
  `select u.locale, (
     select x.locale from actions x
     where ${isOfUser('x')} and x.verified_at is not null
     order by x.verified_at desc limit 1
   ) as confirmed_locale
   from users u where u.tenant_id = $1 and u.user_id = $2`,
);

/** The languages a user is known by, best first: their own, then that of the action which they last confirmed. */
export async function loadUserLocales(sql: Sql, tenantId: string, userId: string): Promise<readonly (string | null)[]> {
  const [row] = await sql.query(localesStatement, [tenantId, userId]);
  return row === undefined ? [] : [row.locale, row.confirmed_locale];
}

const createUserStatement = statement<{ user_id: string }>(
  'create_user',
  `insert into users (tenant_id, user_id, created_at, updated_at) values ($1, $2, $3, $3)
   on conflict do nothing returning user_id`,
);
const lockUserStatement = statement<UserRow>(
  'lock_user',
  `select ${columns} from users u where u.tenant_id = $1 and u.user_id = $2 for update`,
);

/** Reads a user and holds the row until the transaction ends, so that changes of one user happen one after another. */
export async function lockUser(sql: Sql, tenantId: string, userId: string): Promise<UserRow | undefined> {
  const [row] = await sql.query(lockUserStatement, [tenantId, userId]);
  return row;
}

/** As {@link lockUser}, creating the user if there is none. */
export async function lockOrCreateUser(sql: Sql, tenantId: string, userId: string, nowMs: number): Promise<UserRow> {
  for (;;) {
    await sql.query(createUserStatement, [tenantId, userId, sqlTime(nowMs)]);
    const row = await lockUser(sql, tenantId, userId);
    // Absent only if somebody deleted the user between the two statements.
    if (row !== undefined) return row;
  }
}

const recordUserStatement = statement<never>(
  'record_user',
  `update users set email = $3, email_verified = $4, phone_number = $5, phone_number_verified = $6, username = $7,
     display_name = $8, locale = $9, custom = $10, default_authenticator_id = $11,
     removed_last_authenticator = $12, updated_at = $13, email_normal = $14
   where tenant_id = $1 and user_id = $2`,
);

export async function recordUser(sql: Sql, tenantId: string, user: UserRow, nowMs: number): Promise<void> {
  await sql.query(recordUserStatement, [
    tenantId,
    user.user_id,
    user.email,
    user.email_verified,
    user.phone_number,
    user.phone_number_verified,
    user.username,
    user.display_name,
    user.locale,
    user.custom === null ? null : JSON.stringify(user.custom),
    user.default_authenticator_id,
    user.removed_last_authenticator,
    sqlTime(nowMs),
    user.email === null ? null : normalEmail(user.email),
  ]);
}

const deleteUserStatement = statement<{ user_id: string }>(
  'delete_user',
  'delete from users where tenant_id = $1 and user_id = $2 returning user_id',
);

/** Deletes the user's row, and with it everything that hangs on it. False if there was none. */
export async function deleteUserRow(sql: Sql, tenantId: string, userId: string): Promise<boolean> {
  const rows = await sql.query(deleteUserStatement, [tenantId, userId]);
  return rows.length === 1;
}

function queryStatement(name: string, leading: string) {
  return statement<UserWithMethods>(
    name,
    `select ${withMethods} from users u
     where u.tenant_id = $1 and ${leading}
       and ($2::text is null or lower(coalesce(u.email_normal, u.email) collate "C") = lower($2::text collate "C"))
       and ($3::text is null or u.phone_number = $3)
       and ($4::text is null or u.username = $4)
       and ($5::text is null or u.user_id collate "C" > $5)
     order by u.user_id collate "C" limit $6`,
  );
}

// One text per attribute that leads, so that each uses its own index under a prepared plan.
const queryByEmail = queryStatement(
  'query_users_by_email',
  'lower(coalesce(u.email_normal, u.email) collate "C") = lower($2::text collate "C")',
);
const queryByPhoneNumber = queryStatement('query_users_by_phone_number', 'u.phone_number = $3');
const queryByUsername = queryStatement('query_users_by_username', 'u.username = $4');

/** Users whose given attributes all match, by user id, after `afterUserId`. At least one attribute must be given. */
export async function queryUserRows(
  sql: Sql,
  filter: {
    tenantId: string;
    email: string | undefined;
    phoneNumber: string | undefined;
    username: string | undefined;
    afterUserId: string | undefined;
    limit: number;
  },
): Promise<readonly UserWithMethods[]> {
  const byAttribute =
    filter.email !== undefined ? queryByEmail : filter.phoneNumber !== undefined ? queryByPhoneNumber : queryByUsername;
  return sql.query(byAttribute, [
    filter.tenantId,
    filter.email === undefined ? null : normalEmail(filter.email),
    filter.phoneNumber ?? null,
    filter.username ?? null,
    filter.afterUserId ?? null,
    filter.limit,
  ]);
}
