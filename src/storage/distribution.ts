/**
 * Where each table is under Citus (decision 0034): rows of a tenant are together on one worker, small tables that every
 * statement may join are on all of them, and what belongs to the server as a whole stays on the coordinator.
 */
import { statement } from './sql.ts';
import type { Database } from './sql.ts';

/** The rows of one tenant are on one worker, found by `tenant_id`. A table stands after those that it refers to. */
export const distributedTables = [
  'users',
  'app_clients',
  'action_configurations',
  'authenticator_configurations',
  'session_signing_keys',
  'value_lists',
  'custom_data_points',
  'published_documents',
  'rules',
  'rule_versions',
  'rule_drafts',
  'authenticators',
  'recovery_codes',
  'helps',
  'devices',
  'sessions',
  'challenges',
  'outbox',
  'event_endpoints',
  'events',
  'deliveries',
  'delivery_attempts',
  'action_log_progress',
  'guess_budgets',
  'guess_tries',
  'sent_messages',
  'actions_by_month',
  'action_keys',
  'reviews',
  'user_marks',
  'departures',
  'departed_users',
  'audit_events',
  'audit_chain',
  'audit_unlinked',
  'audit_heads',
  'audit_anchors',
  'retention_progress',
  'tally_series',
  'tallies',
  'alerts',
  'tenant_counts',
  'tenant_hours',
  'contact_marks',
  'provider_reports',
  'texts',
  'text_counts',
  'operators',
  'memberships',
  'operator_sessions',
  'operator_identities',
  'operator_passwords',
  'used_oidc_flows',
] as const;

/** On every node: small, and read for all tenants. Here a digest may be unique without its tenant. */
export const referenceTables = ['tenants', 'api_keys'] as const;

/** On the coordinator, to which all nodes of Sallyport connect. */
export const localTables = ['heartbeats', 'job_runs', 'sallyport_migrations'] as const;

/** A trigger that a distributed table cannot have, and what it kept roles from, which rights do then. */
interface ReplacedTrigger {
  readonly name: string;
  readonly table: string;
  /** What the role of the servers may not do then; none if a statement of theirs does the work of the trigger. */
  readonly forbids?: string;
}

export const replacedTriggers: readonly ReplacedTrigger[] = [
  { name: 'tenants_stay', table: 'tenants', forbids: 'delete, truncate' },
  { name: 'audit_events_append_only', table: 'audit_events', forbids: 'update, delete, truncate' },
  { name: 'audit_chain_append_only', table: 'audit_chain', forbids: 'update, delete, truncate' },
  // Without it nothing of a chain is removed, whatever a tenant's period is.
  { name: 'audit_anchors_trim', table: 'audit_anchors', forbids: 'insert' },
  { name: 'audit_anchors_append_only', table: 'audit_anchors', forbids: 'update, delete, truncate' },
  // The statement that records an event queues it as well.
  { name: 'audit_events_queue', table: 'audit_events' },
  // Only for what nodes of the release before the months record.
  { name: 'actions_owned', table: 'actions' },
];

/** What columns and indexes of distributed tables are computed by, so that every worker needs it. */
export const distributedFunctions = ['document_hash(text)', 'early_owner(text)', 'without_addresses(json)'] as const;

/** A statement, and the table that it places; none if it may run again. */
interface Step {
  readonly text: string;
  readonly places?: string;
}

function stepsFor(role: string): readonly Step[] {
  const quoted = `"${role.replaceAll('"', '""')}"`;
  const [first, ...others] = distributedTables;
  const place = (table: string, withTable: string): Step => ({
    text: `SELECT create_distributed_table('${table}', 'tenant_id', colocate_with => '${withTable}');`,
    places: table,
  });
  return [
    // Rights before triggers go: at no time may the servers change what was recorded.
    ...replacedTriggers.flatMap(({ table, forbids }) =>
      forbids === undefined ? [] : [{ text: `REVOKE ${forbids.toUpperCase()} ON ${table} FROM ${quoted};` }],
    ),
    ...replacedTriggers.map(({ name, table }) => ({ text: `DROP TRIGGER IF EXISTS ${name} ON ${table};` })),
    ...distributedFunctions.map((name) => ({ text: `SELECT create_distributed_function('${name}');` })),
    ...referenceTables.map((table) => ({ text: `SELECT create_reference_table('${table}');`, places: table })),
    place(first, 'none'),
    ...others.map((table) => place(table, first)),
  ];
}

/** The statements that distribute the tables, where the servers work as `role`. */
export function distributionStatements(role: string): readonly string[] {
  return stepsFor(role).map(({ text }) => text);
}

/** This database cannot be distributed. The message says what to do. */
export class DistributionRefused extends Error {
  override readonly name = 'DistributionRefused';
}

const stateStatement = statement<{ hasCitus: boolean; isStrong: boolean | null }>(
  'distribution_state',
  `select exists (select from pg_extension where extname = 'citus') as has_citus, (
     select r.rolsuper or pg_has_role(r.oid, t.relowner, 'member') from pg_roles r, pg_class t
     where r.rolname = $1 and t.oid = 'audit_events'::regclass
   ) as is_strong`,
);
const placedStatement = statement<{ name: string }>(
  'distribution_placed',
  'select logicalrelid::regclass::text as name from pg_dist_partition',
);

/**
 * Distributes the tables of an up-to-date schema. One statement at a time, so that it can be run again after a crash: it
 * leaves out the tables that are placed already. @throws {DistributionRefused}
 */
export async function distribute(db: Database, role: string): Promise<void> {
  const [state] = await db.query(stateStatement, [role]);
  if (state?.hasCitus !== true) {
    throw new DistributionRefused(
      'This database has no Citus. Install the extension on all of its nodes and run CREATE EXTENSION citus; first, or leave the tables where they are: one PostgreSQL needs no --distribute.',
    );
  }
  if (state.isStrong === null) throw new DistributionRefused(`This database has no role "${role}".`);
  if (state.isStrong) {
    throw new DistributionRefused(
      `The role "${role}" owns the tables or is a superuser, so nothing could keep it from changing the audit log: distributed tables have no triggers. Let servers work as a role of their own, and name that.`,
    );
  }
  const placed = new Set((await db.query(placedStatement, [])).map(({ name }) => name));
  for (const { text, places } of stepsFor(role)) {
    if (places === undefined || !placed.has(places)) await db.script(text);
  }
}
