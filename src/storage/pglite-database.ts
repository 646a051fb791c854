/**
 * The embedded database behind {@link Database}: PGlite, one WASM call per statement.
 *
 * It is one session in this process, so statements run one after another and an open transaction delays all other
 * callers. PGlite's own queue and parser are bypassed: they make a call per message and keep every response.
 */
import { spawn } from 'node:child_process';
import { closeSync, existsSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { DatabaseError, escapeIdentifier } from 'pg';
import { serialize } from 'pg-protocol';
import type {
  BackendMessage,
  CommandCompleteMessage,
  DataRowMessage,
  NotificationResponseMessage,
  ReadyForQueryMessage,
  RowDescriptionMessage,
} from 'pg-protocol/dist/messages.js';
import { Parser } from 'pg-protocol/dist/parser.js';
import { realPause } from '../runtime/real-pause.ts';
import { lockDataDirectory } from './data-directory.ts';
import type { DataDirectoryLock } from './data-directory.ts';
import { CallQueue } from './call-queue.ts';
import type { PendingCall, Turn, Waiter } from './call-queue.ts';
import { decodeRow, rowShape, writeCalls } from './row-types.ts';
import type { Prepared, RowShape, StatementCall } from './row-types.ts';
import { DatabaseUnavailable, statement } from './sql.ts';
import type { Database, Party, Sql, SqlValue, Statement } from './sql.ts';
import { syncNameOf, syncPath, syncTree } from './synced-files.ts';
import { clusterOf } from './embedded-folder.ts';
import { SyncedNodeFS } from './synced-node-fs.ts';

/** Where the embedded database is stored and what it guarantees. */
export interface EmbeddedOptions {
  /** The data directory, created if it does not exist; undefined keeps everything in memory. */
  readonly dataDir: string | undefined;
  /** A dump to start from, see {@link EmbeddedDatabase.dump}. In memory only. */
  readonly loadDataDir?: Blob | File;
  /** Whether a commit waits for the disk. Has no effect in memory. */
  readonly fsync: boolean;
  /** How long callers wait while another holds the session. */
  readonly acquireTimeoutMs?: number;
}

/** What the embedded database adds to {@link Database}. */
export interface EmbeddedDatabase extends Database {
  readonly kind: 'embedded';
  /** Whether a commit at startup was seen to reach the disk. If false, it survives kill -9, but not a loss of power. */
  readonly isDurable: boolean;
  /** How often the database has waited for the disk since startup. */
  syncCount(): number;
  /** A copy of the whole database, uncompressed, from which others can be opened. */
  dump(): Promise<Blob | File>;
}

/**
 * Opens the embedded database. The first start creates it, which takes some seconds.
 * @throws {DataDirectoryInUse} if another process uses the directory.
 */
export async function openEmbeddedDatabase(options: EmbeddedOptions): Promise<EmbeddedDatabase> {
  const { dataDir, loadDataDir } = options;
  if (dataDir === undefined) {
    const pglite = await PGlite.create({
      startParams: startParams(false),
      ...(loadDataDir && { loadDataDir }),
    });
    return new PgliteDatabase({ pglite, disk: null }, null, options.acquireTimeoutMs);
  }
  const lock = lockDataDirectory(dataDir);
  try {
    const cluster = clusterOf(dataDir);
    if (!existsSync(cluster)) await createCluster(dataDir, cluster, options.fsync);
    const open = async (): Promise<Engine> => {
      const disk = new SyncedNodeFS(cluster);
      return { disk, pglite: await PGlite.create({ fs: disk, startParams: startParams(options.fsync) }) };
    };
    const database = new PgliteDatabase(await open(), { lock, open }, options.acquireTimeoutMs);
    await database.probeDurability();
    return database;
  } catch (error) {
    lock.release();
    throw error;
  }
}

/** The running database and the files it works on; null if it is in memory. */
interface Engine {
  readonly pglite: PGlite;
  readonly disk: SyncedNodeFS | null;
}

/** One segment of the log. */
const spareBytesMin = 16 * 1024 ** 2;

function startParams(fsync: boolean): string[] {
  const settings = [
    // PGlite's default of 128 MB would become resident as it fills.
    'shared_buffers=16MB',
    'max_connections=8',
    'maintenance_work_mem=16MB',
    // WAL files kept for reuse.
    'min_wal_size=32MB',
    'max_wal_size=64MB',
    'TimeZone=UTC',
    'DateStyle=ISO',
    // As on a server: planned once and for indexes, see postgres-database.ts.
    'plan_cache_mode=force_generic_plan',
    'enable_seqscan=off',
    ...(fsync ? ['wal_sync_method=fsync'] : []),
  ];
  // -F turns fsync off.
  const shipped = fsync
    ? PGlite.defaultStartParams.filter((parameter) => parameter !== '-F')
    : PGlite.defaultStartParams;
  return [...shipped, ...settings.flatMap((setting) => ['-c', setting])];
}

// Its standard input closes when this process ends: then nothing will use its result.
const childProgram = `
  import { rmSync } from 'node:fs';
  import { setFlagsFromString } from 'node:v8';
  // What is run once is not worth optimising, which would take more time than running it. A Node that does not know this
  // optimises it: as an option of the process, it would end it.
  setFlagsFromString('--liftoff-only');
  const [library, folder] = process.argv.slice(1);
  process.stdin.resume().on('end', () => {
    rmSync(folder, { recursive: true, force: true });
    process.exit(1);
  });
  const { PGlite } = await import(library);
  const pglite = await PGlite.create(folder);
  await pglite.close();
  process.exit(0);
`;

/** Creates a database where there is none, completely or not at all, in a child process: creating it takes 800 MB. */
async function createCluster(dataDir: string, cluster: string, fsync: boolean): Promise<void> {
  const prefix = 'database.new-';
  for (const name of readdirSync(dataDir)) {
    if (name.startsWith(prefix)) rmSync(join(dataDir, name), { recursive: true, force: true });
  }
  const folder = mkdtempSync(join(dataDir, prefix));
  const library = import.meta.resolve('@electric-sql/pglite');
  const child = spawn(process.execPath, ['--input-type=module', '-e', childProgram, library, folder], {
    stdio: ['pipe', 'ignore', 'pipe'],
  });
  let complaint = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaint += text;
  });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  if (code !== 0)
    throw new Error(`The embedded database could not be made: ${complaint.trim() || `exit code ${code}`}`);
  if (fsync) {
    await syncTree(folder);
    syncNameOf(dataDir);
  }
  renameSync(folder, cluster);
  if (fsync) syncPath(dataDir);
}

