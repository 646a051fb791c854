import { sqlTime, statement } from '../sql.ts';
import type { Sql } from '../sql.ts';

export interface TenantRow {
  readonly tenant_id: string;
  readonly name: string;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly root_key_sealed: Buffer;
  readonly config_version: number;
  readonly created_at: number;
}

const versionsStatement = statement<{ tenant_id: string; config_version: number }>(
  'load_config_versions',
  'select tenant_id, config_version from tenants',
);

/** The version of each tenant's configuration; what nodes compare with what they hold in memory. */
export async function loadConfigVersions(sql: Sql) {
  return sql.query(versionsStatement, []);
}

const loadStatement = statement<TenantRow>(
  'load_tenant',
  `select tenant_id, name, settings, root_key_sealed, config_version, created_at from tenants where tenant_id = $1`,
);

export async function loadTenant(sql: Sql, tenantId: string): Promise<TenantRow | undefined> {
  const [row] = await sql.query(loadStatement, [tenantId]);
  return row;
}

const listStatement = statement<TenantRow>(
  'list_tenants',
  `select tenant_id, name, settings, root_key_sealed, config_version, created_at from tenants order by created_at, tenant_id`,
);

export async function listTenants(sql: Sql): Promise<readonly TenantRow[]> {
  return sql.query(listStatement, []);
}

const createStatement = statement<never>(
  'create_tenant',
  `insert into tenants (tenant_id, name, root_key_sealed, config_version, created_at)
   values ($1, $2, $3, nextval('config_versions'), $4)`,
);

export async function createTenantRow(
  sql: Sql,
  tenant: { tenantId: string; name: string; rootKeySealed: Buffer; nowMs: number },
): Promise<void> {
  await sql.query(createStatement, [tenant.tenantId, tenant.name, tenant.rootKeySealed, sqlTime(tenant.nowMs)]);
}

/** The channel on which nodes hear that a tenant's configuration has changed. */
export const configChannel = 'sallyport_config';

const publishStatement = statement<never>(
  'publish_config',
  `with published as (
     update tenants set config_version = nextval('config_versions') where tenant_id = $1 returning tenant_id
   )
   select pg_notify('${configChannel}', tenant_id::text) from published`,
);

/** Marks the tenant's configuration as changed and tells all nodes when the transaction commits. */
export async function publishConfig(sql: Sql, tenantId: string): Promise<void> {
  await sql.query(publishStatement, [tenantId]);
}

const lockFirstTenant = statement<{ locked: string }>(
  'lock_first_tenant',
  'select pg_advisory_xact_lock($1)::text as locked',
);

/** Lets one node at a time look whether the first tenant has to be made. */
export async function lockTenantCreation(sql: Sql): Promise<void> {
  // Any constant that nothing else uses.
  await sql.query(lockFirstTenant, [0x74656e61]);
}

const nowStatement = statement<{ now: number }>('database_now', 'select clock_timestamp() as now');

/** The database's time, which all nodes agree on. */
export async function loadDatabaseNow(sql: Sql): Promise<number> {
  const [row] = await sql.query(nowStatement, []);
  if (row === undefined) throw new Error('The database always tells its time.');
  return row.now;
}
