/** What a database goes through between two losses of power, and what it must have after one. */
import { isDeepStrictEqual } from 'node:util';
import { virtualRuntime } from '../../src/runtime/virtual-runtime.ts';
import { statement } from '../../src/storage/sql.ts';
import type { Database, Sql } from '../../src/storage/sql.ts';

/** What is stored, by name; null for what is gone. */
type Values = Readonly<Record<string, string | null>>;

interface Write {
  readonly values: Values;
  /** How many changes the disk had seen when it began, and when it was acknowledged. */
  readonly begunAt: number;
  acknowledgedAt: number;
}

/** What was written when, and so what must be found. */
export class Journal {
  private readonly writes: Write[] = [];
  private readonly changes: { readonly length: number };
  private readonly stored: ReadonlyMap<string, string>;

  /** `stored` is there before the first change. */
  constructor(changes: { readonly length: number }, stored: ReadonlyMap<string, string> = new Map()) {
    this.changes = changes;
    this.stored = stored;
  }

  /** Does what makes these values, all of them or none. */
  async write(values: Values, work: () => Promise<unknown>): Promise<void> {
    const write: Write = { values, begunAt: this.changes.length, acknowledgedAt: Infinity };
    this.writes.push(write);
    await work();
    write.acknowledgedAt = this.changes.length;
  }

  hasAcknowledged(point: number): boolean {
    return this.stored.size > 0 || this.writes.some(({ acknowledgedAt }) => acknowledgedAt <= point);
  }

  /** Throws unless exactly what was acknowledged by this point is found, and other writes wholly or not at all. */
  require(point: number, found: ReadonlyMap<string, string>): void {
    const expected = new Map(this.stored);
    for (const { values, begunAt, acknowledgedAt } of this.writes) {
      const names = Object.keys(values);
      const isDone =
        acknowledgedAt <= point ||
        (begunAt < point && names.every((name) => (found.get(name) ?? null) === values[name]));
      if (!isDone) continue;
      for (const name of names) {
        const value = values[name] ?? null;
        if (value === null) expected.delete(name);
        else expected.set(name, value);
      }
    }
    for (const name of new Set([...expected.keys(), ...found.keys()])) {
      if (expected.get(name) === found.get(name)) continue;
      throw new Error(`${name} is ${brief(found.get(name))} and should be ${brief(expected.get(name))}`);
    }
  }
}

function brief(value: string | undefined): string {
  return value === undefined ? 'not there' : `${value.slice(0, 20)} (${value.length})`;
}

const tables = ['entry', 'later'] as const;
type Table = (typeof tables)[number];

const party = { tenantId: 'tenant', isVerification: false };
const puts = {
  entry: statement('power_loss_put_entry', putInto('entry'), 'writes'),
  later: statement('power_loss_put_later', putInto('later'), 'writes'),
};
const reads = {
  entry: { byIndex: readOf('entry', 'tenant', 'name'), byTable: readOf('entry', `tenant || ''`, `name || ''`) },
  later: { byIndex: readOf('later', 'tenant', 'name'), byTable: readOf('later', `tenant || ''`, `name || ''`) },
};
const removeEntries = statement('power_loss_remove', 'delete from entry where name like $1');
const switchSegment = statement('power_loss_switch', 'select pg_switch_wal()::text as position');
const exists = statement<{ found: boolean }>('power_loss_exists', 'select to_regclass($1) is not null as found');
const ownTables = statement<{ name: string }>(
  'power_loss_tables',
  `select relname as name from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r'`,
);

function putInto(table: Table): string {
  return `insert into ${table} (tenant, name, value) values ($1, $2, $3)
    on conflict (tenant, name) do update set value = excluded.value`;
}

/** With columns as they are, the primary key is used; with expressions, it cannot be. */
function readOf(table: Table, tenant: string, name: string) {
  return statement<{ name: string; value: string }>(
    `power_loss_read_${table}_${tenant === 'tenant' ? 'by_index' : 'by_table'}`,
    `select name, value from ${table} where ${tenant} = $1 order by ${name}`,
  );
}

function create(table: Table): string {
  return `create table ${table} (tenant text, name text, value text, primary key (tenant, name))`;
}

/** Text that cannot be compressed; some of it is stored outside the table. */
function textOf(name: string, version: number): string {
  const { bytes } = virtualRuntime(`${name} ${version}`).random;
  const [size = 0] = bytes(1);
  return `${version}:${bytes(size < 16 ? 3_000 : 40 + size).toString('base64')}`;
}

