/**
 * The embedded database behind {@link Database}: PGlite, one WASM call a statement.
 *
 * It is one session in this process, so that statements run one after another and an open transaction holds up everyone
 * else. PGlite's own queue and parser are passed by: they make a call per message and keep every answer.
 */
import { spawn } from 'node:child_process';
import {
  closeSync,
  existsSync,
  fdatasyncSync,
  fsyncSync,
  mkdtempSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { open, readdir, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { NodeFS } from '@electric-sql/pglite/nodefs';
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
import { lockDataDirectory } from './data-directory.ts';
import type { DataDirectoryLock } from './data-directory.ts';
import { CallQueue } from './call-queue.ts';
import type { PendingCall, Turn, Waiter } from './call-queue.ts';
import { decodeRow, rowShape, writeCalls } from './row-types.ts';
import type { Prepared, RowShape, StatementCall } from './row-types.ts';
import { DatabaseUnavailable, statement } from './sql.ts';
import type { Database, Party, Sql, SqlValue, Statement } from './sql.ts';

/** Where the embedded database lives and what it promises. */
export interface EmbeddedOptions {
  /** The data directory, created if it is not there; undefined keeps everything in memory. */
  readonly dataDir: string | undefined;
  /** A dump to begin with, see {@link EmbeddedDatabase.dump}. In memory only. */
  readonly loadDataDir?: Blob | File;
  /** Whether a commit waits for the disk. In memory there is none. */
  readonly fsync: boolean;
  /** How long callers wait while one of them keeps the session. */
  readonly acquireTimeoutMs?: number;
}

/** What the embedded database has over {@link Database}. */
export interface EmbeddedDatabase extends Database {
  readonly kind: 'embedded';
  /** Whether a commit at the start was seen to reach the disk. False: it survives kill -9, but not a loss of power. */
  readonly isDurable: boolean;
  /** How often the disk was waited for since the start. */
  syncCount(): number;
  /** A copy of the whole database, uncompressed, to open others with. */
  dump(): Promise<Blob | File>;
}

/**
 * Opens the embedded database, and on the first start makes it, which takes some seconds.
 * @throws {DataDirectoryInUse} when another process works in the directory.
 */
export async function openEmbeddedDatabase(options: EmbeddedOptions): Promise<EmbeddedDatabase> {
  const { dataDir, loadDataDir } = options;
  if (dataDir === undefined) {
    const pglite = await PGlite.create({
      startParams: startParams(false),
      ...(loadDataDir && { loadDataDir }),
    });
    return new PgliteDatabase(pglite, null, null, options.acquireTimeoutMs);
  }
  const lock = lockDataDirectory(dataDir);
  try {
    const cluster = clusterOf(dataDir);
    if (!existsSync(cluster)) await createCluster(dataDir, cluster, options.fsync);
    const disk = new SyncedNodeFS(cluster);
    const pglite = await PGlite.create({
      fs: disk,
      startParams: startParams(options.fsync),
    });
    const database = new PgliteDatabase(pglite, disk, lock, options.acquireTimeoutMs);
    await database.probeDurability();
    return database;
  } catch (error) {
    lock.release();
    throw error;
  }
}

/** One segment of the log. */
const spareBytesMin = 16 * 1024 ** 2;

function startParams(fsync: boolean): string[] {
  const settings = [
    // PGlite's default of 128 MB would be resident as it fills.
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

// Its input ends when we do: then nobody will use what it makes.
const childProgram = `
  import { rmSync } from 'node:fs';
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

/** Whether a directory has an embedded database, whoever holds it now. */
export function hasEmbeddedDatabase(dataDir: string): boolean {
  return existsSync(clusterOf(dataDir));
}

function clusterOf(dataDir: string): string {
  return join(dataDir, 'database');
}

/** Makes a database where there is none, whole or not at all, in a process of its own: making it takes 800 MB. */
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
  if (fsync) await syncTree(folder);
  renameSync(folder, cluster);
  if (fsync) syncPath(dataDir);
}

async function syncTree(folder: string): Promise<void> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => entry.isFile() || entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name));
  const next = [...paths, folder].values();
  // A thousand files, a disk's latency each: several at a time share it.
  await Promise.all(
    Array.from({ length: 8 }, async () => {
      for (const path of next) {
        const file = await open(path, 'r');
        await file.sync().finally(() => file.close());
      }
    }),
  );
}

function syncPath(path: string): void {
  const file = openSync(path, 'r');
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

type EmscriptenOptions = Parameters<NodeFS['init']>[1];

/** The parts of Emscripten's NODEFS that are not in PGlite's types. */
interface NodeFsInternals {
  realPath(node: unknown): string;
  readonly stream_ops: {
    fsync?: (stream: { readonly nfd?: number; readonly node: unknown }) => number;
  };
}

/** PGlite's file layer with the fsync it leaves out (electric-sql/pglite issue 1107). */
class SyncedNodeFS extends NodeFS {
  syncs = 0;

  get folder(): string {
    return this.rootDir;
  }

  override async init(pglite: PGlite, options: EmscriptenOptions): ReturnType<NodeFS['init']> {
    const { emscriptenOpts } = await super.init(pglite, options);
    const preRun = [emscriptenOpts.preRun ?? []].flat();
    // Before the start, because recovery writes as well.
    return {
      emscriptenOpts: {
        ...emscriptenOpts,
        preRun: [...preRun, (module: object) => this.hook(module)],
      },
    };
  }

  private hook(module: object): void {
    const { NODEFS } = module as { NODEFS: NodeFsInternals };
    NODEFS.stream_ops.fsync = ({ nfd, node }) => {
      try {
        // NODEFS opens no file descriptor for a directory.
        if (nfd === undefined) syncPath(NODEFS.realPath(node));
        else fdatasyncSync(nfd);
        this.syncs += 1;
        return 0;
      } catch {
        return 29; // WASI's EIO, on which PostgreSQL stops rather than lose a commit.
      }
    };
  }
}

const begin = statement('begin', 'begin');
const commit = statement('commit', 'commit');
const rollback = statement('rollback', 'rollback');
// Makes a commit record that must reach the disk, and changes nothing.
const writeProbe = statement('write_probe', `select pg_logical_emit_message(true, 'sallyport', 'probe')`);
const walSinceCheckpoint = statement<{ bytes: number }>(
  'wal_since_checkpoint',
  'select pg_wal_lsn_diff(pg_current_wal_insert_lsn(), redo_lsn) as bytes from pg_control_checkpoint()',
);

// So that statements, of which one is made after another without leaving this thread, let the event loop answer others.
const statementsPerTurn = 64;
// More than on a server: the node waits for the database in any case, and for the disk once a group.
const groupedCallsMax = 32;
// PGlite has no background process that would make checkpoints, without which the log grows for ever.
const statementsPerWalCheck = 1_000;
const walBytesMax = 64 * 1024 * 1024;

/** Whoever wants the session for more than a statement. They give it back by the function that they are handed. */
interface Hold extends Waiter {
  begin(letGo: () => void): void;
}

class PgliteDatabase implements EmbeddedDatabase {
  readonly kind = 'embedded';
  isDurable = false;
  private readonly pglite: PGlite;
  private readonly disk: SyncedNodeFS | null;
  private readonly lock: DataDirectoryLock | null;
  private readonly parser = new Parser();
  private readonly prepared = new Map<string, Prepared>();
  private readonly channels = new Map<string, ((payload: string) => void)[]>();
  private readonly queue: CallQueue<Hold>;
  private ranThisTurn = 0;
  private ranSinceWalCheck = 0;
  private closing: Promise<void> | undefined;

  // The answers being read.
  private calls: readonly StatementCall[] = [];
  private results: Record<string, unknown>[][] = [];
  private rows: Record<string, unknown>[] = [];
  private shape: RowShape | null = null;
  private tag = '';
  private status = '';
  private failure: Error | null = null;

  constructor(pglite: PGlite, disk: SyncedNodeFS | null, lock: DataDirectoryLock | null, waitMs: number | undefined) {
    this.pglite = pglite;
    this.disk = disk;
    this.lock = lock;
    this.queue = new CallQueue(() => this.serve(), { placesMax: 1, groupMax: groupedCallsMax, waitMs });
  }

  /** Sees whether the fsync hook is called for a commit: PGlite's insides may change with any version. */
  async probeDurability(): Promise<void> {
    const before = this.syncCount();
    await this.query(writeProbe, []);
    this.isDurable = this.syncCount() > before;
  }

  syncCount(): number {
    return this.disk?.syncs ?? 0;
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
      if (this.status !== 'I') this.run(rollback, []);
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
      // COMMIT of a transaction in which a statement failed rolls back and says so only here.
      if (this.tag === 'ROLLBACK') throw new Error('A statement of the transaction failed, so it was rolled back.');
      return result;
    } catch (error) {
      sql.isOver = true;
      if (this.status !== 'I') this.run(rollback, []);
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
    if (this.disk !== null) {
      // A row that is written over finds its place on a full disk, too, where nothing else does.
      const { bavail, bsize } = await statfs(this.disk.folder);
      if (bavail * bsize < spareBytesMin) {
        throw new DatabaseUnavailable('The disk of the embedded database is full, or nearly.');
      }
    }
    return this.query(statement, values);
  }

  wrongSettings(): Promise<readonly string[]> {
    return Promise.resolve([]);
  }

  async dump(): Promise<Blob | File> {
    const letGo = await this.hold();
    try {
      return await this.pglite.dumpDataDir('none');
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
      await this.pglite.close();
    } finally {
      this.lock?.release();
    }
  }

  /** Runs a statement now. The caller has the turn. */
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

  /** Runs calls now, in one transaction; null if it failed, and then nothing of it is left. The caller has the turn. */
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

  /** Runs a script now. The caller has the turn. */
  runScript(text: string): void {
    this.calls = [];
    this.exchange(serialize.query(text));
    if (this.failure === null) return;
    throw explain(this.failure);
  }

  /** Sends messages and reads the answers, all of them before it returns. */
  private exchange(messages: Buffer): void {
    this.rows = [];
    this.tag = '';
    this.failure = null;
    this.status = '';
    // This form neither parses the answer nor keeps it, as the others do. It runs to its end before it returns; the promise
    // says nothing more, and a failure inside shows as an answer without an end.
    this.pglite
      .execProtocolRawStream(messages, {
        syncToFs: false,
        onRawData: this.receive,
      })
      .catch(() => undefined);
    if (this.status === '') {
      throw new DatabaseUnavailable('The embedded database did not answer.', {
        cause: this.failure ?? undefined,
      });
    }
  }

  private readonly receive = (bytes: Uint8Array): void => {
    // Copied: they lie in the memory of the WASM program, which will write over them.
    this.parser.parse(Buffer.from(bytes), this.handle);
  };

  private readonly handle = (message: BackendMessage): void => {
    switch (message.name) {
      case 'dataRow':
        if (this.shape === null || this.failure !== null) return;
        try {
          this.rows.push(decodeRow(this.shape, (message as DataRowMessage).fields));
        } catch (error) {
          // Not thrown through the WASM program, which would be left in the middle of its answer.
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
      // The other messages say nothing that is not known.
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

  /** Waits for our turn and keeps it: others wait until we call what comes back. */
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
      // Nobody waits for this; what ails the database will meet the next caller as well.
    }
  }
}

/** The `sql` inside a transaction. Refuses to work once the transaction is over: it would write outside of it. */
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

function isStalePlan(error: Error): boolean {
  return error instanceof DatabaseError && error.code === '0A000' && error.routine === 'RevalidateCachedQuery';
}

/** What a caller is told: PostgreSQL's own error with the statement's name, but for a full disk or memory. */
function explain(error: Error, statement?: Statement<unknown>): Error {
  if (error instanceof DatabaseError && error.code?.startsWith('53') === true) {
    return new DatabaseUnavailable(`The database cannot answer now: ${error.message}`, { cause: error });
  }
  return statement === undefined ? error : Object.assign(error, { statement: statement.name });
}