const begin = statement('begin', 'begin');
const commit = statement('commit', 'commit');
const rollback = statement('rollback', 'rollback');
// Writes a commit record that must reach the disk, and changes nothing.
const writeProbe = statement('write_probe', `select pg_logical_emit_message(true, 'sallyport', 'probe')`);
const walSinceCheckpoint = statement<{ bytes: number }>(
  'wal_since_checkpoint',
  'select pg_wal_lsn_diff(pg_current_wal_insert_lsn(), redo_lsn) as bytes from pg_control_checkpoint()',
);

// Statements run one after another on this thread; after this many, the event loop gets a turn for other work.
const statementsPerTurn = 64;
// More than on a server: the node waits for the database in any case, and for the disk once per group.
const groupedCallsMax = 32;
// PGlite has no background process that makes checkpoints, without which the log grows without limit.
const statementsPerWalCheck = 1_000;
const walBytesMax = 64 * 1024 * 1024;
const revivePauseMsMin = 500;
const revivePauseMsMax = 30_000;

/** A caller that wants the session for more than a statement. It gives the session back through `letGo`. */
interface Hold extends Waiter {
  begin(letGo: () => void): void;
}

class PgliteDatabase implements EmbeddedDatabase {
  readonly kind = 'embedded';
  isDurable = false;
  private engine: Engine;
  /** Null if it is in memory. */
  private readonly directory: { readonly lock: DataDirectoryLock; open(): Promise<Engine> } | null;
  private parser = new Parser();
  /** Whether the engine has given up, and may not be called again: it would never return. */
  private isDead = false;
  private readonly prepared = new Map<string, Prepared>();
  private readonly channels = new Map<string, ((payload: string) => void)[]>();
  private readonly queue: CallQueue<Hold>;
  private ranThisTurn = 0;
  private ranSinceWalCheck = 0;
  private closing: Promise<void> | undefined;

