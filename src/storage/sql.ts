/**
 * The database as queries use it. Every query is a plain function whose first argument is `sql`, so that the same
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

/** A time in the form that is bound to a `timestamptz` parameter. */
export function sqlTime(timeMs: number): string {
  return new Date(timeMs).toISOString();
}

/**
 * Which statements may be sent together: those that only read, those that write decisions, and those that spend a
 * guess. The last name their user differently and so have an order of their own; see call-queue.ts.
 */
export type Grouping = 'reads' | 'writes' | 'guesses';

/** A prepared statement. The name identifies it on a connection, so one name must never have two texts. */
export interface Statement<Row> {
  readonly name: string;
  readonly text: string;
  /** Absent for a statement that always runs alone in its transaction. */
  readonly grouping?: Grouping | undefined;
  /** Only for the type of a row. Never present at run time. */
  readonly row?: Row;
}

const textByName = new Map<string, string>();

/**
 * Declares a prepared statement at module load. Rows come back in camelCase ({@link memberName}), with `timestamptz` as milliseconds since the epoch,
 * `bigint` as number, `json`/`jsonb` parsed, `bytea` as Buffer and arrays as arrays.
 *
 * With a `grouping`, calls made for one tenant at the same time share one transaction. So its first two values are the
 * tenant and the user, and it locks nothing that another user's call would wait for.
 */
export function statement<Row>(name: string, text: string, grouping?: Grouping): Statement<Row> {
  // PostgreSQL truncates longer names, so two with the same beginning would become one.
  if (name.length > 63) throw new Error(`The statement name ${name} is longer than 63 characters.`);
  const known = textByName.get(name);
  if (known !== undefined && known !== text) throw new Error(`Two statements are called ${name}.`);
  textByName.set(name, text);
  return { name, text, grouping };
}

/** The member of a row that a column becomes: `user_id` is `userId`. What SQL makes JSON of names its members so itself. */
export function memberName(column: string): string {
  return column.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

/** The text of every statement declared so far, by name: for tests that check all of them. */
export function declaredStatements(): ReadonlyMap<string, string> {
  return textByName;
}

export interface Sql {
  /**
   * Runs one prepared statement and returns its rows. @throws {DatabaseUnavailable} if the database cannot answer now.
   */
  query<Row>(statement: Statement<Row>, values: readonly SqlValue[]): Promise<Row[]>;
  /** Runs a script of several statements without parameters: migrations and maintenance only. */
  script(text: string): Promise<void>;
}

/** For whom calls are made. This decides when they get a turn if several wait (decision 0020). */
export interface Party {
  /** Null for all callers without a tenant. */
  readonly tenantId: string | null;
  /** Whether a proof is being verified, for which part of the connections is reserved (F09). */
  readonly isVerification: boolean;
  /**
   * Whether the caller has gone. Absent once a call was made for it: then the request is completed, however many wait.
   */
  isGone?(): boolean;
}

/** The database as used for one party. `query` outside a transaction is a transaction of its own. */
export interface Store extends Sql {
  /**
   * Runs `work` in one READ COMMITTED transaction: committed when it returns, rolled back when it throws. Inside, use
   * only the `sql` handed in: on the embedded database, a call to the outer one would wait for ever. After a deadlock
   * or a serialization failure `work` is run again from the beginning, three times at most, so it must change nothing
   * but the database.
   */
  transaction<Result>(work: (sql: Sql) => Promise<Result>): Promise<Result>;
}

/** An open database. Direct calls to it are made for the node itself. */
export interface Database extends Store {
  readonly kind: 'embedded' | 'postgres';
  query<Row>(statement: Statement<Row>, values: readonly SqlValue[], party?: Party): Promise<Row[]>;
  transaction<Result>(work: (sql: Sql) => Promise<Result>, party?: Party): Promise<Result>;
  /**
   * @param isPatient waits for locks as long as it takes: for commands that no call queues behind, such as building an
   *   index concurrently.
   */
  script(text: string, isPatient?: boolean): Promise<void>;
  /** Calls back with the payload of each NOTIFY on the channel. Notifications can be lost: always poll as well. */
  listen(channel: string, onPayload: (payload: string) => void): Promise<void>;
  /** The current state of the pool (no connections if there is no pool), and the number of waiting calls. */
  poolStatus(): { readonly connections: number; readonly idle: number; readonly waiting: number };
  /**
   * Runs a statement that writes, on a connection of its own if there are several. It waits behind no other call, and a
   * second one is not sent until it is answered.
   */
  beat<Row>(statement: Statement<Row>, values: readonly SqlValue[]): Promise<Row[]>;
  /** Names of settings that the session of a statement should have and does not (ruling 53). */
  wrongSettings(): Promise<readonly string[]>;
  close(): Promise<void>;
}

/** The database as one request uses it. */
export function onBehalfOf(db: Database, party: Party): Store {
  // A request can be dropped without loss only before its first call: later ones complete what the first has begun.
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
  return hasCode(error, '23505');
}

/** Whether a row refers to one that is gone (SQLSTATE 23503): another call has deleted it meanwhile. */
export function isForeignKeyViolation(error: unknown): boolean {
  return hasCode(error, '23503');
}

/** Whether a lock was not to be had: within `lock_timeout` (SQLSTATE 55P03), or at all, for two calls that wait for each other (40P01). */
export function isLockFailure(error: unknown): boolean {
  return hasCode(error, '55P03') || hasCode(error, '40P01');
}

/** Whether the role lacks the right for it (SQLSTATE 42501). */
export function isForbidden(error: unknown): boolean {
  return hasCode(error, '42501');
}

function hasCode(error: unknown, code: string): boolean {
  if (!(error instanceof Error)) return false;
  return ('code' in error && error.code === code) || hasCode(error.cause, code);
}
