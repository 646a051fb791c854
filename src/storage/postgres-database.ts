/**
 * A PostgreSQL server behind {@link Database}. Statements bypass pg's own `Query`: a smaller one sends each call in one
 * write and asks for the columns once per connection, because every request uses this path.
 */
import { Socket } from 'node:net';
import { Client, DatabaseError, Pool, escapeIdentifier } from 'pg';
import type { ClientBase, Connection, PoolClient, QueryConfig, Submittable } from 'pg';
import { connectTo } from './connect-to.ts';
import { CallQueue, waitMsMax } from './call-queue.ts';
import type { PendingCall, Turn, Waiter } from './call-queue.ts';
import { realPause } from '../runtime/real-pause.ts';
import { decodeRow, rowShape, writeCalls } from './row-types.ts';
import type { Prepared, RowShape, StatementCall } from './row-types.ts';
import { lookStatement, sessionTimeouts, settingsText } from './session-settings.ts';
import type { SessionState, SessionTimeouts } from './session-settings.ts';
import { SilentConnections, endSoon } from './silent-connections.ts';
import type { Backend } from './silent-connections.ts';
import { DatabaseUnavailable, statement } from './sql.ts';
import type { Database, Party, Sql, SqlValue, Statement } from './sql.ts';

/** How to reach a server, and its timeouts. */
export interface PostgresOptions {
  /**
   * `postgres://user:password@host:port/database`, with the parameters that pg supports; or one URL for each host of a
   * database that moves between them. The writable one is used.
   */
  readonly url: string | readonly string[];
  /**
   * Where notifications come from, if not from `url`: a pooler that swaps sessions between statements does not forward
   * them.
   */
  readonly listenUrls?: readonly string[] | undefined;
  /**
   * Whether such a pooler is between us and the server. Then no state is kept in a session, in particular no prepared
   * statements.
   */
  readonly isPooled?: boolean;
  readonly poolSize: number;
  /** Whether calls made at the same time may be sent together (the default), see call-queue.ts. */
  readonly isGrouping?: boolean;
  /** How long opening a connection may take, and how long callers wait while none is free. */
  readonly acquireTimeoutMs?: number;
  readonly statementTimeoutMs?: number;
  readonly lockTimeoutMs?: number;
  readonly idleInTransactionTimeoutMs?: number;
  /** A number from 0 to 1, to spread retries. */
  readonly random: () => number;
  /** Receives errors that no caller gets: a lost idle connection, a lost listener. Must not throw. */
  readonly onError: (error: Error) => void;
  /** Called for each retry, with the SQLSTATE that caused it. */
  readonly onRetry?: (code: string) => void;
}

/** Opens a pool of connections. It does not connect yet: the first statement does. */
export function openPostgresDatabase(options: PostgresOptions): Database {
  return new PostgresDatabase(options);
}

const begin = statement('begin', 'begin');
const commit = statement('commit', 'commit');
const rollback = statement('rollback', 'rollback');

// The statements of a group run one after another, so larger groups save little more, and make the node and the
// database wait for each other.
const groupedCallsMax = 8;
// F11: at most three attempts.
const attemptsMax = 3;
const retryPauseMsMax = 50;
const listenerPauseMsMax = 5_000;
// Extra time for the server to report its own timeout before the connection is considered dead.
const silenceGraceMs = 2_000;
const pulseConnectMs = 2_000;
const goodbyeMs = 1_000;

/** What is kept of a connection between statements. */
interface Session {
  readonly prepared: Map<string, Prepared>;
  readonly timeouts: SessionTimeouts;
  readonly isPooled: boolean;
  /** Undefined behind a pooler that swaps sessions. */
  readonly backend: Backend | undefined;
  /** The call in progress, whose response must come within the statement timeout. */
  awaited: Exchange | undefined;
  /** What to do once the connection is known to be dead or has answered, after its caller timed out. */
  whenOver: (() => void) | undefined;
}

interface Lease {
  readonly client: PoolClient;
  readonly session: Session;
  readonly release: (isBroken: boolean) => void;
}

/** A caller that wants a connection for more than a statement. */
interface Hold extends Waiter {
  begin(lease: Lease): void;
}

type Settle = (failure: Error | null, exchange: Exchange) => void;

