import { sqlTime, statement } from '../sql.ts';
import type { Sql } from '../sql.ts';

/**
 * The tenant of the portal, in which operators are users. It has no API key, so that nobody but the portal tracks actions in
 * it. Every rule about tenants holds for it too.
 */
export const portalTenantId = '00000000-0000-7000-8000-000000000000';

export interface TenantRow {
  readonly tenantId: string;
  readonly name: string;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly rootKeySealed: Buffer;
  readonly configVersion: number;
  readonly earlierNodesUntil: number | null;
  readonly createdAt: number;
}

const versionsStatement = statement<{ tenantId: string; configVersion: number }>(
  'load_config_versions',
  'select tenant_id, config_version from tenants',
);

/** The version of each tenant's configuration, which nodes compare with the one in memory. */
export async function loadConfigVersions(sql: Sql) {
  return sql.query(versionsStatement, []);
}

const loadStatement = statement<TenantRow>(
  'load_tenant',
  `select tenant_id, name, settings, root_key_sealed, config_version, created_at, earlier_nodes_until from tenants where tenant_id = $1`,
);

export async function loadTenant(sql: Sql, tenantId: string): Promise<TenantRow | undefined> {
  const [row] = await sql.query(loadStatement, [tenantId]);
  return row;
}

const listStatement = statement<TenantRow>(
  'list_tenants',
  `select tenant_id, name, settings, root_key_sealed, config_version, created_at, earlier_nodes_until from tenants order by created_at, tenant_id`,
);

/** Every tenant, with that of the portal. */
export async function listEveryTenant(sql: Sql): Promise<readonly TenantRow[]> {
  return sql.query(listStatement, []);
}

/** The tenants that people run. */
export async function listTenants(sql: Sql): Promise<readonly TenantRow[]> {
  return (await listEveryTenant(sql)).filter(({ tenantId }) => tenantId !== portalTenantId);
}

const firstStatement = statement<{ tenantId: string }>(
  'load_first_tenant',
  'select tenant_id from tenants where tenant_id <> $1 order by created_at, tenant_id limit 1',
);

/** The tenant that was made first. */
export async function loadFirstTenantId(sql: Sql): Promise<string | undefined> {
  const [row] = await sql.query(firstStatement, [portalTenantId]);
  return row?.tenantId;
}

const serverStatement = statement<{ version: string }>(
  'load_server_version',
  `select current_setting('server_version') as version`,
);

/** The version of the database server. */
export async function loadServerVersion(sql: Sql): Promise<string> {
  const [row] = await sql.query(serverStatement, []);
  return row?.version ?? '';
}

// A statement of its own, and so is every other function that does not answer the same twice: a statement that writes
// may run on another server than the sequence, the listeners and the locks (decision 0034).
const nextVersionStatement = statement<{ version: number }>(
  'next_config_version',
  `select nextval('config_versions') as version`,
);

async function nextVersion(sql: Sql): Promise<number> {
  const [row] = await sql.query(nextVersionStatement, []);
  if (row === undefined) throw new Error('A sequence always has a next value.');
  return row.version;
}

const createStatement = statement<never>(
  'create_tenant',
  // Nodes of the release before may serve it for as long as the other tenants.
  `insert into tenants (tenant_id, name, root_key_sealed, config_version, created_at, earlier_nodes_until)
   select $1::uuid, $2::text, $3::bytea, $5::bigint, $4::timestamptz, max(earlier_nodes_until) from tenants`,
);

export async function createTenantRow(
  sql: Sql,
  tenant: { tenantId: string; name: string; rootKeySealed: Buffer; nowMs: number },
): Promise<void> {
  const { tenantId, name, rootKeySealed, nowMs } = tenant;
  await sql.query(createStatement, [tenantId, name, rootKeySealed, sqlTime(nowMs), await nextVersion(sql)]);
}

/** The channel that notifies nodes of a changed tenant configuration. */
export const configChannel = 'sallyport_config';

const lockStatement = statement<{ tenantId: string }>(
  'lock_tenant_configuration',
  'select tenant_id from tenants where tenant_id = $1 for no key update',
);

/**
 * Lets only one change of a tenant's configuration happen at a time, so that each is published with all changes before
 * it.
 */
export async function lockTenantConfiguration(sql: Sql, tenantId: string): Promise<void> {
  await sql.query(lockStatement, [tenantId]);
}

const publishStatement = statement<never>(
  'publish_config',
  'update tenants set config_version = $2 where tenant_id = $1',
);
const notifyStatement = statement<never>('notify_config', `select pg_notify('${configChannel}', $1)`);

/** Marks the tenant's configuration as changed and notifies all nodes when the transaction commits. */
export async function publishConfig(sql: Sql, tenantId: string): Promise<void> {
  // Held before the version is taken: of two changes at once the one that commits last has the higher.
  await lockTenantConfiguration(sql, tenantId);
  await sql.query(publishStatement, [tenantId, await nextVersion(sql)]);
  await sql.query(notifyStatement, [tenantId]);
}

const lockFirstTenant = statement<{ locked: string }>(
  'lock_first_tenant',
  'select pg_advisory_xact_lock($1)::text as locked',
);

/** Lets only one node at a time check whether the first tenant must be created. */
export async function lockTenantCreation(sql: Sql): Promise<void> {
  // Any constant that no other lock uses.
  await sql.query(lockFirstTenant, [0x74656e61]);
}

const nowStatement = statement<{ now: number }>('database_now', 'select clock_timestamp() as now');

/** The database's time, which all nodes share. */
export async function loadDatabaseNow(sql: Sql): Promise<number> {
  const [row] = await sql.query(nowStatement, []);
  if (row === undefined) throw new Error('The database always tells its time.');
  return row.now;
}
