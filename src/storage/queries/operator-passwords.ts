import { sqlTime, statement } from '../sql.ts';
import type { Sql } from '../sql.ts';

/** Whose password it is, and what is stored of it. */
export interface OperatorPassword {
  readonly operatorId: string;
  /** A salt and the hash, sealed. */
  readonly hashSealed: Buffer;
}

const findStatement = statement<OperatorPassword>(
  'find_operator_password',
  `select p.operator_id, p.hash_sealed from operators o
   join operator_passwords p on p.tenant_id = o.tenant_id and p.operator_id = o.operator_id
   where o.tenant_id = $1 and o.email_normal = $2`,
);

/** The password of the operator with this mailbox; undefined if there is none. */
export async function findOperatorPassword(
  sql: Sql,
  tenantId: string,
  emailNormal: string,
): Promise<OperatorPassword | undefined> {
  const [row] = await sql.query(findStatement, [tenantId, emailNormal]);
  return row;
}

const isStoredStatement = statement<{ operatorId: string }>(
  'is_operator_password_stored',
  'select operator_id from operator_passwords where tenant_id = $1 and operator_id = $2 and hash_sealed = $3',
);

/** Whether it is still the operator's password. */
export async function isPasswordStored(
  sql: Sql,
  tenantId: string,
  { operatorId, hashSealed }: OperatorPassword,
): Promise<boolean> {
  return (await sql.query(isStoredStatement, [tenantId, operatorId, hashSealed])).length > 0;
}

const createStatement = statement<never>(
  'create_operator_password',
  'insert into operator_passwords (tenant_id, operator_id, hash_sealed, changed_at) values ($1, $2, $3, $4)',
);

/** For an operator who has none. */
export async function createOperatorPassword(
  sql: Sql,
  tenantId: string,
  { operatorId, hashSealed }: OperatorPassword,
  nowMs: number,
): Promise<void> {
  await sql.query(createStatement, [tenantId, operatorId, hashSealed, sqlTime(nowMs)]);
}

const replaceStatement = statement<{ operatorId: string }>(
  'replace_operator_password',
  `update operator_passwords set hash_sealed = $3, changed_at = $4
   where tenant_id = $1 and operator_id = $2 and exists (
     select from operator_sessions s where s.tenant_id = $1 and s.operator_id = $2 and s.session_id = $5
   ) returning operator_id`,
);

/** Changes the password from a session. False if the operator has none, or the session has ended meanwhile. */
export async function replaceOperatorPassword(
  sql: Sql,
  tenantId: string,
  { operatorId, hashSealed }: OperatorPassword,
  { sessionId, nowMs }: { readonly sessionId: string; readonly nowMs: number },
): Promise<boolean> {
  const values = [tenantId, operatorId, hashSealed, sqlTime(nowMs), sessionId];
  return (await sql.query(replaceStatement, values)).length > 0;
}

const deleteStatement = statement<{ operatorId: string }>(
  'delete_operator_password',
  'delete from operator_passwords where tenant_id = $1 and operator_id = $2 returning operator_id',
);

/** False if the operator had none. */
export async function deleteOperatorPassword(sql: Sql, tenantId: string, operatorId: string): Promise<boolean> {
  return (await sql.query(deleteStatement, [tenantId, operatorId])).length > 0;
}
