import { stat } from 'node:fs/promises';
import { messageOf, type OnProblem } from './unknown.ts';

/** What a file held once it was read and verified whole. */
export interface Loaded<T> {
  readonly value: T;
  /** What the data calls itself, for the decision record. */
  readonly version: string | null;
  readonly builtAtMs: number | null;
}

/**
 * The state of a source of data: `ok` serves (perhaps its last good content, see `problem`), `missing` was never
 * configured, `broken` was configured and has never been readable.
 */
export type SourceState = 'ok' | 'missing' | 'broken';

/** A data file that is replaced in memory only by a complete, verified successor. */
export interface WatchedFile<T> {
  readonly name: string;
  readonly state: SourceState;
  readonly loaded: Loaded<T> | null;
  /** Why the newest content of the file is not in use, or why look-ups in it fail; null when all is well. */
  readonly problem: string | null;
  /** Reads the file again if it changed. Never rejects. */
  check(): Promise<void>;
  /** Reads the file again in any case. Never rejects. */
  reload(): Promise<void>;
  /** A look-up in the loaded content failed: tells the operator, once per content. */
  reportDamage(error: unknown): void;
}

/** One source of data and how fresh it is, for the decision record and the operator. */
export interface DataSource {
  readonly name: string;
  readonly state: SourceState;
  /** What the data calls itself. */
  readonly version: string | null;
  /** When the data was made, ISO 8601. */
  readonly builtAt: string | null;
  readonly ageDays: number | null;
  /** Why the newest content of the file is not in use, or why look-ups in it fail. */
  readonly problem: string | null;
}

/** How often files are checked for a change: often enough for a nightly update, and cheap. */
export const fileCheckIntervalMs = 60_000;

const dayMs = 86_400_000;

// A file that keeps changing while it is read is read at most this often per check.
const attemptsMax = 3;

async function signatureOf(path: string): Promise<string> {
  // Inode and change time too: a copy with the same times and length is still another file.
  const { dev, ino, size, mtimeMs, ctimeMs } = await stat(path);
  return `${dev}:${ino}:${size}:${mtimeMs}:${ctimeMs}`;
}

function isSystemError(error: unknown): boolean {
  return error instanceof Error && 'syscall' in error;
}

async function loadUndisturbed<T>(
  path: string,
  read: (path: string) => Promise<Loaded<T>>,
): Promise<{ loadedState: string; loaded: Loaded<T> }> {
  for (let attempt = 1; attempt <= attemptsMax; attempt += 1) {
    const loadedState = await signatureOf(path);
    const loaded = await read(path);
    if ((await signatureOf(path)) === loadedState) return { loadedState, loaded };
  }
  throw new Error('it keeps changing while it is read');
}

/**
 * Opens a file that may be replaced at run time; `read` must read and verify all of it or throw. A null path is a
 * source that is not configured. A successor that cannot be read leaves the last good content in place (F30).
 */
export async function openWatchedFile<T>(
  name: string,
  path: string | null,
  read: (path: string) => Promise<Loaded<T>>,
  onProblem: OnProblem,
): Promise<WatchedFile<T>> {
  let loaded: Loaded<T> | null = null;
  let loadedState = '';
  let problem: string | null = null;
  let isDamageReported = false;
  let running: Promise<void> = Promise.resolve();

  function report(message: string): void {
    if (problem === message) return;
    problem = message;
    try {
      onProblem({ source: name, message });
    } catch {
      // A log that fails must not take a decision or the next check of the file with it; `problem` still says what is wrong.
    }
  }

  async function load(from: string): Promise<void> {
    let seen = '';
    try {
      seen = await signatureOf(from);
      const fresh = await loadUndisturbed(from, read);
      loaded = fresh.loaded;
      loadedState = fresh.loadedState;
      problem = null;
      isDamageReported = false;
    } catch (error) {
      // Broken content is remembered, so that it is parsed once and not once a minute; a failure of the system (no file,
      // no descriptor left) may pass by itself and is tried again.
      loadedState = isSystemError(error) ? '' : seen;
      const consequence = loaded === null ? 'its facts are unknown' : 'the last good content stays in use';
      report(`${from} cannot be used (${messageOf(error)}); ${consequence}.`);
    }
  }

  async function loadIfChanged(from: string): Promise<void> {
    const seen = await signatureOf(from).catch(() => '');
    if (seen === '' || seen !== loadedState) await load(from);
  }

  /** One after the other: two overlapping reads could finish in the wrong order and bring older content back. */
  function inTurn(run: (from: string) => Promise<void>): Promise<void> {
    if (path === null) return Promise.resolve();
    running = running.then(() => run(path));
    return running;
  }

  const file: WatchedFile<T> = {
    name,
    get state() {
      if (path === null) return 'missing';
      return loaded === null ? 'broken' : 'ok';
    },
    get loaded() {
      return loaded;
    },
    get problem() {
      return problem;
    },
    check: () => inTurn(loadIfChanged),
    reload: () => inTurn(load),
    reportDamage(error) {
      // Once, not once for each kind of damage: this is called from look-ups, thousands of times a second.
      if (isDamageReported) return;
      isDamageReported = true;
      report(`A look-up in ${path ?? name} failed (${messageOf(error)}); facts from the damaged part are unknown.`);
    },
  };
  await file.reload();
  return file;
}

/** A watched file as the operator and the decision record see it. */
export function describeSource(file: WatchedFile<unknown>, nowMs: number): DataSource {
  const builtAtMs = file.loaded?.builtAtMs ?? null;
  return {
    name: file.name,
    state: file.state,
    version: file.loaded?.version ?? null,
    builtAt: builtAtMs === null ? null : new Date(builtAtMs).toISOString(),
    ageDays: builtAtMs === null ? null : Math.max(0, Math.floor((nowMs - builtAtMs) / dayMs)),
    problem: file.problem,
  };
}
