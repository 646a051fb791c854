/**
 * Keeps two processes out of one data directory: PGlite does not, and loses rows when they meet.
 *
 * Each contender first puts a claim of its own, a file whose name says who it is, into `sallyport.lock/` and only then
 * looks for others. Of two that race the later one to look sees the other's claim, so never do both win; nobody ever
 * deletes a name that a living process could still rely on, which is what breaks taking over one common lock file.
 */
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';

/** Another process works in the directory. The message is one sentence for an operator. */
export class DataDirectoryInUse extends Error {
  override readonly name = 'DataDirectoryInUse';
}

/** A directory that is ours alone until it is released, or until the process ends. */
export interface DataDirectoryLock {
  release(): void;
}

interface Claim {
  readonly pid: number;
  /** Clock ticks since the machine started, from /proc; `0` where there is no /proc. */
  readonly startedAt: string;
  readonly host: string;
}

const triesMax = 5;
const heldHere = new Set<string>();

/**
 * Creates the directory (only its owner may enter) and takes its lock; takes over from a process that no longer lives.
 * Blocks for up to a quarter of a second when it is held. @throws {DataDirectoryInUse}
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

  for (let tried = 1; ; tried += 1) {
    let holder = findHolder(folder, own) ?? place(file, own);
    if (holder === null) {
      holder = findHolder(folder, own);
      if (holder === null) {
        heldHere.add(file);
        return {
          release() {
            if (heldHere.delete(file)) rmSync(file, { force: true });
          },
        };
      }
      // Both stand back, and try again at different times.
      rmSync(file, { force: true });
    }
    if (tried === triesMax) throw new DataDirectoryInUse(inUse(directory, file, own, holder));
    // Synchronous, so that a start needs no timer; it also waits for a predecessor that is just closing.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20 + (own.pid % 8) * 5);
  }
}

/** Puts our claim. Null, or who holds the lock when a claim of this very process is there already. */
function place(file: string, own: Claim): Claim | null {
  const text = `${JSON.stringify(own)}\n`;
  try {
    writeFileSync(file, text, { flag: 'wx', mode: 0o600 });
    return null;
  } catch (error) {
    if (!isCode(error, 'EEXIST')) throw error;
    // Without a start time an earlier process with our pid left the same name; with one it can only be ourselves.
    if (own.startedAt !== '0' || heldHere.has(file)) return own;
    writeFileSync(file, text);
    return null;
  }
}

/** Another process's claim that is alive, or cannot be known to be dead. Removes those that are dead. */
function findHolder(folder: string, own: Claim): Claim | null {
  for (const name of readdirSync(folder)) {
    const claim = parseName(name);
    if (claim === null || name === nameOf(own)) continue;
    if (claim.host !== own.host || isAlive(claim)) return claim;
    rmSync(join(folder, name), { force: true });
  }
  return null;
}

function isAlive(claim: Claim): boolean {
  const startedAt = startOf(claim.pid);
  // Another start time: the pid has been given to another process since.
  if (startedAt !== null && claim.startedAt !== '0') return startedAt === claim.startedAt;
  try {
    process.kill(claim.pid, 0);
    return startedAt !== null || claim.startedAt === '0';
  } catch (error) {
    return !isCode(error, 'ESRCH');
  }
}

/** When a process started; null if there is none, it is only waiting to be buried, or there is no /proc. */
function startOf(pid: number): string | null {
  try {
    // `pid (name) state ...`; the name may hold anything, spaces and brackets included. See proc(5).
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' || fields[0] === 'X' ? null : (fields[19] ?? null);
  } catch {
    return null;
  }
}

// The claim is in the name and not only in the file, so that one whose writer died before the first byte is readable.
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

function inUse(directory: string, file: string, own: Claim, holder: Claim): string {
  const where =
    holder.host === own.host ? '' : ` (if that host is gone for good, delete ${join(file, '..', nameOf(holder))})`;
  return `The data directory ${directory} is in use by process ${holder.pid} on host ${holder.host}${where}.`;
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