/** Runs prepared statements in one transaction; pg's client passes it the server's responses. */
class Exchange implements Submittable {
  /** The rows of each call. */
  readonly results: Record<string, unknown>[][] = [];
  tag = '';
  private readonly calls: readonly StatementCall[];
  private readonly session: Session;
  private readonly settle: Settle;
  // Of the call whose response is being read.
  private rows: Record<string, unknown>[] = [];
  private shape: RowShape | null = null;
  private failure: Error | null = null;
  private isSettled = false;

  constructor(session: Session, calls: readonly StatementCall[], settle: Settle) {
    this.session = session;
    this.calls = calls;
    this.settle = settle;
  }

  submit(connection: Connection): Error | null {
    try {
      const messages = writeCalls(this.calls, this.session.isPooled ? undefined : this.session.prepared);
      this.shape = this.preparedNow()?.shape ?? null;
      this.session.awaited = this;
      // A stream that is no longer writable reports its end, which fails these calls.
      if (connection.stream.writable) connection.stream.write(messages);
      return null;
    } catch (error) {
      return asError(error);
    }
  }

  private preparedNow(): Prepared | undefined {
    const call = this.calls[this.results.length];
    return call && this.session.prepared.get(call.statement.name);
  }

  handleRowDescription(message: { readonly fields: Parameters<typeof rowShape>[0] }): void {
    this.shape = rowShape(message.fields);
  }

  handleDataRow(message: { readonly fields: readonly (string | null)[] }): void {
    if (this.shape === null || this.failure !== null) return;
    try {
      this.rows.push(decodeRow(this.shape, message.fields));
    } catch (error) {
      // Kept until the server is ready: thrown here, it would end the process.
      this.failure = asError(error);
    }
  }

  handleCommandComplete(message: { readonly text: string }): void {
    this.tag = message.text;
    const call = this.calls[this.results.length];
    if (call !== undefined && !this.session.isPooled && this.preparedNow() === undefined) {
      this.session.prepared.set(call.statement.name, { text: call.statement.text, shape: this.shape });
    }
    this.results.push(this.rows);
    this.rows = [];
    this.shape = this.preparedNow()?.shape ?? null;
  }

  handleReadyForQuery(): void {
    this.end(this.failure);
  }

  handleError(error: Error): void {
    this.end(error);
  }

  /** Fails the caller without a response. The server may still have carried out the statement. */
  abandon(error: Error): void {
    if (this.isSettled) return;
    this.isSettled = true;
    this.settle(error, this);
  }

  private end(failure: Error | null): void {
    this.session.awaited = undefined;
    if (this.isSettled) this.session.whenOver?.();
    else {
      this.isSettled = true;
      this.settle(failure, this);
    }
  }

  // Never expected; pg's client calls them without checking whether they exist.
  handlePortalSuspended(): void {}
  handleEmptyQuery(): void {}
  handleCopyInResponse(): void {}
  handleCopyData(): void {}
}

class PostgresDatabase implements Database {
  readonly kind = 'postgres';
  private readonly pool: Pool;
  private readonly hosts: Hosts;
  private readonly listener: Listener;
  private readonly pulse: Pulse;
  private readonly sessions = new WeakMap<ClientBase, Session>();
  private readonly clients = new Set<Client>();
  private readonly options: PostgresOptions;
  private readonly timeouts: SessionTimeouts;
  private readonly queue: CallQueue<Hold>;
  /** Connections that were given up during a call: they keep their place until they are known to be dead. */
  private readonly silent: SilentConnections;
  /** Whether any write has succeeded since the last connection fell silent. */
  private isWritten = true;
  private closing: Promise<void> | undefined;

