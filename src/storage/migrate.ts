import { migrations } from './migrations/index.ts';
import type { Migration } from './migrations/index.ts';
import { migrationsTable, prepareSchema } from './prepare-schema.ts';
import { statement } from './sql.ts';
import type { Database, Sql } from './sql.ts';

// Any constant will do: it only has to be the same in every version of the program ("sally" in ASCII).
const advisoryLock = 0x73616c6c79;

// Waits for as long as the other runner takes: with the usual time-outs every node but one would fail to start.
const takeLock = `do $lock$ declare timeout text := current_setting('lock_timeout'); begin
    perform set_config('lock_timeout', '0', true);
    perform pg_advisory_xact_lock(${advisoryLock});
    perform set_config('lock_timeout', timeout, true);
  end $lock$`;
const tableExists = statement<{ found: boolean }>(
  'migrate_table_exists',
  // Looked up in the catalogue: to_regclass may still remember that there was none before the lock was waited for.
  `select exists (
     select from pg_class where relnamespace = current_schema()::regnamespace and relname = '${migrationsTable}'
   ) as found`,
);
const loadVersions = statement<{ version: number }>('migrate_versions', `select version from ${migrationsTable}`);

/**
 * Brings the schema up to date. One runner at a time, under an advisory lock; each migration is one transaction with the
 * row that records it, so that a crash leaves it done or not done. Returns the names of those it ran.
 * @throws {DatabaseUnfit}
 */
export async function migrate(db: Database, list: readonly Migration[] = migrations): Promise<readonly string[]> {
  await db.transaction(async (sql) => {
    await sql.script(takeLock);
    await prepareSchema(sql);
  });
  const ran: string[] = [];
  for (const migration of list) {
    const done = await db.transaction(async (sql) => {
      await sql.script(takeLock);
      const versions = await appliedVersions(sql);
      if (versions.has(migration.version)) return false;
      await sql.script(migration.sql);
      await migration.fill?.(sql);
      await sql.script(
        `create table if not exists ${migrationsTable} (version integer primary key, name text not null);
         insert into ${migrationsTable} values (${migration.version}, '${migration.name}');`,
      );
      return true;
    });
    if (done) ran.push(`${migration.version}-${migration.name}`);
  }
  return ran;
}

/** Versions that the program knows and the database does not have yet. */
export async function pendingMigrations(sql: Sql): Promise<readonly Migration[]> {
  const versions = await appliedVersions(sql);
  return migrations.filter(({ version }) => !versions.has(version));
}

async function appliedVersions(sql: Sql): Promise<ReadonlySet<number>> {
  const [table] = await sql.query(tableExists, []);
  if (table?.found !== true) return new Set();
  const rows = await sql.query(loadVersions, []);
  return new Set(rows.map((row) => row.version));
}
