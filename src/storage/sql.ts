/**
 * What a query sees of the database. Every query is a plain function whose first argument is `sql`, so that the same
 * function runs alone or inside a transaction, on the embedded database or on a server.
 */

/** A value that can be bound to a parameter. Times are bound as text, see {@link sqlTime}. */
export type SqlValue =
  | string
  | number
  | boolean
  | null
  | Buffer
  // For `unnest`; a statement's text names the element type.
  | readonly (string | null)[]
  | readonly (number | null)[]
  | readonly (boolean | null)[]
  | readonly (Buffer | null)[];

/** A time as it is bound to a `timestamptz` parameter. */
export function sqlTime(timeMs: number): string {
  return new Date(timeMs).toISOString();
}

/**
 * Which statements may be sent together: those that only read, those that write what was decided, and those that spend a
 * guess, which name their user by another name and so stand in an order of their own; see call-queue.ts.
 */
export type Grouping = 'reads' | 'writes' | 'guesses';

/** A prepared statement. The name is its identity on a connection, so one name must never stand for two texts. */
export interface Statement<Row> {
  readonly name: string;
  readonly text: string;
  /** Absent for a statement that is always alone in its transaction. */
  readonly grouping?: Grouping | undefined;
  /** Type only: what a row looks like. Never present at run time. */
  readonly row?: Row;
}

const textByName = new Map<string, string>();

/**
 * Declares a prepared statement at module load. Rows come back with `timestamptz` as milliseconds since the epoch,
 * `bigint` as number, `json`/`jsonb` parsed, `bytea` as Buffer and arrays as arrays.
 *
 * With a `grouping`, calls made for one tenant at the same time share one transaction. So its first two values are the
 * tenant and the user, and it locks nothing that another user's call would wait for.
 */
export function statement<Row>(name: string, text: string, grouping?: Grouping): Statement<Row> {
  // PostgreSQL cuts longer names short, and two that begin alike would become one.
  if (name.length > 63) throw new Error(`The statement name ${name} is longer than 63 characters.`);
  const known = textByName.get(name);
  if (known !== undefined && known !== text) throw new Error(`Two statements are called ${name}.`);
  textByName.set(name, text);
  return { name, text, grouping };
}

/** The text of every statement declared so far, by name: for tests that look at all of them. */
export function declaredStatements(): ReadonlyMap<string, string> {
  return textByName;
}

export interface Sql {
  /** Runs one prepared statement and returns its rows. @throws {DatabaseUnavailable} when the database cannot answer now. */
  query<Row>(statement: Statement<Row>, values: readonly SqlValue[]): Promise<Row[]>;
  /** Runs a script of several statements without parameters: migrations and maintenance only. */
  script(text: string): Promise<void>;
}

/** On whose behalf calls are made, which decides whose turn they take where several wait (decision 0020). */
export interface Party {
  /** Null for all who are no tenant. */
  readonly tenantId: string | null;
  /** Whether a proof is being verified, for which part of the connections is kept free (F09). */
  readonly isVerification: boolean;
  /** Whether whoever asked has gone. Absent once something was done for them: that is brought to its end, however many wait. */
  isGone?(): boolean;
}

/** What is asked of a database on somebody's behalf. `query` outside a transaction is its own transaction. */
export interface Store extends Sql {
  /**
   * Runs `work` in one READ COMMITTED transaction: committed when it returns, rolled back when it throws.
   * Inside, use only the `sql` handed in: on the embedded database the outer one would wait for ever.
   * After a deadlock or a serialization failure `work` is run again from the beginning, three times at most, so it must
   * change nothing but the database.
   */
  transaction<Result>(work: (sql: Sql) => Promise<Result>): Promise<Result>;
}

/** A database that is open. What it is asked on nobody's behalf, the node itself asks. */
export interface Database extends Store {
  readonly kind: 'embedded' | 'postgres';
  query<Row>(statement: Statement<Row>, values: readonly SqlValue[], party?: Party): Promise<Row[]>;
  transaction<Result>(work: (sql: Sql) => Promise<Result>, party?: Party): Promise<Result>;
  /** Calls back with the payload of each NOTIFY on the channel. Notifications can be lost: always poll as well. */
  listen(channel: string, onPayload: (payload: string) => void): Promise<void>;
  /** What the pool is doing now (no connections where there is none), and how many calls wait. */
  poolStatus(): { readonly connections: number; readonly idle: number; readonly waiting: number };
  /**
   * Runs a statement that writes, on a connection of its own where there are several: it waits behind nobody, and while it is
   * not answered there is no second one.
   */
  beat<Row>(statement: Statement<Row>, values: readonly SqlValue[]): Promise<Row[]>;
  /** Names of settings that the session of a statement does not have as it should (ruling 53). */
  wrongSettings(): Promise<readonly string[]>;
  close(): Promise<void>;
}

/** The database as one request uses it. */
export function onBehalfOf(db: Database, party: Party): Store {
  // Only before the first call is nothing lost with the request: later ones complete what the first has begun.
  const later: Party = { tenantId: party.tenantId, isVerification: party.isVerification };
  let next = party;
  const nextParty = () => {
    const now = next;
    next = later;
    return now;
  };
  return {
    query: (statement, values) => db.query(statement, values, nextParty()),
    transaction: (work) => db.transaction(work, nextParty()),
    script: (text) => db.script(text),
  };
}

/** The database did not answer in time, is shutting down, or cannot be reached. Answered 503 with `Retry-After`. */
export class DatabaseUnavailable extends Error {
  override readonly name = 'DatabaseUnavailable';
}

/** Whether an error is PostgreSQL's refusal of a second row with a unique key (SQLSTATE 23505). */
export function isUniqueViolation(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === '23505';
}