  constructor(options: PostgresOptions) {
    this.options = options;
    this.timeouts = {
      statementMs: options.statementTimeoutMs ?? sessionTimeouts.statementMs,
      lockMs: options.lockTimeoutMs ?? sessionTimeouts.lockMs,
      idleInTransactionMs: options.idleInTransactionTimeoutMs ?? sessionTimeouts.idleInTransactionMs,
    };
    this.hosts = new Hosts(typeof options.url === 'string' ? [options.url] : options.url);
    this.queue = new CallQueue(() => this.serve(), {
      placesMax: options.poolSize,
      groupMax: options.isGrouping === false ? 1 : groupedCallsMax,
      waitMs: options.acquireTimeoutMs,
    });
    this.pool = new Pool({
      ...connectTo(this.hosts.current),
      connectionTimeoutMillis: options.acquireTimeoutMs ?? waitMsMax,
      max: options.poolSize,
      // Connections are kept: a new one costs more than an idle one, because it must prepare every statement again.
      idleTimeoutMillis: 0,
      verify: (client, done) =>
        void this.prepare(client).then(
          () => done(),
          (error) => done(asError(error)),
        ),
    });
    this.pool.on('error', (error) => options.onError(unavailable(error)));
    this.silent = new SilentConnections(() => this.hosts.current);
    this.listener = new Listener(this.hosts, options.listenUrls, options.onError);
    this.pulse = new Pulse(
      () => this.hosts.current,
      (client) => this.prepare(client),
      this.timeouts.statementMs + silenceGraceMs,
    );
  }

  /** Applies the settings that statements rely on to a new connection, before any caller gets it. */
  private async prepare(client: ClientBase): Promise<Session> {
    const { isPooled = false } = this.options;
    // The pool does not listen while a client is lent out, and an unhandled `error` event ends the process. The
    // borrower learns of the error from the failing call.
    client.on('error', () => {});
    const text = settingsText(this.timeouts, isPooled ? 'look' : 'set');
    const answers = (await client.query({ text, query_timeout: silenceGraceMs } as QueryConfig)) as unknown;
    const last = (Array.isArray(answers) ? answers.at(-1) : answers) as { readonly rows: readonly SessionState[] };
    const state = last.rows[0];
    if (state === undefined) throw new Error('A session always has its settings.');
    if (state.wrongSettings !== null) throw new Error(`The session's settings are not ours: ${state.wrongSettings}.`);
    if (state.isReadOnly) throw new HostReadOnly();
    const session: Session = {
      prepared: new Map(),
      timeouts: this.timeouts,
      isPooled,
      backend: isPooled ? undefined : state,
      awaited: undefined,
      whenOver: undefined,
    };
    this.sessions.set(client, session);
    this.clients.add(client as Client);
    client.once('end', () => this.clients.delete(client as Client));
    const { stream } = (client as Client).connection;
    // A server behind a broken network sends neither a response nor a reset, so its silence is measured here.
    if (stream instanceof Socket) {
      stream.setTimeout(this.timeouts.statementMs + silenceGraceMs);
      // Not as an argument of setTimeout, which would listen only once: on an idle connection the timeout fires without
      // effect, and the next write starts it again.
      stream.on('timeout', () => {
        if (session.awaited !== undefined) this.giveUp(client as Client, session, session.awaited);
      });
    }
    return session;
  }

  /** Nothing came for too long: the caller gets an error, and the place stays taken. */
  private giveUp(client: Client, { backend }: Session, awaited: Exchange): void {
    if (this.silent.has(client)) return;
    this.isWritten = false;
    this.silent.add(client, backend);
    awaited.abandon(new Error('The connection fell silent. What was asked may be done all the same.'));
  }

  /**
   * Too many connections are silent, and nothing was written since: callers are refused at once instead of waiting for
   * a timeout.
   */
  private get isCut(): boolean {
    return this.silent.size * 3 >= this.options.poolSize && !this.isWritten;
  }

  query<Row>(statement: Statement<Row>, values: readonly SqlValue[], party?: Party): Promise<Row[]> {
    if (this.isCut) return Promise.reject(unavailable(new Error('Its connections do not answer.'), statement));
    return this.queue.ask(statement, values, party);
  }

  private serve(): void {
    for (let turn = this.queue.next(); turn !== undefined; turn = this.queue.next()) this.give(turn);
  }