  // The responses being read.
  private calls: readonly StatementCall[] = [];
  private results: Record<string, unknown>[][] = [];
  private rows: Record<string, unknown>[] = [];
  private shape: RowShape | null = null;
  private tag = '';
  private status = '';
  private failure: Error | null = null;

  constructor(engine: Engine, directory: PgliteDatabase['directory'], waitMs: number | undefined) {
    this.engine = engine;
    this.directory = directory;
    this.queue = new CallQueue(() => this.serve(), { placesMax: 1, groupMax: groupedCallsMax, waitMs });
  }

  /** Checks that a commit calls the fsync hook: PGlite's internals may change with any version. */
  async probeDurability(): Promise<void> {
    const before = this.syncCount();
    await this.query(writeProbe, []);
    this.isDurable = this.syncCount() > before;
  }

  syncCount(): number {
    return this.engine.disk?.syncs ?? 0;
  }

  query<Row>(statement: Statement<Row>, values: readonly SqlValue[], party?: Party): Promise<Row[]> {
    return this.queue.ask(statement, values, party);
  }

  async script(text: string): Promise<void> {
    const letGo = await this.hold();
    try {
      this.runScript(text);
      if (this.status !== 'I') throw new Error('The script left a transaction open.');
    } catch (error) {
      if (this.status !== 'I' && !this.isDead) this.run(rollback, []);
      throw error;
    } finally {
      letGo();
    }
  }

  async transaction<Result>(work: (sql: Sql) => Promise<Result>, party?: Party): Promise<Result> {
    const letGo = await this.hold(party);
    const sql = new TransactionSql(this);
    try {
      this.run(begin, []);
      const result = await work(sql);
      sql.isOver = true;
      this.run(commit, []);
      // COMMIT of a transaction with a failed statement rolls back, and only its tag shows that.
      if (this.tag === 'ROLLBACK') throw new Error('A statement of the transaction failed, so it was rolled back.');
      return result;
    } catch (error) {
      sql.isOver = true;
      if (this.status !== 'I' && !this.isDead) this.run(rollback, []);
      throw error;
    } finally {
      letGo();
    }
  }

  async listen(channel: string, onPayload: (payload: string) => void): Promise<void> {
    await this.script(`listen ${escapeIdentifier(channel)}`);
    this.channels.set(channel, [...(this.channels.get(channel) ?? []), onPayload]);
  }

  poolStatus(): { connections: number; idle: number; waiting: number } {
    return { connections: 0, idle: 0, waiting: this.queue.waiting };
  }

  async beat<Row>(statement: Statement<Row>, values: readonly SqlValue[]): Promise<Row[]> {
    // On a full disk, overwriting an existing row still succeeds, so the free space is checked as well.
    if (!(await this.hasSpace()))
      throw new DatabaseUnavailable('The disk of the embedded database is full, or nearly.');
    return this.query(statement, values);
  }

  private async hasSpace(): Promise<boolean> {
    const { disk } = this.engine;
    if (disk === null) return true;
    const { bavail, bsize } = await statfs(disk.folder);
    return bavail * bsize >= spareBytesMin;
  }

  wrongSettings(): Promise<readonly string[]> {
    return Promise.resolve([]);
  }

  async dump(): Promise<Blob | File> {
    const letGo = await this.hold();
    try {
      return await this.engine.pglite.dumpDataDir('none');
    } finally {
      letGo();
    }
  }

  close(): Promise<void> {
    this.closing ??= this.closeAfterOthers();
    return this.closing;
  }

  private async closeAfterOthers(): Promise<void> {
    await this.queue.close();
    try {
      if (!this.isDead) await this.engine.pglite.close();
    } finally {
      this.directory?.lock.release();
    }
  }

  /** Runs a statement now. The caller must have the turn. */
  run(statement: Statement<unknown>, values: readonly SqlValue[]): Record<string, unknown>[] {
    const isPrepared = this.prepared.has(statement.name);
    this.exchangeCalls([{ statement, values }]);
    if (this.failure === null) return this.results[0] ?? [];
    const failure = this.failure;
    this.prepared.delete(statement.name);
    // A migration has changed the columns of a statement prepared before it; the statement was not run.
    if (this.status === 'I' && isPrepared && isStalePlan(failure)) return this.run(statement, values);
    throw explain(failure, statement);
  }

