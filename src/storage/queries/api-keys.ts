import { sqlTime, statement } from '../sql.ts';
import type { Sql } from '../sql.ts';

export interface ApiKeyRow {
  readonly tenantId: string;
  readonly keyId: string;
  readonly kind: 'server' | 'management';
  readonly name: string;
  readonly digest: Buffer;
  /** Server keys only, while they are active. */
  readonly keySealed: Buffer | null;
  readonly createdAt: number;
  readonly revokedAt: number | null;
  /** When it ends by itself; null if it does not. */
  readonly expiresAt: number | null;
  /** To the minute; management keys only. */
  readonly lastUsedAt: number | null;
}

const columns = `tenant_id, key_id, kind, name, digest, key_sealed, created_at, revoked_at, expires_at,
  last_used_at`;

const listStatement = statement<ApiKeyRow>(
  'list_api_keys',
  `select ${columns} from api_keys where tenant_id = $1 order by created_at, key_id`,
);

/** The tenant's keys, revoked ones included, oldest first. */
export async function listApiKeys(sql: Sql, tenantId: string): Promise<readonly ApiKeyRow[]> {
  return sql.query(listStatement, [tenantId]);
}

const createStatement = statement<never>(
  'create_api_key',
  `insert into api_keys (tenant_id, key_id, kind, name, digest, key_sealed, created_at, expires_at)
   values ($1, $2, $3, $4, $5, $6, $7, $8)`,
);

export async function createApiKeyRow(
  sql: Sql,
  key: {
    tenantId: string;
    keyId: string;
    kind: 'server' | 'management';
    name: string;
    digest: Buffer;
    keySealed: Buffer | null;
    nowMs: number;
    expiresAtMs: number | null;
  },
): Promise<void> {
  await sql.query(createStatement, [
    key.tenantId,
    key.keyId,
    key.kind,
    key.name,
    key.digest,
    key.keySealed,
    sqlTime(key.nowMs),
    key.expiresAtMs === null ? null : sqlTime(key.expiresAtMs),
  ]);
}

const revokeStatement = statement<{ keyId: string }>(
  'revoke_api_key',
  `update api_keys set revoked_at = $3, key_sealed = null
   where tenant_id = $1 and key_id = $2 and revoked_at is null returning key_id`,
);

/** Revokes a key: nothing is signed with it any more. False if the tenant has no such active key. */
export async function revokeApiKeyRow(sql: Sql, tenantId: string, keyId: string, nowMs: number): Promise<boolean> {
  const rows = await sql.query(revokeStatement, [tenantId, keyId, sqlTime(nowMs)]);
  return rows.length === 1;
}

const usedStatement = statement<never>(
  'record_api_key_use',
  `update api_keys set last_used_at = greatest(last_used_at, $3::timestamptz) where tenant_id = $1 and key_id = $2`,
);

/** Records when a key was last used. */
export async function recordApiKeyUse(sql: Sql, tenantId: string, keyId: string, nowMs: number): Promise<void> {
  await sql.query(usedStatement, [tenantId, keyId, sqlTime(nowMs)]);
}
