import { statement } from '../sql.ts';
import type { Sql } from '../sql.ts';

/** What an operator sets on the tenant itself. Each of the objects holds only what was set. */
export interface TenantSettingsRow {
  readonly name: string;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly theme: Readonly<Record<string, unknown>>;
  readonly message_overrides: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

const loadStatement = statement<TenantSettingsRow>(
  'load_tenant_settings',
  'select name, settings, theme, message_overrides from tenants where tenant_id = $1',
);

/** @throws if there is no such tenant: whoever asks holds one of its keys. */
export async function loadTenantSettings(sql: Sql, tenantId: string): Promise<TenantSettingsRow> {
  const [row] = await sql.query(loadStatement, [tenantId]);
  if (row === undefined) throw new Error('The tenant of a key is gone.');
  return row;
}

const recordStatement = statement<never>(
  'record_tenant_settings',
  'update tenants set name = $2, settings = $3, theme = $4, message_overrides = $5 where tenant_id = $1',
);

export async function recordTenantSettings(sql: Sql, tenantId: string, row: TenantSettingsRow): Promise<void> {
  await sql.query(recordStatement, [
    tenantId,
    row.name,
    JSON.stringify(row.settings),
    JSON.stringify(row.theme),
    JSON.stringify(row.message_overrides),
  ]);
}
