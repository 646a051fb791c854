import { sqlTime, statement } from '../sql.ts';
import type { Sql } from '../sql.ts';

export interface AppClientRow {
  readonly clientId: string;
  readonly name: string;
  readonly accessTokenLifetimeInMinutes: number;
  readonly refreshTokenLifetimeInDays: number;
  /** Claim name -> path of the user attribute that is copied. */
  readonly customClaims: Readonly<Record<string, string>>;
}

const columns = 'client_id, name, access_token_lifetime_in_minutes, refresh_token_lifetime_in_days, custom_claims';

const listStatement = statement<AppClientRow>(
  'list_app_clients',
  `select ${columns} from app_clients where tenant_id = $1 order by name collate "C", client_id`,
);

export async function listAppClients(sql: Sql, tenantId: string): Promise<readonly AppClientRow[]> {
  return sql.query(listStatement, [tenantId]);
}

const loadStatement = statement<AppClientRow>(
  'load_app_client',
  `select ${columns} from app_clients where tenant_id = $1 and client_id = $2`,
);

export async function loadAppClient(sql: Sql, tenantId: string, clientId: string): Promise<AppClientRow | undefined> {
  const [row] = await sql.query(loadStatement, [tenantId, clientId]);
  return row;
}

const holdStatement = statement<AppClientRow>('hold_app_client', `${loadStatement.text} for key share`);

/**
 * Like {@link loadAppClient}, but it cannot be deleted until the transaction ends, so that a session can refer to it.
 */
export async function holdAppClient(sql: Sql, tenantId: string, clientId: string): Promise<AppClientRow | undefined> {
  const [row] = await sql.query(holdStatement, [tenantId, clientId]);
  return row;
}

const recordStatement = statement<never>(
  'record_app_client',
  `insert into app_clients (tenant_id, client_id, name, access_token_lifetime_in_minutes,
     refresh_token_lifetime_in_days, custom_claims, created_at, updated_at)
   values ($1, $2, $3, $4, $5, $6, $7, $7)
   on conflict (tenant_id, client_id) do update set
     name = excluded.name, access_token_lifetime_in_minutes = excluded.access_token_lifetime_in_minutes,
     refresh_token_lifetime_in_days = excluded.refresh_token_lifetime_in_days,
     custom_claims = excluded.custom_claims, updated_at = excluded.updated_at`,
);

/** Stores a new app client, or replaces an existing one. */
export async function recordAppClient(sql: Sql, tenantId: string, row: AppClientRow, nowMs: number): Promise<void> {
  await sql.query(recordStatement, [
    tenantId,
    row.clientId,
    row.name,
    row.accessTokenLifetimeInMinutes,
    row.refreshTokenLifetimeInDays,
    JSON.stringify(row.customClaims),
    sqlTime(nowMs),
  ]);
}

const deleteStatement = statement<never>(
  'delete_app_client',
  'delete from app_clients where tenant_id = $1 and client_id = $2',
);

/** Deletes an app client with all its sessions. */
export async function deleteAppClientRow(sql: Sql, tenantId: string, clientId: string): Promise<void> {
  await sql.query(deleteStatement, [tenantId, clientId]);
}
