import { sqlTime, statement } from '../sql.ts';
import type { Sql } from '../sql.ts';
import { purgeOf } from './purge.ts';

/** A session with its operator, and the roles as they are now. */
export interface OperatorSessionRow {
  readonly sessionId: string;
  readonly operatorId: string;
  readonly email: string;
  readonly name: string;
  readonly createdAt: number;
  readonly seenAt: number;
  readonly expiresAt: number;
  readonly provedAt: number;
  /** By tenant. */
  readonly memberships: Readonly<Record<string, readonly string[]>>;
}

const loadStatement = statement<OperatorSessionRow>(
  'load_operator_session',
  `select s.session_id, s.operator_id, o.email, o.name, s.created_at, s.seen_at, s.expires_at, s.proved_at, coalesce((
     select json_object_agg(m.member_of, m.roles) from memberships m
     where m.tenant_id = s.tenant_id and m.operator_id = s.operator_id
   ), '{}') as memberships
   from operator_sessions s join operators o on o.tenant_id = s.tenant_id and o.operator_id = s.operator_id
   where s.tenant_id = $1 and s.secret_digest = $2 and s.expires_at > $3 and s.seen_at > $4`,
);

/** Undefined if there is none, or it has ended: by itself, or because nothing came for too long. */
export async function loadOperatorSession(
  sql: Sql,
  tenantId: string,
  secretDigest: Buffer,
  { nowMs, idleMs }: { readonly nowMs: number; readonly idleMs: number },
): Promise<OperatorSessionRow | undefined> {
  const [row] = await sql.query(loadStatement, [tenantId, secretDigest, sqlTime(nowMs), sqlTime(nowMs - idleMs)]);
  return row;
}

const touchStatement = statement<never>(
  'touch_operator_session',
  'update operator_sessions set seen_at = $3 where tenant_id = $1 and session_id = $2 and seen_at < $3',
);

export async function touchOperatorSession(
  sql: Sql,
  tenantId: string,
  sessionId: string,
  nowMs: number,
): Promise<void> {
  await sql.query(touchStatement, [tenantId, sessionId, sqlTime(nowMs)]);
}

export interface NewOperatorSession {
  readonly sessionId: string;
  readonly operatorId: string;
  readonly secretDigest: Buffer;
  readonly actionId: string;
  readonly nowMs: number;
  readonly provedAtMs: number;
  readonly expiresAtMs: number;
  readonly ipAddress: string;
  readonly userAgent: string | undefined;
}

const createStatement = statement<{ sessionId: string }>(
  'create_operator_session',
  `insert into operator_sessions (tenant_id, session_id, operator_id, secret_digest, action_id, created_at, seen_at, proved_at,
     expires_at, ip_address, user_agent)
   select o.tenant_id, $2::uuid, o.operator_id, $4::bytea, $5::uuid, $6::timestamptz, $6::timestamptz, $7::timestamptz,
     $8::timestamptz, $9::text, $10::text
   from operators o where o.tenant_id = $1 and o.operator_id = $3
   on conflict (tenant_id, action_id) do nothing returning session_id`,
);

/** False if the proof has made a session already, or there is no such operator. */
export async function createOperatorSessionRow(
  sql: Sql,
  tenantId: string,
  session: NewOperatorSession,
): Promise<boolean> {
  const made = await sql.query(createStatement, [
    tenantId,
    session.sessionId,
    session.operatorId,
    session.secretDigest,
    session.actionId,
    sqlTime(session.nowMs),
    sqlTime(session.provedAtMs),
    sqlTime(session.expiresAtMs),
    session.ipAddress,
    session.userAgent ?? null,
  ]);
  return made.length > 0;
}

const stepUpStatement = statement<{ sessionId: string }>(
  'step_up_operator_session',
  `update operator_sessions set proved_at = $4, step_up_action_id = $3
   where tenant_id = $1 and session_id = $2 and step_up_action_id is distinct from $3 and proved_at < $4
   returning session_id`,
);

/** Uses a proof up for a session. False if it was used for it before, or a later one was. */
export async function recordStepUp(
  sql: Sql,
  tenantId: string,
  sessionId: string,
  proof: { readonly actionId: string; readonly provedAtMs: number },
): Promise<boolean> {
  const { actionId, provedAtMs } = proof;
  return (await sql.query(stepUpStatement, [tenantId, sessionId, actionId, sqlTime(provedAtMs)])).length > 0;
}

const endStatement = statement<{ sessionId: string }>(
  'end_operator_session',
  'delete from operator_sessions where tenant_id = $1 and operator_id = $2 and session_id = $3 returning session_id',
);

/** False if the operator has no such session. */
export async function endOperatorSessionRow(
  sql: Sql,
  tenantId: string,
  operatorId: string,
  sessionId: string,
): Promise<boolean> {
  return (await sql.query(endStatement, [tenantId, operatorId, sessionId])).length > 0;
}

const endSecretStatement = statement<never>(
  'end_operator_session_by_secret',
  'delete from operator_sessions where tenant_id = $1 and secret_digest = $2',
);

/** Ends the session that a browser had before. */
export async function endOperatorSessionBySecret(sql: Sql, tenantId: string, secretDigest: Buffer): Promise<void> {
  await sql.query(endSecretStatement, [tenantId, secretDigest]);
}

const endAllStatement = statement<never>(
  'end_operator_sessions',
  'delete from operator_sessions where tenant_id = $1 and operator_id = $2',
);

export async function endOperatorSessions(sql: Sql, tenantId: string, operatorId: string): Promise<void> {
  await sql.query(endAllStatement, [tenantId, operatorId]);
}

const endOthersStatement = statement<never>(
  'end_other_operator_sessions',
  'delete from operator_sessions where tenant_id = $1 and operator_id = $2 and session_id <> $3',
);

/** Ends all sessions of an operator but one. */
export async function endOtherOperatorSessions(
  sql: Sql,
  tenantId: string,
  operatorId: string,
  sessionId: string,
): Promise<void> {
  await sql.query(endOthersStatement, [tenantId, operatorId, sessionId]);
}

export interface ListedOperatorSession {
  readonly sessionId: string;
  readonly createdAt: number;
  readonly seenAt: number;
  readonly ipAddress: string;
  readonly userAgent: string | null;
}

const listStatement = statement<ListedOperatorSession>(
  'list_operator_sessions',
  `select session_id, created_at, seen_at, ip_address, user_agent from operator_sessions
   where tenant_id = $1 and operator_id = $2 and expires_at > $3 and seen_at > $4 order by created_at desc`,
);

export async function listOperatorSessionRows(
  sql: Sql,
  tenantId: string,
  operatorId: string,
  { nowMs, idleMs }: { readonly nowMs: number; readonly idleMs: number },
): Promise<readonly ListedOperatorSession[]> {
  return sql.query(listStatement, [tenantId, operatorId, sqlTime(nowMs), sqlTime(nowMs - idleMs)]);
}

/** Deletes sessions that ended before a time. */
export const purgeOperatorSessions = purgeOf('operator_sessions', 'session_id', {
  condition: 'expires_at < $1',
  order: 'expires_at',
});
