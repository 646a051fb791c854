import { sqlTime, statement } from '../sql.ts';
import type { Sql } from '../sql.ts';

export interface SessionSigningKeyRow {
  readonly keyId: string;
  readonly publicJwk: { readonly n: string; readonly e: string };
  readonly privateKeySealed: Buffer;
  readonly createdAt: number;
}

const loadStatement = statement<SessionSigningKeyRow>(
  'load_session_signing_keys',
  `select key_id, public_jwk, private_key_sealed, created_at from session_signing_keys
   where tenant_id = $1 order by created_at desc, key_id`,
);

/** The tenant's keys, newest first. */
export async function loadSessionSigningKeys(sql: Sql, tenantId: string): Promise<readonly SessionSigningKeyRow[]> {
  return sql.query(loadStatement, [tenantId]);
}

const createStatement = statement<never>(
  'create_session_signing_key',
  `insert into session_signing_keys (tenant_id, key_id, public_jwk, private_key_sealed, created_at)
   values ($1, $2, $3, $4, $5)`,
);

export async function createSessionSigningKey(
  sql: Sql,
  key: { tenantId: string; keyId: string; publicJwk: object; privateKeySealed: Buffer; nowMs: number },
): Promise<void> {
  await sql.query(createStatement, [
    key.tenantId,
    key.keyId,
    JSON.stringify(key.publicJwk),
    key.privateKeySealed,
    sqlTime(key.nowMs),
  ]);
}

const retireStatement = statement<{ keyId: string }>(
  'retire_session_signing_keys',
  `delete from session_signing_keys k
   where k.tenant_id = $1 and exists (
     select from session_signing_keys later
     where later.tenant_id = $1 and later.created_at > k.created_at and later.created_at <= $2
   )
   returning k.key_id`,
);

/** Deletes the keys whose successor was created by this time, and returns how many. */
export async function retireSessionSigningKeys(sql: Sql, tenantId: string, successorMs: number): Promise<number> {
  const rows = await sql.query(retireStatement, [tenantId, sqlTime(successorMs)]);
  return rows.length;
}
