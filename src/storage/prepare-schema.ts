/** Checks before the first migration that this database can have Sallyport's tables at all. */
import { migrations } from './migrations/index.ts';
import { statement } from './sql.ts';
import type { Sql } from './sql.ts';

/** Records which migrations ran. A name that other programs do not use: `schema_migrations` is common. */
export const migrationsTable = 'sallyport_migrations';
/** Tables of which nothing is ever changed or removed. */
export const appendOnlyTables = ['audit_events', 'audit_chain', 'audit_anchors'] as const;
const earlierTable = 'schema_migrations';

/** Sallyport cannot work in this database. The message says what to do. */
export class DatabaseUnfit extends Error {
  override readonly name = 'DatabaseUnfit';
}

interface State {
  readonly role: string;
  readonly database: string;
  readonly schema: string | null;
  readonly mayCreate: boolean;
  readonly isKnown: boolean;
  readonly isKnownEarlier: boolean;
  /** Tables with the same names as ours, and those of them that the role may not use. */
  readonly tables: readonly string[];
  readonly closed: readonly string[];
  readonly owner: string | null;
}

const stateStatement = statement<State>(
  'migrate_state',
  `with ours as (
     select relname::text as name, pg_get_userbyid(relowner)::text as owner,
       has_table_privilege(oid, 'SELECT') and has_table_privilege(oid, 'INSERT')
         and (has_table_privilege(oid, 'UPDATE') and has_table_privilege(oid, 'DELETE')
           or relname in (${appendOnlyTables.map((name) => `'${name}'`).join(', ')})) as is_open
     from pg_class
     where relnamespace = current_schema()::regnamespace and relkind in ('r', 'p', 'v', 'm', 'f')
       and relname = any($1::text[]) order by relname
   )
   select current_user::text as role, current_database()::text as database, current_schema()::text as schema,
     coalesce(has_schema_privilege(current_schema(), 'CREATE'), false) as may_create,
     exists (
       select from pg_class where relnamespace = current_schema()::regnamespace and relname = '${migrationsTable}'
     ) as is_known,
     (select count(*) = 2 from information_schema.columns
      where table_schema = current_schema() and table_name = '${earlierTable}'
        and (column_name, data_type) in (('version', 'integer'), ('name', 'text')))
       and to_regclass('authenticator_configurations') is not null as is_known_earlier,
     array(select name from ours) as tables, array(select name from ours where not is_open) as closed,
     (select owner from ours limit 1) as owner`,
);

/** Checks that the tables with these names are ours, or that none of them exists yet. @throws {DatabaseUnfit} */
export async function prepareSchema(sql: Sql): Promise<void> {
  const { role, database, schema, mayCreate, isKnown, isKnownEarlier, ...found } = await loadState(sql);
  if (isKnown && found.closed.length > 0) {
    throw new DatabaseUnfit(
      `The tables in the schema "${schema ?? ''}" of the database "${database}" belong to the role "${found.owner ?? ''}", and the role "${role}" may not work with them. Name "${found.owner ?? ''}" in SALLYPORT_MIGRATION_URL or DATABASE_URL, or run as it: GRANT ALL ON ALL TABLES IN SCHEMA "${schema ?? ''}" TO "${role}";`,
    );
  }
  if (isKnown) return;
  if (schema === null) {
    throw new DatabaseUnfit(
      `The database "${database}" has no schema on the search path of the role "${role}". Run: CREATE SCHEMA public AUTHORIZATION "${role}";`,
    );
  }
  if (!mayCreate) {
    throw new DatabaseUnfit(
      `The role "${role}" may not make tables in the schema "${schema}" of the database "${database}". As its owner, run: GRANT CREATE, USAGE ON SCHEMA "${schema}" TO "${role}";`,
    );
  }
  if (isKnownEarlier) {
    await sql.script(`alter table ${earlierTable} rename to ${migrationsTable}`);
    return;
  }
  if (found.tables.length > 0) {
    throw new DatabaseUnfit(
      `In the schema "${schema}" of the database "${database}" there is a table of another program in the way: ${found.tables.join(', ')}. Give Sallyport a database of its own.`,
    );
  }
}

async function loadState(sql: Sql): Promise<State> {
  const [state] = await sql.query(stateStatement, [ourTables()]);
  if (state === undefined) throw new Error('A query without a table gives one row.');
  return state;
}

function ourTables(): readonly string[] {
  return migrations.flatMap((migration) =>
    'steps' in migration
      ? migration.tables
      : [...migration.sql.matchAll(/^create (?:table|view) (\w+)/gm)].map(([, name]) => name ?? ''),
  );
}
