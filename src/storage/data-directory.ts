/**
 * Keeps two processes out of one data directory: PGlite does not, and loses rows if two processes use it.
 *
 * Each contender first writes a claim of its own into `sallyport.lock/`, a file whose name identifies the process, and
 * only then looks for others. If two race, the later one to look sees the other's claim, so they never both win. No
 * process ever deletes a name that a living process could still rely on; that is what makes taking over a single shared
 * lock file unsafe.
 */
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';

/** Another process uses the directory. The message is one sentence for an operator. */
export class DataDirectoryInUse extends Error {
  override readonly name = 'DataDirectoryInUse';
}

/** A directory that only this process uses until it is released, or until the process ends. */
export interface DataDirectoryLock {
  release(): void;
}

interface Claim {
  readonly pid: number;
  /** Clock ticks since the machine started, from /proc; `0` if there is no /proc. */
  readonly startedAt: string;
  readonly host: string;
}

const triesMax = 5;
const heldHere = new Set<string>();

/**
 * Creates the directory (only its owner may enter) and takes its lock, also from a process that no longer lives. Blocks
 * for up to a quarter of a second if the lock is held. @throws {DataDirectoryInUse}
 */
export function lockDataDirectory(directory: string): DataDirectoryLock {
  const folder = join(directory, 'sallyport.lock');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const own: Claim = {
    pid: process.pid,
    startedAt: startOf(process.pid) ?? '0',
    host: hostOf(hostname()),
  };
  const file = join(folder, nameOf(own));

  let isPlaced = false;
  for (let tried = 1; ; tried += 1) {
    let others = livingClaims(folder, own);
    if (!isPlaced && others.length === 0) {
      if (!place(file, own)) throw new DataDirectoryInUse(inUse(directory, folder, own, own));
      isPlaced = true;
      others = livingClaims(folder, own);
    }
    const [holder] = others;
    if (holder === undefined) {
      heldHere.add(file);
      return oneRelease(file);
    }
    // If several race, all withdraw their claims except one, which waits for them to do so and wins.
    if (isPlaced && (tried === triesMax || others.some((other) => nameOf(other) < nameOf(own)))) {
      rmSync(file, { force: true });
      isPlaced = false;
    }
    if (tried === triesMax) throw new DataDirectoryInUse(inUse(directory, folder, own, holder));
    // Synchronous, so that a start needs no timer; it also gives a predecessor that is just closing time to finish.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 40);
  }
}

function oneRelease(file: string): DataDirectoryLock {
  let isReleased = false;
  return {
    release() {
      if (isReleased) return;
      isReleased = true;
      heldHere.delete(file);
      rmSync(file, { force: true });
    },
  };
}

/** Writes our claim. False if this process has already written it. */
function place(file: string, own: Claim): boolean {
  const text = `${JSON.stringify(own)}\n`;
  try {
    writeFileSync(file, text, { flag: 'wx', mode: 0o600 });
  } catch (error) {
    if (!isCode(error, 'EEXIST')) throw error;
    // Without a start time, an earlier process with our pid may have left the same name; with one, it is our own claim.
    if (own.startedAt !== '0' || heldHere.has(file)) return false;
    writeFileSync(file, text);
  }
  return true;
}

/** Claims of other processes that are alive, or that cannot be shown to be dead. Removes the claims of dead ones. */
function livingClaims(folder: string, own: Claim): Claim[] {
  const living: Claim[] = [];
  for (const name of readdirSync(folder)) {
    const claim = parseName(name);
    if (claim === null || name === nameOf(own)) continue;
    if (claim.host !== own.host || isAlive(claim)) living.push(claim);
    else rmSync(join(folder, name), { force: true });
  }
  return living;
}

function isAlive(claim: Claim): boolean {
  const startedAt = startOf(claim.pid);
  // A different start time means that the pid was reused by another process.
  if (startedAt !== null && claim.startedAt !== '0') return startedAt === claim.startedAt;
  try {
    process.kill(claim.pid, 0);
    return startedAt !== null || claim.startedAt === '0';
  } catch (error) {
    return !isCode(error, 'ESRCH');
  }
}

/** When a process started; null if there is none, if it is a zombie, or if there is no /proc. */
function startOf(pid: number): string | null {
  try {
    // `pid (name) state ...`; the name may contain anything, including spaces and brackets. See proc(5).
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' || fields[0] === 'X' ? null : (fields[19] ?? null);
  } catch {
    return null;
  }
}

// The claim is in the file's name, so that it is readable even if its writer died before writing the first byte.
function nameOf(claim: Claim): string {
  return `${claim.pid}-${claim.startedAt}@${claim.host}`;
}

function parseName(name: string): Claim | null {
  const [, pid, startedAt, host] = /^(\d+)-(\d+)@(.+)$/.exec(name) ?? [];
  return pid === undefined || startedAt === undefined || host === undefined
    ? null
    : { pid: Number(pid), startedAt, host };
}

function hostOf(name: string): string {
  return name.replace(/[^\w.-]/g, '_') || 'unknown';
}

function inUse(directory: string, folder: string, own: Claim, holder: Claim): string {
  const remedy =
    holder.host === own.host ? '' : ` (if that host is gone for good, delete ${join(folder, nameOf(holder))})`;
  return `The data directory ${directory} is in use by process ${holder.pid} on host ${holder.host}${remedy}.`;
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