/** Writes of every kind that the program makes, and what a database does beside them. */
export async function workOn(db: Database, journal: Journal): Promise<void> {
  await journal.write({ 'table entry': 'there' }, () => db.script(create('entry')));
  for (let number = 0; number < 25; number += 1) await put(db, journal, 'entry', `single-${number}`, 1);
  await putTogether(db, journal, 'entry', 'group', 1);
  for (let number = 0; number < 4; number += 1) await putInTransaction(db, journal, `pair-${number}`);
  await db.script('checkpoint');
  for (let number = 0; number < 25; number += 2) await put(db, journal, 'entry', `single-${number}`, 2);
  await rollBack(db);

  await db.query(switchSegment, []);
  await putTogether(db, journal, 'entry', 'group', 2);
  await journal.write({ 'table later': 'there', 'later first': textOf('first', 1) }, () =>
    db.transaction(async (sql) => {
      await sql.script(create('later'));
      await sql.query(puts.later, ['tenant', 'first', textOf('first', 1)]);
    }),
  );
  for (let number = 0; number < 10; number += 1) await put(db, journal, 'later', `late-${number}`, 1);
  await db.script('create index on later (value) where length(value) < 1000');

  // Recycles segments of the log and removes others.
  for (let segment = 0; segment < 5; segment += 1) {
    await db.query(switchSegment, []);
    await put(db, journal, 'entry', `segment-${segment}`, 1);
    if (segment % 2 === 0) await db.script('checkpoint');
  }
  await putTogether(db, journal, 'later', 'bulk', 1);
  await putTogether(db, journal, 'entry', 'bulk', 1);
  await journal.write(gone('entry', 'bulk'), () => db.query(removeEntries, ['bulk-%']));
  // Cuts off the empty end of the table.
  await db.script('vacuum entry');
  await db.script('checkpoint');
  await put(db, journal, 'later', 'late-3', 2);
  // Both write the table to a new file.
  await db.script('cluster entry using entry_pkey');
  await put(db, journal, 'entry', 'single-1', 3);
  const all = { ...gone('later', 'bulk'), ...goneByNumber('late', 10), 'later first': null };
  await journal.write(all, () => db.script('truncate later'));
  await put(db, journal, 'later', 'late-4', 3);
  await db.script('checkpoint');
  await journal.write({ 'table later': null, 'later late-4': null }, () => db.script('drop table later'));
  for (let number = 0; number < 10; number += 1) await put(db, journal, 'entry', `end-${number}`, 1);
}

const togetherMax = 96;

function gone(table: Table, prefix: string): Values {
  return Object.fromEntries(Array.from({ length: togetherMax }, (_, number) => [`${table} ${prefix}-${number}`, null]));
}

function goneByNumber(prefix: string, count: number): Values {
  return Object.fromEntries(Array.from({ length: count }, (_, number) => [`later ${prefix}-${number}`, null]));
}

/** One more write, such as after a recovery. */
export function put(db: Database, journal: Journal, table: Table, name: string, version: number): Promise<void> {
  const value = textOf(name, version);
  return journal.write({ [`${table} ${name}`]: value }, () => db.query(puts[table], ['tenant', name, value], party));
}

/** As from many callers at once: they share transactions. */
async function putTogether(db: Database, journal: Journal, table: Table, prefix: string, version: number) {
  const names = Array.from({ length: togetherMax }, (_, number) => `${prefix}-${number}`);
  await Promise.all(names.map((name) => put(db, journal, table, name, version)));
}

async function putInTransaction(db: Database, journal: Journal, prefix: string): Promise<void> {
  const names = [`${prefix}-left`, `${prefix}-right`];
  const values = Object.fromEntries(names.map((name) => [`entry ${name}`, textOf(name, 1)]));
  await journal.write(values, () =>
    db.transaction(async (sql) => {
      for (const name of names) await sql.query(puts.entry, ['tenant', name, textOf(name, 1)]);
    }),
  );
}

async function rollBack(db: Database): Promise<void> {
  const stop = new Error('The work is given up.');
  const work = db.transaction(async (sql) => {
    for (let number = 0; number < 20; number += 1) await sql.query(puts.entry, ['tenant', `never-${number}`, 'x']);
    throw stop;
  });
  await work.catch((error: unknown) => {
    if (error !== stop) throw error;
  });
}

/** Everything that {@link workOn} stored and that can be read, by index and without. */
export async function readWork(sql: Sql): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for (const table of tables) {
    if ((await sql.query(exists, [table]))[0]?.found !== true) continue;
    found.set(`table ${table}`, 'there');
    const byIndex = await sql.query(reads[table].byIndex, ['tenant']);
    const byTable = await sql.query(reads[table].byTable, ['tenant']);
    if (!isDeepStrictEqual(byIndex, byTable)) throw new Error(`The index of ${table} is not what the table has.`);
    for (const { name, value } of byIndex) found.set(`${table} ${name}`, value);
  }
  return found;
}

/** Reads every row of every table. */
export async function readAllTables(sql: Sql): Promise<number> {
  const names = await sql.query(ownTables, []);
  for (const { name } of names) await sql.script(`select count(t::text) from ${name} t`);
  return names.length;
}
