import type { UserAttributes } from '../../core/authenticators/update-user.ts';
import { sqlTime, statement } from '../sql.ts';
import type { Sql } from '../sql.ts';
import { firstIdAt } from './actions/months.ts';
import { purgeOf } from './purge.ts';

/** A session with its user and its app client's settings for tokens, as they are now. */
export interface SessionRow extends UserAttributes {
  readonly userId: string;
  readonly sessionId: string;
  readonly clientId: string;
  readonly generation: number;
  /** When the current generation was created, and the one before it exchanged. */
  readonly rotatedAt: number;
  /** The same for the two generations before, newest first. */
  readonly earlierRotatedAt: readonly number[];
  readonly signedInAt: number;
  readonly expiresAt: number;
  readonly revokedAt: number | null;
  readonly verificationMethod: string | null;
  readonly assurance: string;
  readonly accessTokenLifetimeInMinutes: number;
  readonly customClaims: Readonly<Record<string, string>>;
}

const columns = `s.session_id, s.user_id, s.client_id, s.generation, s.rotated_at, s.earlier_rotated_at, s.signed_in_at, s.expires_at,
  s.revoked_at, s.verification_method, s.assurance, u.email, u.email_verified, u.phone_number, u.phone_number_verified,
  u.username, u.display_name, u.locale, u.custom, c.access_token_lifetime_in_minutes, c.custom_claims`;

const belongTogether = `u.tenant_id = s.tenant_id and u.user_id = s.user_id
  and c.tenant_id = s.tenant_id and c.client_id = s.client_id`;

export interface NewSession {
  readonly tenantId: string;
  readonly userId: string;
  readonly sessionId: string;
  readonly clientId: string;
  readonly nowMs: number;
  readonly signedInAtMs: number;
  readonly expiresAtMs: number;
  readonly verificationMethod: string | null;
  readonly assurance: string;
  readonly actionCode: string;
  readonly idempotencyKey: string;
}

const createStatement = statement<SessionRow>(
  'create_session',
  `with s as (
     insert into sessions (tenant_id, user_id, session_id, client_id, rotated_at, signed_in_at, created_at, expires_at,
       verification_method, assurance, action_code, idempotency_key)
     values ($1, $2, $3, $4, $5, $6, $5, $7, $8, $9, $10, $11)
     returning *
   )
   select ${columns} from s, users u, app_clients c where ${belongTogether}`,
);

/** Stores a new session, generation 0. The caller has locked the user and the app client. */
export async function createSessionRow(sql: Sql, session: NewSession): Promise<SessionRow> {
  const [row] = await sql.query(createStatement, [
    session.tenantId,
    session.userId,
    session.sessionId,
    session.clientId,
    sqlTime(session.nowMs),
    sqlTime(session.signedInAtMs),
    sqlTime(session.expiresAtMs),
    session.verificationMethod,
    session.assurance,
    session.actionCode,
    session.idempotencyKey,
  ]);
  if (row === undefined) throw new Error('A session without its user or app client.');
  return row;
}

const loadStatement = statement<SessionRow>(
  'load_session',
  `select ${columns} from sessions s, users u, app_clients c
   where s.tenant_id = $1 and s.session_id = $2 and ${belongTogether}`,
  'reads',
);

export async function loadSession(sql: Sql, tenantId: string, sessionId: string): Promise<SessionRow | undefined> {
  const [row] = await sql.query(loadStatement, [tenantId, sessionId]);
  return row;
}

const rotateStatement = statement<SessionRow>(
  'rotate_session',
  `update sessions s set generation = s.generation + 1, rotated_at = $4,
     earlier_rotated_at = (s.rotated_at || s.earlier_rotated_at)[1:2]
   from users u, app_clients c
   where s.tenant_id = $1 and s.session_id = $2 and s.generation = $3 and s.revoked_at is null and s.expires_at > $4
     and ${belongTogether}
   returning ${columns}`,
);

/**
 * Ends a generation of tokens and begins the next. Of all concurrent requests with one generation, on all nodes, only
 * one gets the row; undefined also if the session has ended (ASVS 10.4.5).
 */
export async function rotateSession(
  sql: Sql,
  tenantId: string,
  session: { readonly sessionId: string; readonly generation: number },
  nowMs: number,
): Promise<SessionRow | undefined> {
  const [row] = await sql.query(rotateStatement, [tenantId, session.sessionId, session.generation, sqlTime(nowMs)]);
  return row;
}

const revokeStatement = statement<{ userId: string }>(
  'revoke_session',
  `update sessions set revoked_at = $3
   where tenant_id = $1 and session_id = $2 and revoked_at is null and expires_at > $3
   returning user_id`,
);

/** Ends a session and returns its user's id; undefined if it had ended before, or never existed. */
export async function revokeSessionRow(
  sql: Sql,
  tenantId: string,
  sessionId: string,
  nowMs: number,
): Promise<string | undefined> {
  const [row] = await sql.query(revokeStatement, [tenantId, sessionId, sqlTime(nowMs)]);
  return row?.userId;
}

