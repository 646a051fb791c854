/**
 * The database as the owner of its tables. Only the owner may change the schema and make tables of months; the role that
 * serves calls needs to own nothing, and then the database itself keeps the audit log from it (A67).
 */
import type { Runtime } from '../runtime/runtime.ts';
import { alone, migrate } from './migrate.ts';
import { openPostgresDatabase } from './postgres-database.ts';
import { appendOnlyTables, migrationsTable } from './prepare-schema.ts';
import { statement } from './sql.ts';
import type { Database } from './sql.ts';

export interface OwnerOptions {
  /** As the owner; undefined if the role that serves calls is the owner. */
  readonly migrationUrls: readonly string[] | undefined;
  /** Without a pooler that swaps sessions, with which an index cannot be built. */
  readonly listenUrls: readonly string[] | undefined;
  readonly isPooled: boolean;
}

/** Opens the database as its owner: `db` itself, unless the options name another role or way. */
export function openOwner(
  options: OwnerOptions,
  db: Database,
  runtime: Runtime,
  onError: (error: Error) => void,
): Database {
  const urls = options.migrationUrls ?? (options.isPooled ? options.listenUrls : undefined);
  if (urls === undefined) return db;
  return openPostgresDatabase({
    url: urls,
    // A migration in steps holds its lock on one, and does the steps on another.
    poolSize: 2,
    random: () => runtime.random.bytes(4).readUInt32BE() / 0x1_0000_0000,
    onError,
  });
}

const roleStatement = statement<{ role: string }>('role_that_serves', 'select current_user::text as role');

const grantStatement = statement<{ text: string | null }>(
  'grants_for_role',
  `select case when $1 <> current_user then format(
     'grant usage on schema %1$I to %2$I;
      grant select, insert, update, delete on all tables in schema %1$I to %2$I;
      grant usage, select on all sequences in schema %1$I to %2$I;
      revoke update, delete, truncate on ${appendOnlyTables.join(', ')} from %2$I;
      revoke insert, update, delete on ${migrationsTable} from %2$I;',
     current_schema(), $1::text) end as text`,
);

/**
 * Brings the schema up to date as its owner, and gives the role of `db` what it needs to serve calls: all rows of all
 * tables, but of the audit log only reading and adding. Returns the names of the migrations that ran.
 * @throws {DatabaseUnfit}
 */
export async function migrateAsOwner(owner: Database, db: Database): Promise<readonly string[]> {
  const ran = await migrate(owner);
  if (owner === db) return ran;
  const [serving] = await db.query(roleStatement, []);
  const [grants] = await owner.query(grantStatement, [serving?.role ?? '']);
  const text = grants?.text ?? null;
  // One at a time: the server refuses two that grant on one table at once.
  if (text !== null) await alone(owner, (sql) => sql.script(text));
  return ran;
}
