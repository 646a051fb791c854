import type { Runtime } from '../runtime/runtime.ts';
import type { OutboxRow } from '../storage/queries/outbox.ts';
import type { Store } from '../storage/sql.ts';

export interface JobContext {
  readonly db: Store;
  readonly runtime: Runtime;
  /** Delivers a row of the outbox, by its kind. Rejects if it was not accepted. */
  readonly deliver: Readonly<Record<string, (row: OutboxRow) => Promise<void>>>;
  /** Deliveries that have begun and not ended, each with its tenant: they outlast a run. */
  readonly underWay: Map<Promise<void>, string>;
  /** Tells the operator, in the log, of what a run was not there any more to throw. */
  warn(error: unknown): void;
  /** Writes a line of the log. */
  tell(members: object, sentence: string): void;
  /** Lets the successor take its place that one of the user's authenticators has, if its time has come. */
  readonly settleFactors: (tenantId: string, userId: string) => Promise<void>;
}

/** A chore that every node tries at its interval and one at a time does. */
export interface Job {
  readonly name: string;
  readonly intervalMs: number;
  run(context: JobContext): Promise<void>;
}