const revokeOfUserStatement = statement<{ sessionId: string }>(
  'revoke_user_sessions',
  `update sessions set revoked_at = $3
   where tenant_id = $1 and user_id = $2 and revoked_at is null and expires_at > $3
   returning session_id`,
);

/** Ends all sessions of a user and returns how many there were. */
export async function revokeUserSessionRows(
  sql: Sql,
  tenantId: string,
  userId: string,
  nowMs: number,
): Promise<number> {
  const rows = await sql.query(revokeOfUserStatement, [tenantId, userId, sqlTime(nowMs)]);
  return rows.length;
}

/** Sessions that one list has at most. */
const listedMax = 100;

const listStatement = statement<Pick<SessionRow, 'sessionId' | 'clientId' | 'signedInAt' | 'expiresAt'>>(
  'list_user_sessions',
  `select session_id, client_id, signed_in_at, expires_at from sessions
   where tenant_id = $1 and user_id = $2 and revoked_at is null and expires_at > $3
   order by signed_in_at desc, session_id limit ${listedMax}`,
);

/** The sessions of a user that have not ended, newest first. */
export async function listUserSessions(sql: Sql, tenantId: string, userId: string, nowMs: number) {
  return sql.query(listStatement, [tenantId, userId, sqlTime(nowMs)]);
}

/** A session that has not ended. */
export interface LiveSession {
  readonly sessionId: string;
  readonly userId: string;
}

/** Which sessions to end together. */
interface LiveFilter {
  readonly clientId: string | undefined;
  readonly createdBeforeMs: number;
  readonly nowMs: number;
}

const liveOfUsersStatement = statement<LiveSession>(
  'list_live_sessions_of_users',
  `select session_id, user_id from sessions
   where tenant_id = $1 and user_id = any($2) and revoked_at is null and expires_at > $3 and created_at < $4
     and ($5::text is null or client_id = $5)
   order by session_id limit $6`,
);

/** The sessions of these users that have not ended, oldest first. */
export async function listLiveSessionsOf(
  sql: Sql,
  tenantId: string,
  filter: LiveFilter & { readonly userIds: readonly string[]; readonly max: number },
): Promise<readonly LiveSession[]> {
  const { userIds, nowMs, createdBeforeMs, clientId, max } = filter;
  return sql.query(liveOfUsersStatement, [
    tenantId,
    userIds,
    sqlTime(nowMs),
    sqlTime(createdBeforeMs),
    clientId ?? null,
    max,
  ]);
}

const liveStatement = statement<LiveSession & { readonly scanned: number; readonly lastId: string | null }>(
  'list_live_sessions',
  // Found by id, so by the time at which they began.
  `with scanned as materialized (
     select session_id, user_id, client_id, created_at, expires_at, revoked_at from sessions
     where tenant_id = $1 and session_id > $2 and session_id < $3 order by session_id limit $4
   ), found as (
     select session_id, user_id from scanned
     where revoked_at is null and expires_at > $5 and created_at < $6 and ($7::text is null or client_id = $7)
   )
   select w.scanned, w.last_id, f.* from (
     select (select count(*)::int from scanned) as scanned,
       (select session_id from scanned order by session_id desc limit 1) as last_id
   ) as w
   left join found f on true order by f.session_id`,
);

/** Of `batch` sessions after an id those that have not ended, oldest first. */
export async function listLiveSessions(
  sql: Sql,
  tenantId: string,
  filter: LiveFilter & { readonly afterId: string; readonly batch: number },
): Promise<{
  readonly sessions: readonly LiveSession[];
  readonly scanned: number;
  readonly lastId: string | undefined;
}> {
  const { afterId, batch, nowMs, createdBeforeMs, clientId } = filter;
  const rows = await sql.query(liveStatement, [
    tenantId,
    afterId,
    firstIdAt(createdBeforeMs),
    batch,
    sqlTime(nowMs),
    sqlTime(createdBeforeMs),
    clientId ?? null,
  ]);
  const [first] = rows;
  return {
    // One row without a session says that nothing was found.
    sessions: rows.filter(({ sessionId }) => (sessionId as string | null) !== null),
    scanned: first?.scanned ?? 0,
    lastId: first?.lastId ?? undefined,
  };
}

const revokeManyStatement = statement<{ sessionId: string }>(
  'revoke_sessions',
  `update sessions set revoked_at = $3
   where tenant_id = $1 and session_id = any(array(
     select session_id from sessions where tenant_id = $1 and session_id = any($2::uuid[]) order by session_id for update
   )) and revoked_at is null and expires_at > $3
   returning session_id`,
);

/** Ends sessions and returns how many of them had not ended before. Locks them in the order of their ids. */
export async function revokeSessionRows(
  sql: Sql,
  tenantId: string,
  sessionIds: readonly string[],
  nowMs: number,
): Promise<number> {
  return (await sql.query(revokeManyStatement, [tenantId, sessionIds, sqlTime(nowMs)])).length;
}

/** Deletes sessions that have expired, revoked or not. */
export const purgeExpiredSessions = purgeOf('sessions', 'session_id', {
  condition: 'expires_at <= $1',
  order: 'expires_at',
});