  /** Runs calls now, in one transaction; null if it failed and was rolled back. The caller must have the turn. */
  private runTogether(calls: readonly StatementCall[]): Record<string, unknown>[][] | null {
    try {
      this.exchangeCalls(calls);
      return this.failure === null ? this.results : null;
    } catch {
      return null;
    }
  }

  private exchangeCalls(calls: readonly StatementCall[]): void {
    const messages = writeCalls(calls, this.prepared);
    this.calls = calls;
    this.results = [];
    this.shape = this.preparedNow()?.shape ?? null;
    this.exchange(messages);
  }

  private preparedNow(): Prepared | undefined {
    const call = this.calls[this.results.length];
    return call && this.prepared.get(call.statement.name);
  }

  /** Runs a script now. The caller must have the turn. */
  runScript(text: string): void {
    this.calls = [];
    this.exchange(serialize.query(text));
    if (this.failure === null) return;
    throw explain(this.failure);
  }

  /** Sends messages and reads all responses before it returns. */
  private exchange(messages: Buffer): void {
    if (this.isDead) throw new DatabaseUnavailable('The embedded database has stopped.');
    this.rows = [];
    this.tag = '';
    this.failure = null;
    this.status = '';
    // Unlike the other forms, this one neither parses the response nor keeps it. It runs to its end before it returns;
    // the promise adds nothing, and an internal failure shows as a response without an end.
    this.engine.pglite
      .execProtocolRawStream(messages, {
        syncToFs: false,
        onRawData: this.receive,
      })
      .catch(() => undefined);
    if (this.status === '') {
      this.isDead = true;
      void this.revive();
      throw new DatabaseUnavailable('The embedded database did not answer.', {
        cause: this.failure ?? undefined,
      });
    }
  }

  /**
   * Opens the database again after its engine has given up, as PostgreSQL does when there is no space for its log (F12):
   * once there is, and until it succeeds. Nothing is lost but what was not committed, as after a crash.
   */
  private async revive(): Promise<void> {
    for (let pauseMs = revivePauseMsMin; this.isDead; pauseMs = Math.min(pauseMs * 2, revivePauseMsMax)) {
      await realPause(pauseMs);
      if (this.closing !== undefined || this.directory === null) return;
      if (!(await this.hasSpace().catch(() => false))) continue;
      let letGo: (() => void) | undefined;
      try {
        letGo = await this.hold();
        closeFiles(this.engine);
        this.engine = await this.directory.open();
        this.parser = new Parser();
        this.prepared.clear();
        this.isDead = false;
        for (const channel of this.channels.keys()) this.runScript(`listen ${escapeIdentifier(channel)}`);
      } catch {
        // Callers are told that it cannot answer, for as long as it cannot.
      } finally {
        letGo?.();
      }
    }
    // Notifications sent meanwhile were missed.
    for (const onPayload of [...this.channels.values()].flat()) onPayload('');
  }

  private readonly receive = (bytes: Uint8Array): void => {
    // Copied, because they are in the memory of the WASM program, which will overwrite them.
    this.parser.parse(Buffer.from(bytes), this.handle);
  };

  private readonly handle = (message: BackendMessage): void => {
    switch (message.name) {
      case 'dataRow':
        if (this.shape === null || this.failure !== null) return;
        try {
          this.rows.push(decodeRow(this.shape, (message as DataRowMessage).fields));
        } catch (error) {
          // Not thrown through the WASM program, which would be left in the middle of its response.
          this.failure = error instanceof Error ? error : new Error(String(error));
        }
        return;
      case 'rowDescription':
        this.shape = rowShape((message as RowDescriptionMessage).fields);
        return;
      case 'commandComplete':
        this.tag = (message as CommandCompleteMessage).text;
        this.completeCall();
        return;
      case 'readyForQuery':
        this.status = (message as ReadyForQueryMessage).status;
        return;
      case 'error':
        this.failure ??= message as DatabaseError;
        return;
      case 'notification': {
        const { channel, payload } = message as NotificationResponseMessage;
        for (const onPayload of this.channels.get(channel) ?? []) queueMicrotask(() => onPayload(payload));
        return;
      }
      default:
      // The other messages carry nothing that is needed.
    }
  };

