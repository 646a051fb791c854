import { normalEmail } from '../../core/authenticators/normal-email.ts';
import { sqlTime, statement } from '../sql.ts';
import type { Sql } from '../sql.ts';
import { ownIdOf } from './actions/named.ts';
import { earlierSuccesses } from './user-marks.ts';

export interface UserRow {
  readonly userId: string;
  readonly email: string | null;
  readonly emailVerified: boolean;
  readonly phoneNumber: string | null;
  readonly phoneNumberVerified: boolean;
  readonly username: string | null;
  readonly displayName: string | null;
  readonly locale: string | null;
  readonly custom: Readonly<Record<string, unknown>> | null;
  readonly defaultAuthenticatorId: string | null;
  /** Whether the user has removed their last authenticator through the client API. */
  readonly removedLastAuthenticator: boolean;
  readonly createdAt: number;
}

export interface UserWithMethods extends UserRow {
  /** Methods of the user's verified authenticators, oldest first, one entry per authenticator. */
  readonly methods: readonly string[];
  readonly defaultMethod: string | null;
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

const localesStatement = statement<{ locale: string | null; confirmedLocale: string | null }>(
  'load_user_locales',
  `select u.locale, (
     select confirmed.locale from (
       select m.locale, m.marked_at as at from user_marks m
       where m.tenant_id = $1 and m.owner_id = ${ownIdOf('u')} and m.kind = 'verified' and m.subject = ''
       union all
       (select v.locale, v.verified_at ${earlierSuccesses(ownIdOf('u'), 'null')} order by v.verified_at desc limit 1)
     ) as confirmed order by confirmed.at desc limit 1
   ) as confirmed_locale
   from users u where u.tenant_id = $1 and u.user_id = $2`,
);

/** The languages of a user, best first: their own, then that of the action that they last confirmed. */
export async function loadUserLocales(sql: Sql, tenantId: string, userId: string): Promise<readonly (string | null)[]> {
  const [row] = await sql.query(localesStatement, [tenantId, userId]);
  return row === undefined ? [] : [row.locale, row.confirmedLocale];
}

const waitStatement = statement<never>(
  'wait_for_earlier_tracks',
  `select pg_advisory_xact_lock(hashtextextended($1::uuid::text || $2::text, 0))::text as locked
   from tenants t where t.tenant_id = $1 and t.earlier_nodes_until > $3`,
);

/**
 * Before a user is made: waits for tracks of nodes of the release before, which share this lock. They write an action before
 * its user, and the action gets the owner that the user has by then.
 */
export async function waitForEarlierTracks(sql: Sql, tenantId: string, userId: string, nowMs: number): Promise<void> {
  await sql.query(waitStatement, [tenantId, userId, sqlTime(nowMs)]);
}

const createUserStatement = statement<{ userId: string }>(
  'create_user',
  `insert into users (tenant_id, user_id, own_id, created_at, updated_at) values ($1, $2, $4, $3, $3)
   on conflict do nothing returning user_id`,
);
const lockUserStatement = statement<UserRow>(
  'lock_user',
  `select ${columns} from users u where u.tenant_id = $1 and u.user_id = $2 for update`,
);

/** Reads a user and locks the row until the transaction ends, so that changes to one user happen one after another. */
export async function lockUser(sql: Sql, tenantId: string, userId: string): Promise<UserRow | undefined> {
  const [row] = await sql.query(lockUserStatement, [tenantId, userId]);
  return row;
}

/** Like {@link lockUser}, but creates the user if there is none: with this id of the row's own. */
export async function lockOrCreateUser(
  sql: Sql,
  tenantId: string,
  userId: string,
  made: { readonly ownId: string; readonly nowMs: number },
): Promise<UserRow> {
  for (;;) {
    const row = await lockUser(sql, tenantId, userId);
    if (row !== undefined) return row;
    // There may be one by now, made by another request, or deleted again before it can be locked.
    await waitForEarlierTracks(sql, tenantId, userId, made.nowMs);
    await sql.query(createUserStatement, [tenantId, userId, sqlTime(made.nowMs), made.ownId]);
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
    user.userId,
    user.email,
    user.emailVerified,
    user.phoneNumber,
    user.phoneNumberVerified,
    user.username,
    user.displayName,
    user.locale,
    user.custom === null ? null : JSON.stringify(user.custom),
    user.defaultAuthenticatorId,
    user.removedLastAuthenticator,
    sqlTime(nowMs),
    user.email === null ? null : normalEmail(user.email),
  ]);
}

const deleteUserStatement = statement<{ userId: string }>(
  'delete_user',
  'delete from users where tenant_id = $1 and user_id = $2 returning user_id',
);

/** Deletes the user's row, and with it everything that refers to it. False if there was none. */
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

/** Says also what the index says, which has nobody without an address: else all users are read. */
function hasEmail(value: string): string {
  return `u.email is not null and lower(coalesce(u.email_normal, u.email) collate "C") = lower(${value}::text collate "C")`;
}

const isAfter = '($3::text is null or u.user_id collate "C" > $3)';
const byId = 'order by u.user_id collate "C" limit $4';
const ofTenant = 'select u.user_id from users u where u.tenant_id = $1';

const listUsersStatement = statement<UserWithMethods>(
  'list_users',
  `select ${withMethods} from users u where u.tenant_id = $1 and ($3::text is null or u.user_id collate "C" > $3)
     and u.user_id collate "C" >= $2 ${byId}`,
);
const findUsersStatement = statement<UserWithMethods>(
  'find_users',
  // The highest character of all ends those that begin with the words.
  `with found as materialized (
     (${ofTenant} and u.user_id collate "C" >= $2 and u.user_id collate "C" < $2 || $6 and ${isAfter} ${byId})
     union
     (${ofTenant} and ${hasEmail('$5')} and ${isAfter} ${byId})
     union
     (${ofTenant} and u.phone_number = $2 and ${isAfter} ${byId})
     union
     (${ofTenant} and u.username = $2 and ${isAfter} ${byId})
   )
   select ${withMethods} from users u where u.tenant_id = $1 and u.user_id in (select f.user_id from found f) ${byId}`,
);

/**
 * Users whose id begins with the words, or whose email address, phone number or user name they are, by user id; all where
 * there are none.
 */
export async function findUserRows(
  sql: Sql,
  tenantId: string,
  search: { readonly words: string | undefined; readonly afterUserId: string | undefined; readonly limit: number },
): Promise<readonly UserWithMethods[]> {
  const { words = '', afterUserId = null, limit } = search;
  if (words === '') return sql.query(listUsersStatement, [tenantId, '', afterUserId, limit]);
  return sql.query(findUsersStatement, [tenantId, words, afterUserId, limit, normalEmail(words), '\u{10FFFF}']);
}

// One text for each leading attribute, so that each uses its own index under a prepared plan.
const queryByEmail = queryStatement('query_users_by_email', hasEmail('$2'));
const queryByPhoneNumber = queryStatement('query_users_by_phone_number', 'u.phone_number = $3');
const queryByUsername = queryStatement('query_users_by_username', 'u.username = $4');

/** Users who match all given attributes, by user id, after `afterUserId`. At least one attribute must be given. */
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
