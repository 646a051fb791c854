import { migrations } from './migrations/index.ts';
import type { Migration, SteppedMigration } from './migrations/index.ts';
import { DatabaseUnfit, migrationsTable, prepareSchema } from './prepare-schema.ts';
import { isLockFailure, statement } from './sql.ts';
import type { Database, Sql } from './sql.ts';

// Any constant works, as long as it is the same in every version of the program ("sally" in ASCII).
const advisoryLock = 0x73616c6c79;

const tryLock = statement<{ isLocked: boolean }>(
  'migrate_try_lock',
  `select pg_try_advisory_xact_lock(${advisoryLock}) as is_locked`,
);
const pause = statement<never>('migrate_pause', 'select from pg_sleep(0.1)');

/**
 * Runs `work` in a transaction as the only runner. Others ask again and again: one that waited inside a transaction would
 * hold a snapshot, and building an index waits until every older snapshot is gone.
 */
export async function alone<Result>(db: Database, work: (sql: Sql) => Promise<Result>): Promise<Result> {
  for (;;) {
    const done = await db.transaction(async (sql) => {
      const [row] = await sql.query(tryLock, []);
      return row?.isLocked === true ? { result: await work(sql) } : undefined;
    });
    if (done !== undefined) return done.result;
    await db.query(pause, []);
  }
}

const tableExists = statement<{ found: boolean }>(
  'migrate_table_exists',
  // Read from the catalogue: to_regclass may still have cached, from before the wait for the lock, that there was none.
  `select exists (
     select from pg_class where relnamespace = current_schema()::regnamespace and relname = '${migrationsTable}'
   ) as found`,
);
const loadVersions = statement<{ version: number; epoch: number }>(
  'migrate_versions',
  // As JSON, because the table has the column only once there is a second epoch.
  `select version, coalesce((to_jsonb(m) ->> 'epoch')::int, 1) as epoch from ${migrationsTable} m`,
);

/**
 * Brings the schema up to date. One runner at a time, under an advisory lock. A migration is one transaction with
 * the row that records it, so a crash leaves it either done or not done; or it has steps that the next start completes.
 * Returns the names of the migrations that ran. @throws {DatabaseUnfit}
 */
export async function migrate(db: Database, list: readonly Migration[] = migrations): Promise<readonly string[]> {
  await alone(db, prepareSchema);
  const { pending, fault } = await loadSchemaState(db, list);
  if (fault !== undefined) throw new DatabaseUnfit(fault);
  if (pending.length > 0) await requireOwner(db);
  const ran: string[] = [];
  for (const migration of list) {
    const done =
      'steps' in migration
        ? await runSteps(db, migration)
        : await alone(db, async (sql) => {
            if (!(await isDue(sql, migration))) return false;
            await sql.script(migration.sql);
            await migration.fill?.(sql);
            await record(sql, migration);
            return true;
          });
    if (done) ran.push(`${migration.version}-${migration.name}`);
  }
  return ran;
}

const ownerStatement = statement<{ owner: string }>(
  'migrate_other_owner',
  `select pg_get_userbyid(relowner)::text as owner from pg_class
   where relnamespace = current_schema()::regnamespace and relname = '${migrationsTable}'
     and not pg_has_role(relowner, 'USAGE')`,
);

async function requireOwner(sql: Sql): Promise<void> {
  const [other] = await sql.query(ownerStatement, []);
  if (other === undefined) return;
  throw new DatabaseUnfit(
    `The schema is not up to date, and only the role "${other.owner}", which owns its tables, may change it. Set SALLYPORT_MIGRATION_URL to a URL of that role and run "sallyport migrate".`,
  );
}

async function isDue(sql: Sql, { version }: Migration): Promise<boolean> {
  return !(await loadApplied(sql)).some((applied) => applied.version === version);
}

/** In one script: a migration that is recorded without its epoch would keep no release from starting. */
async function record(sql: Sql, { version, name, epoch }: Migration): Promise<void> {
  await sql.script(
    `create table if not exists ${migrationsTable} (version integer primary key, name text not null);
     insert into ${migrationsTable} values (${version}, '${name}') on conflict do nothing;
     ${
       epoch === undefined
         ? ''
         : `alter table ${migrationsTable} add column if not exists epoch integer not null default 1;
     update ${migrationsTable} set epoch = ${epoch} where version = ${version};`
     }`,
  );
}

async function runSteps(db: Database, migration: SteppedMigration): Promise<boolean> {
  if (!(await isDue(db, migration))) return false;
  // No other process has an embedded database, and its one connection could not hold a lock beside the steps.
  if (db.kind === 'embedded') {
    for (const step of migration.steps) await step(db);
    await record(db, migration);
    return true;
  }
  return alone(db, async (sql) => {
    if (!(await isDue(sql, migration))) return false;
    // Holds the lock while other connections do the steps. As a script, because the last query keeps its snapshot until
    // something else is sent, and building an index would wait for that.
    await sql.script('set local idle_in_transaction_session_timeout = 0');
    for (const step of migration.steps) await untilLocked(step, db);
    await record(sql, migration);
    return true;
  });
}

// With what a session waits for a lock, from 200 ms to two seconds, five minutes to half an hour.
const lockTriesMax = 1_000;

async function untilLocked(step: SteppedMigration['steps'][number], db: Database): Promise<void> {
  for (let triesLeft = lockTriesMax; ; triesLeft -= 1) {
    try {
      return await step(db);
    } catch (error) {
      if (!isLockFailure(error) || triesLeft === 0) throw error;
      // Calls that queued behind this one go on.
      await db.query(pause, []);
    }
  }
}

/** How the database's schema compares with the program's. */
export interface SchemaState {
  /** Migrations that the program has and the database has not applied yet. */
  readonly pending: readonly Migration[];
  /** Why this program may not work with the schema, in words; undefined if it may. */
  readonly fault: string | undefined;
}

export async function loadSchemaState(sql: Sql, list: readonly Migration[] = migrations): Promise<SchemaState> {
  const applied = await loadApplied(sql);
  const epoch = latestEpoch(applied);
  const known = latestEpoch(list);
  return {
    pending: list.filter(({ version }) => !applied.some((one) => one.version === version)),
    // Within an epoch every release works with the schema of every other, and with that of the next epoch too.
    fault:
      epoch <= known + 1
        ? undefined
        : `The database's schema is of a release that is too new for this one: its epoch is ${epoch}, and this release works with epochs up to ${known + 1}. Start the release that migrated it, or a later one.`,
  };
}

/** Migrations that the program has and the database has not applied yet. */
export async function pendingMigrations(sql: Sql): Promise<readonly Migration[]> {
  return (await loadSchemaState(sql)).pending;
}

function latestEpoch(some: readonly { readonly epoch?: number }[]): number {
  return Math.max(1, ...some.map(({ epoch }) => epoch ?? 1));
}

async function loadApplied(sql: Sql) {
  const [table] = await sql.query(tableExists, []);
  return table?.found === true ? sql.query(loadVersions, []) : [];
}