  /** Gives a turn a connection: an idle one, or a new one on this host or another. */
  private give(turn: Turn<Hold>, hostsLeft = this.hosts.count): void {
    const end = () => {
      this.queue.done(turn);
      this.serve();
    };
    const host = this.hosts.current;
    // With a callback, because the promise form of pg's pool creates two more promises.
    let isAnswered = false;
    this.pool.connect((error, client, release) => {
      // If its time runs out while `verify` prepares the session, the pool calls back twice: with that error, then with
      // the connection. By then the calls have been refused, so they must not run.
      if (isAnswered) {
        if (client !== undefined) release();
        return;
      }
      isAnswered = true;
      const session = client && this.sessions.get(client);
      if (client === undefined || session === undefined) {
        if (this.hosts.leave(host)) this.pool.options.connectionString = this.hosts.current;
        if (hostsLeft > 1 && this.closing === undefined) {
          this.give(turn, hostsLeft - 1);
          return;
        }
        for (const waiter of 'hold' in turn ? [turn.hold] : turn.calls) waiter.reject(unavailable(error));
        end();
        return;
      }
      const lease: Lease = {
        client,
        session,
        release: (isBroken) => {
          const giveBack = () => {
            release(isBroken);
            end();
          };
          if (!this.silent.has(client)) {
            giveBack();
            return;
          }
          session.whenOver = () => {
            this.silent.delete(client);
            giveBack();
          };
          if (session.awaited === undefined) session.whenOver();
        },
      };
      if ('hold' in turn) turn.hold.begin(lease);
      else if (turn.calls.length === 1) this.runAloneOn(lease, turn.calls[0]);
      else this.runTogetherOn(lease, turn.calls);
    });
  }

  private runAloneOn({ client, session, release }: Lease, call: PendingCall): void {
    call.attempts += 1;
    const settle: Settle = (failure, { results }) => {
      if (failure === null) {
        release(false);
        call.resolve(results[0] ?? []);
        return;
      }
      release(endsConnection(failure));
      const code = repeatableCode(failure);
      if (code === null || call.attempts === attemptsMax) {
        call.reject(explain(failure, call.statement));
        return;
      }
      void this.pauseBeforeRetry(code).then(() => this.queue.add(call));
    };
    client.query(new Exchange(session, [call], settle));
  }

  private runTogetherOn({ client, session, release }: Lease, calls: readonly PendingCall[]): void {
    for (const call of calls) call.attempts += 1;
    const settle: Settle = (failure, { results }) => {
      if (failure === null) {
        release(false);
        for (const [index, call] of calls.entries()) call.resolve(results[index] ?? []);
        return;
      }
      const isLost = endsConnection(failure);
      release(isLost);
      for (const call of calls) {
        // A failed transaction changed nothing, so each call is run alone to find the one at fault. If the connection
        // was lost, the outcome is unknown, and each call fails as it would alone.
        if (isLost && repeatableCode(failure) === null) call.reject(explain(failure, call.statement));
        else this.queue.add(call);
      }
    };
    client.query(new Exchange(session, calls, settle));
  }

