import { readFile } from 'node:fs/promises';
import { inject } from 'vitest';
import { openEmbeddedDatabase } from '../storage/pglite-database.ts';
import { DatabaseUnavailable, statement } from '../storage/sql.ts';
import type { Database, Sql } from '../storage/sql.ts';

/** A database that was opened once and is lent to one test app after another. */
interface Lendable {
  readonly db: Database;
  /** The schema as it was when the database was opened. */
  readonly schema: string;
  /** The current listeners by channel. The database itself never drops a listener, nor the app behind it. */
  readonly listeners: Map<string, ((payload: string) => void)[]>;
}

// Opening one takes a second, emptying one a few hundredths.
const idle: Lendable[] = [];

/**
 * Lends an empty, migrated embedded database. Its `close` empties it for the next test of this process. If its schema has
 * changed, or it cannot be emptied, it is closed instead.
 */
export async function lendEmbeddedDatabase(): Promise<Database> {
  const lent = idle.pop() ?? (await openCopy());
  const { db } = lent;
  let closing: Promise<void> | undefined;
  const whileLent = <Result>(work: () => Promise<Result>): Promise<Result> =>
    closing === undefined ? work() : Promise.reject(new DatabaseUnavailable('The embedded database is closed.'));
  return {
    kind: db.kind,
    query: (sqlStatement, values, party) => whileLent(() => db.query(sqlStatement, values, party)),
    script: (text) => whileLent(() => db.script(text)),
    transaction: (work, party) => whileLent(() => db.transaction(work, party)),
    listen: (channel, onPayload) => whileLent(() => listen(lent, channel, onPayload)),
    poolStatus: () => db.poolStatus(),
    beat: (sqlStatement, values) => whileLent(() => db.beat(sqlStatement, values)),
    wrongSettings: () => whileLent(() => db.wrongSettings()),
    close: () => (closing ??= takeBack(lent)),
  };
}

/** What to open an embedded database with that has nothing in it but the schema, in a fraction of the time of an empty one. */
export async function embeddedTemplate(): Promise<Blob> {
  return new Blob([await readFile(inject('embeddedTemplate'))]);
}

async function openCopy(): Promise<Lendable> {
  const db = await openEmbeddedDatabase({ dataDir: undefined, loadDataDir: await embeddedTemplate(), fsync: false });
  return { db, schema: await describeSchema(db), listeners: new Map() };
}

async function listen({ db, listeners }: Lendable, channel: string, onPayload: (payload: string) => void) {
  const known = listeners.get(channel);
  listeners.set(channel, [...(known ?? []), onPayload]);
  if (known !== undefined) return;
  await db.listen(channel, (payload) => {
    for (const listener of listeners.get(channel) ?? []) listener(payload);
  });
}

async function takeBack(lent: Lendable): Promise<void> {
  for (const channel of lent.listeners.keys()) lent.listeners.set(channel, []);
  try {
    await empty(lent.db);
    if ((await describeSchema(lent.db)) !== lent.schema) throw new Error('A test has changed the schema.');
    idle.push(lent);
  } catch {
    await lent.db.close();
  }
}

/** Rows, sequences and settings as in a new database. */
async function empty(db: Database): Promise<void> {
  await db.transaction((sql) => sql.script(emptyScript));
}

// The replica role fires no triggers; they would keep append-only tables from being emptied.
const emptyScript = `
  reset all;
  select pg_advisory_unlock_all();
  set local session_replication_role = replica;
  do $$
  begin
    execute (select 'truncate ' || string_agg(oid::regclass::text, ', ') from pg_class
      where relnamespace = 'public'::regnamespace and relkind = 'r' and relname <> 'sallyport_migrations');
    perform setval(seqrelid, seqstart, false) from pg_sequence;
  end $$;`;

const schemaStatement = statement<{ description: string }>(
  'testkit_schema',
  `select concat_ws(e'\\n',
     (select string_agg(concat_ws(' ', attrelid::regclass, attname, atttypid::regtype, attnotnull, atthasdef), e'\\n'
        order by attrelid, attnum)
      from pg_attribute join pg_class c on c.oid = attrelid
      where relnamespace = 'public'::regnamespace and not attisdropped),
     (select string_agg(concat_ws(' ', conrelid::regclass, conname, contype, convalidated), e'\\n' order by oid)
      from pg_constraint where connamespace = 'public'::regnamespace),
     (select string_agg(concat_ws(' ', tgrelid::regclass, tgname, tgenabled), e'\\n' order by oid) from pg_trigger),
     (select string_agg(md5(prosrc), e'\\n' order by oid) from pg_proc where pronamespace = 'public'::regnamespace),
     (select string_agg(version::text, ' ' order by version) from sallyport_migrations)) as description`,
);

async function describeSchema(sql: Sql): Promise<string> {
  const [row] = await sql.query(schemaStatement, []);
  return row?.description ?? '';
}