  private completeCall(): void {
    const call = this.calls[this.results.length];
    if (call === undefined) return;
    const { name, text } = call.statement;
    if (!this.prepared.has(name)) this.prepared.set(name, { text, shape: this.shape });
    this.results.push(this.rows);
    this.rows = [];
    this.shape = this.preparedNow()?.shape ?? null;
  }

  /** Waits for a turn and keeps it: others wait until the returned function is called. */
  private hold(party?: Party): Promise<() => void> {
    return new Promise((resolve, reject) => this.queue.add({ party, begin: resolve, reject }));
  }

  private serve(): void {
    while (this.ranThisTurn < statementsPerTurn) {
      const turn = this.queue.next();
      if (turn === undefined) return;
      this.give(turn);
    }
  }

  private give(turn: Turn<Hold>): void {
    if ('hold' in turn) {
      turn.hold.begin(() => {
        this.countStatements(1);
        this.queue.done(turn);
        this.serve();
      });
      return;
    }
    this.countStatements(turn.calls.length);
    this.runCalls(turn.calls);
    this.queue.done(turn);
  }

  private runCalls(calls: readonly PendingCall[]): void {
    const results = calls.length > 1 ? this.runTogether(calls) : null;
    for (const [index, call] of calls.entries()) {
      try {
        call.resolve(results === null ? this.run(call.statement, call.values) : (results[index] ?? []));
      } catch (error) {
        call.reject(error as Error);
      }
    }
  }

  private countStatements(count: number): void {
    const isFirst = this.ranThisTurn === 0;
    this.ranThisTurn += count;
    this.ranSinceWalCheck += count;
    // eslint-disable-next-line no-restricted-syntax -- not a time: the next turn of the event loop, whose coming cannot be told from outside
    if (isFirst) setImmediate(this.beginTurn);
  }

  private readonly beginTurn = (): void => {
    this.ranThisTurn = 0;
    if (this.ranSinceWalCheck >= statementsPerWalCheck && this.queue.isIdle && this.closing === undefined)
      this.shortenWal();
    this.serve();
  };

  private shortenWal(): void {
    this.ranSinceWalCheck = 0;
    try {
      const [row] = this.run(walSinceCheckpoint, []);
      if (Number(row?.['bytes'] ?? 0) > walBytesMax) this.runScript('checkpoint');
    } catch {
      // Nothing waits for this; if the database fails, the next caller gets the error as well.
    }
  }
}

/**
 * The `sql` inside a transaction. It refuses to work once the transaction has ended, because it would write outside it.
 */
class TransactionSql implements Sql {
  isOver = false;
  private readonly database: PgliteDatabase;

  constructor(database: PgliteDatabase) {
    this.database = database;
  }

  async query<Row>(statement: Statement<Row>, values: readonly SqlValue[]): Promise<Row[]> {
    if (this.isOver) throw new Error(`The transaction is over; ${statement.name} came too late.`);
    return this.database.run(statement, values) as Row[];
  }

  async script(text: string): Promise<void> {
    if (this.isOver) throw new Error('The transaction is over; the script came too late.');
    this.database.runScript(text);
  }
}

/** Closes the files of an engine that has given up, which cannot do so itself. */
function closeFiles({ pglite }: Engine): void {
  const { streams }: { streams: ({ nfd?: number } | null)[] } = Object(pglite.Module.FS);
  // Two streams may share one; closed twice, it could be another file by then.
  for (const file of new Set(streams.map((stream) => stream?.nfd))) if (file !== undefined) closeSync(file);
  streams.length = 0;
}

function isStalePlan(error: Error): boolean {
  return error instanceof DatabaseError && error.code === '0A000' && error.routine === 'RevalidateCachedQuery';
}

/** The error that a caller gets: PostgreSQL's own with the statement's name, except for a full disk or memory. */
function explain(error: Error, statement?: Statement<unknown>): Error {
  if (error instanceof DatabaseError && error.code?.startsWith('53') === true) {
    return new DatabaseUnavailable(`The database cannot answer now: ${error.message}`, { cause: error });
  }
  return statement === undefined ? error : Object.assign(error, { statement: statement.name });
}
