import { sqlTime, statement } from '../sql.ts';
import type { Sql } from '../sql.ts';

export interface SessionSigningKeyRow {
  readonly key_id: string;
  readonly public_jwk: { readonly n: string; readonly e: string };
  readonly private_key_sealed: Buffer;
}

const loadStatement = statement<SessionSigningKeyRow>(
  'load_session_signing_keys',
  'select key_id, public_jwk, private_key_sealed from session_signing_keys where tenant_id = $1 order by created_at desc',
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
