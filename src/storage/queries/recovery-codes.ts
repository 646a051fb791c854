import { sqlTime, statement } from '../sql.ts';
import type { Sql } from '../sql.ts';

const deleteStatement = statement<never>(
  'delete_recovery_codes',
  'delete from recovery_codes where tenant_id = $1 and user_id = $2',
);

export async function deleteRecoveryCodes(sql: Sql, tenantId: string, userId: string): Promise<void> {
  await sql.query(deleteStatement, [tenantId, userId]);
}

const recordStatement = statement<never>(
  'record_recovery_code',
  `insert into recovery_codes (tenant_id, user_id, code_number, salt, code_hash, created_at)
   values ($1, $2, $3, $4, $5, $6)`,
);

/** Replaces the user's whole set of recovery codes. */
export async function replaceRecoveryCodes(
  sql: Sql,
  tenantId: string,
  userId: string,
  set: { salt: Buffer; hashes: readonly Buffer[]; nowMs: number },
): Promise<void> {
  await deleteRecoveryCodes(sql, tenantId, userId);
  for (const [number, hash] of set.hashes.entries()) {
    await sql.query(recordStatement, [tenantId, userId, number, set.salt, hash, sqlTime(set.nowMs)]);
  }
}

const hasSetStatement = statement<{ hasSet: boolean }>(
  'load_has_recovery_set',
  'select exists (select from recovery_codes where tenant_id = $1 and user_id = $2) as has_set',
);

/** Whether the user has a set of recovery codes, used up or not. */
export async function hasRecoverySet(sql: Sql, tenantId: string, userId: string): Promise<boolean> {
  const [row] = await sql.query(hasSetStatement, [tenantId, userId]);
  return row?.hasSet === true;
}

export interface RecoveryCodeRow {
  readonly codeNumber: number;
  readonly salt: Buffer;
  readonly codeHash: Buffer;
}

const loadUnusedStatement = statement<RecoveryCodeRow>(
  'load_unused_recovery_codes',
  `select code_number, salt, code_hash from recovery_codes
   where tenant_id = $1 and user_id = $2 and used_at is null order by code_number`,
);

/** The codes that the user has left; all codes of a set have the same salt. */
export async function loadUnusedRecoveryCodes(
  sql: Sql,
  tenantId: string,
  userId: string,
): Promise<readonly RecoveryCodeRow[]> {
  return sql.query(loadUnusedStatement, [tenantId, userId]);
}
