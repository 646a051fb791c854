import type { Runtime } from '../runtime/runtime.ts';
import type { Database } from '../storage/sql.ts';

export interface JobContext {
  readonly db: Database;
  readonly runtime: Runtime;
}

/** A chore that every node tries at its interval and one at a time does. */
export interface Job {
  readonly name: string;
  readonly intervalMs: number;
  run(context: JobContext): Promise<void>;
}
