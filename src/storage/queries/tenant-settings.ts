import { statement } from '../sql.ts';
import type { Sql } from '../sql.ts';

/** What an operator sets on the tenant itself. Each of the objects contains only what was set. */
export interface TenantSettingsRow {
  readonly name: string;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly theme: Readonly<Record<string, unknown>>;
  readonly messageOverrides: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

const loadStatement = statement<TenantSettingsRow>(
  'load_tenant_settings',
  'select name, settings, theme, message_overrides from tenants where tenant_id = $1',
);

/** @throws if there is no such tenant: the caller has one of its keys. */
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
    JSON.stringify(row.messageOverrides),
  ]);
}

/** How long a tenant keeps what, in days. A member that is null or absent removes nothing. */
export interface Retention {
  readonly actionsInDays?: number | null;
  readonly messagesInDays?: number | null;
  readonly addressesInDays?: number | null;
  readonly auditEntriesInDays?: number | null;
  readonly eventsInDays?: number | null;
}

const retentionsStatement = statement<{ readonly tenantId: string; readonly retention: Retention }>(
  'list_retentions',
  `select tenant_id, settings -> 'retention' as retention from tenants where settings ? 'retention' order by tenant_id`,
);

/** The tenants that keep something only for a period of `of`, with the time from which on they keep it. */
export async function listKeptFrom(
  sql: Sql,
  of: keyof Retention,
  nowMs: number,
): Promise<readonly { readonly tenantId: string; readonly keptFromMs: number }[]> {
  const rows = await sql.query(retentionsStatement, []);
  return rows.flatMap(({ tenantId, retention }) => {
    const days = retention[of];
    return typeof days === 'number' ? [{ tenantId, keptFromMs: nowMs - days * dayMs }] : [];
  });
}

const dayMs = 24 * 60 * 60 * 1000;
