import type { Runtime } from '../runtime/runtime.ts';
import type { Count, HourCount } from '../core/alerts/measure.ts';
import type { OutboxRow } from '../storage/queries/outbox.ts';
import type { SeriesQuestion } from '../storage/queries/tally-series.ts';
import type { TakenBatch } from '../storage/queries/deliveries.ts';
import type { AttemptRow } from '../storage/queries/delivery-attempts.ts';
import type { Database, Sql, Store } from '../storage/sql.ts';

/** A request to an endpoint that has started and not ended. */
export interface EventsUnderWay {
  readonly tenantId: string;
  readonly endpointId: string;
  readonly lane: string;
  readonly isFailing: boolean;
  readonly isKnown: boolean;
}

/** What the rules of a tenant count of the past. */
export interface CountedTenant {
  readonly tenantId: string;
  readonly questions: readonly SeriesQuestion[];
  /** The hash that an address or a device is counted by; null for none. */
  partyId(kind: 'ip' | 'device', value: string | null): string | null;
}

export interface JobContext {
  readonly db: Store;
  /** The same as the owner of its tables, if the node has a URL of that role. */
  readonly owner: Store;
  readonly runtime: Runtime;
  /** Of each tenant that this node knows, what its rules count. */
  counted(): Iterable<CountedTenant>;
  /** Delivers a row of the outbox, by its kind. Rejects if it was not accepted. */
  readonly deliver: Readonly<Record<string, (row: OutboxRow) => Promise<void>>>;
  /** Deliveries that have started and not ended, each with its tenant: they outlast a run. */
  readonly underWay: Map<Promise<void>, string>;
  /** Requests to endpoints for events. */
  readonly events: {
    /** Sends deliveries that were taken. Undefined if there is nothing to send, or nobody to send it to. */
    send(taken: TakenBatch): Promise<AttemptRow | undefined>;
    /** Records what became of them. */
    settle(taken: TakenBatch, attempt: AttemptRow): Promise<void>;
    /** Records an attempt to send what is recorded in the same transaction. */
    note(sql: Sql, taken: TakenBatch, attempt: AttemptRow): Promise<void>;
    /** Those that have started and not ended: they outlast a run. */
    readonly requests: Map<Promise<void>, EventsUnderWay>;
    /** Endpoints that were slow lately, each until when it is taken for slow. */
    readonly slow: Map<string, number>;
  };
  /** Logs an error that happened after its run had ended, so that it can no longer be thrown. */
  warn(error: unknown): void;
  /** Writes a line of the log. */
  tell(members: object, sentence: string): void;
  /** What this node counted for tenants and has not stored yet. */
  readonly counts: {
    readonly nodeId: string;
    unstored(): readonly Count[];
    settle(counts: readonly Count[]): void;
    unstoredHours(): readonly HourCount[];
    settleHours(counts: readonly HourCount[]): void;
  };
  /** Lets the successor of one of the user's authenticators replace it, if its hold has ended. */
  readonly settleFactors: (tenantId: string, userId: string) => Promise<void>;
}

/** A task that is done by the clock, on one node at a time (`run-jobs.ts`). */
export interface Job {
  readonly name: string;
  readonly intervalMs: number;
  /** Whether all nodes run it, because it takes what is due row by row, and each row once. */
  readonly isShared?: boolean;
  /** The only kind of database that needs it. */
  readonly onlyOn?: Database['kind'];
  run(context: JobContext): Promise<void>;
}
