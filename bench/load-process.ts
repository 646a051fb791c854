/**
 * The load generator: a separate process, so that its cost is not the server's, and a small one, because it shares the
 * machine with the servers it measures. Closed loop over keep-alive connections, with one request in flight on each.
 * Takes a {@link LoadJob} by message, answers with a {@link LoadResult}.
 */
import { readFileSync } from 'node:fs';
import { Socket } from 'node:net';
import { cpuMsOf } from './process-usage.ts';
import { percentile } from './statistics.ts';
import { userAddressOf } from './user-address.ts';
import { userIdOf } from './user-id.ts';

export interface LoadJob {
  readonly url: string;
  readonly method: string;
  /** `{userId}` and `{address}` are replaced by those of a user drawn for each request, also in the body. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** ASCII. */
  readonly body: string;
  /**
   * A file with one line per user, which replaces `{credential}`; all of one length if they are in the body. Users are
   * then taken in turn, so that each is used once before any is used again.
   */
  readonly credentials?: string;
  readonly users: number;
  readonly connections: number;
  /** Sent first, not measured. */
  readonly warmupMs: number;
  readonly measureMs: number;
  readonly serverPid: number;
}

export interface LoadResult {
  /** 200 responses that arrived within the measured time; no other response is counted. */
  readonly answers: number;
  readonly answersPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** CPU time of the server's process per response; null if the system does not report it. */
  readonly cpuMicrosPerAnswer: number | null;
  /** Every response other than 200, including warm-up, with the text of the first one. */
  readonly failures: number;
  readonly firstFailure: string | null;
}

const headEnd = Buffer.from('\r\n\r\n');
let users: readonly BenchUser[] = [];
let usersOf: string | undefined;
let jobsDone = 0;
let nextUser = 0;

interface BenchUser {
  readonly userId: string;
  readonly address: string;
  readonly credential: string;
}

/** Totals over all connections of one job. */
class Tally {
  isMeasuring = false;
  isOver = false;
  readonly latenciesMs: number[] = [];
  failures = 0;
  firstFailure: string | null = null;

  countAnswer(latencyMs: number): void {
    if (this.isMeasuring) this.latenciesMs.push(latencyMs);
  }

  countFailure(text: string): void {
    this.failures += 1;
    this.firstFailure ??= text;
  }
}

class Connection {
  private readonly socket = new Socket();
  private readonly tally: Tally;
  /** The request, cut at the placeholders: text and names of members of {@link BenchUser} in turn. */
  private readonly pieces: readonly string[];
  private readonly isInTurn: boolean;
  private random: number;
  private received: Buffer = Buffer.alloc(0);
  private sentAtMs = 0;

  constructor(job: LoadJob, tally: Tally, seed: number) {
    this.tally = tally;
    this.isInTurn = job.credentials !== undefined;
    // Any number but zero; the multiplier spreads neighbouring seeds.
    this.random = Math.imul(seed + 1, 0x9e3779b1) | 1;
    const { host, hostname, port } = new URL(job.url);
    // The same for every user: all ids have one length, and so have all addresses.
    const bodyLength = fill(cut(job.body), users[0]).length;
    const headers = { host, ...job.headers, 'content-length': String(bodyLength) };
    const head = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
    this.pieces = cut(`${job.method} ${job.path} HTTP/1.1\r\n${head.join('')}\r\n${job.body}`);
    this.socket.setNoDelay(true);
    this.socket.on('data', (bytes) => this.receive(bytes));
    this.socket.on('error', (error) => tally.countFailure(error.message));
    this.socket.on('close', () => {
      if (!tally.isOver) tally.countFailure('The server closed the connection.');
    });
    this.socket.connect(Number(port), hostname, () => this.send());
  }

  close(): void {
    this.socket.destroy();
  }

  private send(): void {
    if (this.tally.isOver) return;
    // xorshift32: even enough to draw users with, and costs almost nothing.
    this.random ^= this.random << 13;
    this.random ^= this.random >>> 17;
    this.random ^= this.random << 5;
    const number = this.isInTurn ? (nextUser += 1) : this.random >>> 0;
    const request = fill(this.pieces, users[number % users.length]);
    this.sentAtMs = performance.now();
    this.socket.write(request, 'latin1');
  }

  private receive(bytes: Buffer): void {
    this.received = this.received.length === 0 ? bytes : Buffer.concat([this.received, bytes]);
    const headLength = this.received.indexOf(headEnd);
    if (headLength === -1) return;
    const head = this.received.toString('latin1', 0, headLength);
    const bodyLength = Number(/^content-length: *(\d+)/im.exec(head)?.[1]);
    if (Number.isNaN(bodyLength)) {
      this.tally.countFailure(`An answer without Content-Length:\n${head}`);
      this.close();
      return;
    }
    const length = headLength + headEnd.length + bodyLength;
    if (this.received.length < length) return;
    if (head.startsWith('HTTP/1.1 200 ')) this.tally.countAnswer(performance.now() - this.sentAtMs);
    else this.tally.countFailure(this.received.toString('utf8'));
    this.received = this.received.subarray(length);
    this.send();
  }
}

function cut(text: string): readonly string[] {
  return text.split(/\{(userId|address|credential)\}/);
}

function fill(pieces: readonly string[], user: BenchUser | undefined): string {
  let text = '';
  for (const piece of pieces) {
    if (piece === 'userId') text += user?.userId;
    else if (piece === 'address') text += user?.address;
    else if (piece === 'credential') text += user?.credential;
    else text += piece;
  }
  return text;
}

async function runJob(job: LoadJob): Promise<LoadResult> {
  if (users.length !== job.users || usersOf !== job.credentials) {
    const lines = job.credentials === undefined ? [] : readFileSync(job.credentials, 'utf8').split('\n');
    users = Array.from({ length: job.users }, (_, number) => ({
      userId: userIdOf(number),
      address: userAddressOf(number),
      credential: lines[number] ?? '',
    }));
    usersOf = job.credentials;
  }
  const tally = new Tally();
  const connections = Array.from(
    { length: job.connections },
    // Another seed for each job, so that no job repeats the users of the one before.
    (_, index) => new Connection(job, tally, jobsDone * job.connections + index),
  );
  jobsDone += 1;
  await sleep(job.warmupMs);
  const cpuMsBefore = cpuMsOf(job.serverPid);
  const startedMs = performance.now();
  tally.isMeasuring = true;
  await sleep(job.measureMs);
  tally.isMeasuring = false;
  const tookMs = performance.now() - startedMs;
  const cpuMsAfter = cpuMsOf(job.serverPid);
  tally.isOver = true;
  for (const connection of connections) connection.close();

  const latenciesMs = Float64Array.from(tally.latenciesMs).sort();
  const answers = latenciesMs.length;
  return {
    answers,
    answersPerSecond: (answers * 1000) / tookMs,
    p50Ms: percentile(latenciesMs, 0.5),
    p99Ms: percentile(latenciesMs, 0.99),
    cpuMicrosPerAnswer:
      cpuMsBefore === undefined || cpuMsAfter === undefined ? null : ((cpuMsAfter - cpuMsBefore) * 1000) / answers,
    failures: tally.failures,
    firstFailure: tally.firstFailure,
  };
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}

process.on('message', (job) => {
  void runJob(job as LoadJob).then((result) => process.send?.(result));
});
process.on('disconnect', () => process.exit());