  async transaction<Result>(work: (sql: Sql) => Promise<Result>, party?: Party): Promise<Result> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.attemptTransaction(work, party);
      } catch (error) {
        const code = repeatableCode(error);
        if (code === null || attempt === attemptsMax) throw error;
        await this.pauseBeforeRetry(code);
      }
    }
  }

  private async attemptTransaction<Result>(
    work: (sql: Sql) => Promise<Result>,
    party: Party | undefined,
  ): Promise<Result> {
    const lease = await this.acquire(party);
    const sql = new TransactionSql(lease);
    let isBroken = false;
    try {
      await runOn(lease, begin, []);
      const result = await work(sql);
      sql.isOver = true;
      const { tag } = await runOn(lease, commit, []);
      // COMMIT of a transaction with a failed statement rolls back, and only its tag shows that.
      if (tag === 'ROLLBACK') throw new Error('A statement of the transaction failed, so it was rolled back.');
      return result;
    } catch (error) {
      sql.isOver = true;
      // Also if the connection is lost, where it fails at once. A silent connection would not answer a rollback either.
      if (this.silent.has(lease.client)) isBroken = true;
      else {
        await runOn(lease, rollback, []).catch(() => {
          isBroken = true;
        });
      }
      if (error instanceof DatabaseUnavailable && endsConnection(asError(error.cause))) isBroken = true;
      throw error;
    } finally {
      lease.release(isBroken);
    }
  }

  async script(text: string, isPatient = false): Promise<void> {
    if (this.options.isPooled === true) return this.transaction((sql) => sql.script(text));
    const { client, release } = await this.acquire();
    let isBroken = true;
    try {
      // A migration or a VACUUM may take as long as it needs.
      await client.query(`set statement_timeout = 0${isPatient ? '; set lock_timeout = 0' : ''}`);
      await client.query(text);
      const { statementMs, lockMs } = this.timeouts;
      await client.query(`set statement_timeout = '${statementMs}ms'; set lock_timeout = '${lockMs}ms'`);
      isBroken = client.getTransactionStatus() !== 'I';
    } catch (error) {
      throw explain(asError(error));
    } finally {
      release(isBroken);
    }
    if (isBroken) throw new Error('The script left a transaction open.');
  }

  async beat<Row>(statement: Statement<Row>, values: readonly SqlValue[]): Promise<Row[]> {
    const rows = await this.pulse.beat(statement, values);
    this.isWritten = true;
    return rows;
  }

  /**
   * Settings that the session of a statement should have and does not: something between us and the server swaps
   * sessions.
   */
  async wrongSettings(): Promise<readonly string[]> {
    const [state] = await this.query(lookStatement(this.timeouts), []);
    return state?.wrongSettings?.split(', ') ?? [];
  }

  listen(channel: string, onPayload: (payload: string) => void): Promise<void> {
    return this.listener.listen(channel, onPayload);
  }

  poolStatus(): { connections: number; idle: number; waiting: number } {
    const { totalCount, idleCount } = this.pool;
    return { connections: totalCount, idle: idleCount, waiting: this.queue.waiting };
  }

  close(): Promise<void> {
    this.closing ??= this.closeAll();
    return this.closing;
  }

  private async closeAll(): Promise<void> {
    this.silent.close();
    await Promise.all([this.closePool(), this.listener.close(), this.pulse.close()]);
  }

  private async closePool(): Promise<void> {
    await this.queue.close();
    const ended = this.pool.end();
    // If the other side vanished silently, there is no reply to wait for.
    await Promise.race([ended, realPause(goodbyeMs)]);
    for (const { connection } of this.clients) connection.stream.destroy();
    await ended;
  }

  private acquire(party?: Party): Promise<Lease> {
    return new Promise((resolve, reject) => {
      if (this.isCut) reject(unavailable(new Error('Its connections do not answer.')));
      else this.queue.add({ party, begin: resolve, reject });
    });
  }

  private pauseBeforeRetry(code: string): Promise<void> {
    this.options.onRetry?.(code);
    return realPause(1 + this.options.random() * retryPauseMsMax);
  }
}

/**
 * The `sql` inside a transaction. It refuses to work once the transaction has ended, because it would write outside it.
 */
class TransactionSql implements Sql {
  isOver = false;
  private readonly lease: Lease;

  constructor(lease: Lease) {
    this.lease = lease;
  }

  async query<Row>(statement: Statement<Row>, values: readonly SqlValue[]): Promise<Row[]> {
    if (this.isOver) throw new Error(`The transaction is over; ${statement.name} came too late.`);
    const call = await runOn(this.lease, statement, values);
    return (call.results[0] ?? []) as Row[];
  }

  async script(text: string): Promise<void> {
    if (this.isOver) throw new Error('The transaction is over; the script came too late.');
    try {
      await this.lease.client.query('set local statement_timeout = 0');
      await this.lease.client.query(text);
      const { statementMs } = this.lease.session.timeouts;
      await this.lease.client.query(`set local statement_timeout = '${statementMs}ms'`);
    } catch (error) {
      throw explain(asError(error));
    }
  }
}

function runOn(lease: Lease, statement: Statement<unknown>, values: readonly SqlValue[]): Promise<Exchange> {
  return new Promise((resolve, reject) => {
    const settle: Settle = (failure, exchange) => {
      if (failure === null) resolve(exchange);
      else reject(explain(failure, statement));
    };
    lease.client.query(new Exchange(lease.session, [{ statement, values }], settle));
  });
}

/** One connection outside the pool, for notifications. It reconnects after it was lost. */
class Listener {
  private readonly hosts: Hosts;
  /** The listener goes through its hosts by itself; the pool moves on with its own. */
  private readonly ownHosts: Hosts | undefined;
  private readonly onError: (error: Error) => void;
  private readonly channels = new Map<string, ((payload: string) => void)[]>();
  private client: Promise<Client> | undefined;
  private isClosed = false;

  constructor(poolHosts: Hosts, ownUrls: readonly string[] | undefined, onError: (error: Error) => void) {
    this.ownHosts = ownUrls === undefined ? undefined : new Hosts(ownUrls);
    this.hosts = this.ownHosts ?? poolHosts;
    this.onError = onError;
  }

  async listen(channel: string, onPayload: (payload: string) => void): Promise<void> {
    const callbacks = this.channels.get(channel) ?? [];
    callbacks.push(onPayload);
    this.channels.set(channel, callbacks);
    try {
      this.client ??= this.connect();
      const client = await this.client;
      await client.query(`listen ${escapeIdentifier(channel)}`);
    } catch (error) {
      callbacks.splice(callbacks.indexOf(onPayload), 1);
      throw explain(asError(error));
    }
  }

  async close(): Promise<void> {
    this.isClosed = true;
    const client = await this.client?.catch(() => undefined);
    if (client !== undefined) await endSoon(client);
  }

  private async connect(hostsLeft = this.ownHosts?.count ?? 1): Promise<Client> {
    const url = this.hosts.current;
    const client = new Client({ ...connectTo(url), connectionTimeoutMillis: 5_000 });
    let isReady = false;
    client.on('error', (error) => {
      if (!this.isClosed) this.onError(unavailable(error));
    });
    client.on('end', () => {
      if (isReady) void this.reconnect();
    });
    client.on('notification', ({ channel, payload }) => {
      for (const onPayload of this.channels.get(channel) ?? []) onPayload(payload ?? '');
    });
    try {
      await client.connect();
      for (const channel of this.channels.keys()) await client.query(`listen ${escapeIdentifier(channel)}`);
      isReady = true;
      return client;
    } catch (error) {
      this.ownHosts?.leave(url);
      await endSoon(client);
      if (hostsLeft > 1 && !this.isClosed) return this.connect(hostsLeft - 1);
      this.client = undefined;
      throw error;
    }
  }

  private async reconnect(): Promise<void> {
    this.client = undefined;
    for (let pauseMs = 100; !this.isClosed; pauseMs = Math.min(pauseMs * 2, listenerPauseMsMax)) {
      await realPause(pauseMs);
      if (this.isClosed || this.client !== undefined) return;
      try {
        this.client = this.connect();
        await this.client;
        // Notifications sent meanwhile were missed.
        for (const onPayload of [...this.channels.values()].flat()) onPayload('');
        return;
      } catch (error) {
        this.onError(unavailable(asError(error)));
      }
    }
  }
}

/** The hosts of a database, one of which is writable. */
class Hosts {
  private readonly urls: readonly string[];
  private index = 0;

  constructor(urls: readonly string[]) {
    this.urls = urls;
  }

  get count(): number {
    return this.urls.length;
  }

  get current(): string {
    return this.urls[this.index] ?? '';
  }

  /** Moves on to the next host, unless another call has already left this one. Returns whether there is another. */
  leave(url: string): boolean {
    if (this.urls.length > 1 && url === this.current) this.index = (this.index + 1) % this.urls.length;
    return this.urls.length > 1;
  }
}

/** A server that only reads: a standby, or a database that was made read-only. */
class HostReadOnly extends Error {
  override readonly name = 'HostReadOnly';
  constructor() {
    super(
      'The database server is a hot standby or read-only: nothing can be written there. Name the primary, or all hosts.',
    );
  }
}

/**
 * A separate connection to check whether the database is writable. At most one statement is in progress, and the
 * connection stays until that is answered, however long it takes (ruling 53).
 */
class Pulse {
  private readonly url: () => string;
  private readonly prepare: (client: Client) => Promise<Session>;
  private readonly timeoutMs: number;
  private readonly silent: SilentConnections;
  private open: { readonly client: Client; readonly session: Session } | undefined;
  private isOut = false;
  private isClosed = false;

  constructor(url: () => string, prepare: (client: Client) => Promise<Session>, timeoutMs: number) {
    this.url = url;
    this.prepare = prepare;
    this.timeoutMs = timeoutMs;
    this.silent = new SilentConnections(url);
  }

  async beat<Row>(statement: Statement<Row>, values: readonly SqlValue[]): Promise<Row[]> {
    if (this.isOut) throw unavailable(new Error('The last write is not answered yet.'), statement);
    this.isOut = true;
    const answer = this.run<Row>(statement, values).finally(() => {
      this.isOut = false;
    });
    return Promise.race([answer, this.silence(answer, statement)]);
  }

  private async run<Row>({ text }: Statement<Row>, values: readonly SqlValue[]): Promise<Row[]> {
    try {
      const { client } = this.open ?? (await this.connect());
      const { rows } = await client.query<Row & object>(text, [...values]);
      return rows;
    } catch (error) {
      const { open } = this;
      this.open = undefined;
      if (open !== undefined) void endSoon(open.client);
      throw unavailable(asError(error));
    }
  }

  /** Fails if no response has come in time. From then on the connection is watched until it answers or is dead. */
  private async silence(answer: Promise<unknown>, statement: Statement<unknown>): Promise<never> {
    let isAnswered = false;
    const settled = answer.then(
      () => (isAnswered = true),
      () => (isAnswered = true),
    );
    await Promise.race([settled, realPause(this.timeoutMs)]);
    const { open } = this;
    if (!isAnswered && open !== undefined) {
      this.silent.add(open.client, open.session.backend);
      void settled.then(() => this.silent.delete(open.client));
    }
    throw unavailable(new Error('The write is not answered.'), statement);
  }

  private async connect(): Promise<{ readonly client: Client; readonly session: Session }> {
    const client = new Client({ ...connectTo(this.url()), connectionTimeoutMillis: pulseConnectMs });
    client.on('error', () => undefined);
    try {
      await client.connect();
      const session = await this.prepare(client);
      if (this.isClosed) throw new Error('The database is closed.');
      this.open = { client, session };
      return this.open;
    } catch (error) {
      void endSoon(client);
      throw error;
    }
  }

  async close(): Promise<void> {
    this.isClosed = true;
    this.silent.close();
    if (this.open !== undefined) await endSoon(this.open.client);
  }
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}

// SQLSTATE, PostgreSQL 15 appendix A. The statement could not be run now, and the connection is still usable.
const busyCodes = new Set([
  '40001', // serialization_failure
  '40P01', // deadlock_detected
  '42501', // insufficient_privilege: the tables have had another owner since
  '53100', // disk_full
  '53200', // out_of_memory
  '55P03', // lock_not_available: the lock timeout
  '57014', // query_canceled: the statement timeout
]);
// The connection is no longer usable.
const lostCodes = new Set([
  '25006', // read_only_sql_transaction: a failover has turned this server into a standby
  '25P03', // idle_in_transaction_session_timeout
  '26000', // invalid_sql_statement_name: something between us and the server has swapped the session
  '53300', // too_many_connections
  '57P01', // admin_shutdown
  '57P02', // crash_shutdown
  '57P03', // cannot_connect_now
  '57P05', // idle_session_timeout
]);

/** True if a migration has invalidated the plan; the statement was not run. */
function isStalePlan(error: DatabaseError): boolean {
  return error.code === '0A000' && error.routine === 'RevalidateCachedQuery';
}

/** True for a fault of our own code before or after the server was asked. */
function isOurs(error: Error): boolean {
  return error instanceof TypeError || error instanceof SyntaxError;
}

function endsConnection(error: Error): boolean {
  if (error instanceof DatabaseError) {
    const code = error.code ?? '';
    return code.startsWith('08') || lostCodes.has(code) || isStalePlan(error);
  }
  return !isOurs(error);
}

/** The SQLSTATE if the failed statement or transaction changed nothing and may succeed when retried. */
function repeatableCode(error: unknown): string | null {
  const cause = error instanceof DatabaseUnavailable ? error.cause : error;
  if (!(cause instanceof DatabaseError) || cause.code === undefined) return null;
  return cause.code === '40P01' || cause.code === '40001' || cause.code === '26000' || isStalePlan(cause)
    ? cause.code
    : null;
}

function unavailable(cause: Error | undefined, statement?: Statement<unknown>): DatabaseUnavailable {
  const during = statement === undefined ? '' : ` (${statement.name})`;
  return new DatabaseUnavailable(`The database cannot answer now${during}: ${cause?.message ?? 'no connection'}`, {
    cause,
  });
}

/**
 * The error that a caller gets: that the database is unavailable, or the server's own error with the statement's name.
 */
function explain(error: Error, statement?: Statement<unknown>): Error {
  if (endsConnection(error) || (error instanceof DatabaseError && busyCodes.has(error.code ?? ''))) {
    return unavailable(error, statement);
  }
  // pg's stack starts at the socket and does not show which statement it was.
  return statement === undefined ? error : Object.assign(error, { statement: statement.name });
}
