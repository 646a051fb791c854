import { sqlTime, statement } from '../sql.ts';
import type { Sql } from '../sql.ts';
import { purgeOf } from './purge.ts';

/** One request to an endpoint, and its answer. */
export interface AttemptRow {
  readonly attemptId: string;
  readonly endpointId: string;
  /** What it carried: one, or up to 500 of log events. */
  readonly deliveryIds: readonly string[];
  readonly url: string;
  /** The value of `X-Signature-V2`. */
  readonly signature: string;
  readonly bodyBytes: number;
  readonly startedAt: number;
  readonly endedAt: number;
  /** Null if there was no answer. */
  readonly status: number | null;
  /** The beginning of the answer's body. */
  readonly reply: string | null;
  /** Why there was no answer. Safe to show. */
  readonly failure: string | null;
}

const columns =
  'attempt_id, endpoint_id, delivery_ids, url, signature, body_bytes, started_at, ended_at, status, reply, failure';

const recordStatement = statement<never>(
  'record_delivery_attempt',
  `insert into delivery_attempts (tenant_id, ${columns}) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
);

export async function recordAttempt(sql: Sql, tenantId: string, row: AttemptRow): Promise<void> {
  await sql.query(recordStatement, [
    tenantId,
    row.attemptId,
    row.endpointId,
    row.deliveryIds,
    row.url,
    row.signature,
    row.bodyBytes,
    sqlTime(row.startedAt),
    sqlTime(row.endedAt),
    row.status,
    row.reply,
    row.failure,
  ]);
}

const listStatement = statement<AttemptRow>(
  'list_delivery_attempts',
  `select ${columns} from delivery_attempts where tenant_id = $1 and delivery_ids @> array[$2::uuid] order by attempt_id desc
   limit $3`,
);

/** The attempts of a delivery, latest first. */
export async function listAttempts(
  sql: Sql,
  tenantId: string,
  deliveryId: string,
  max: number,
): Promise<readonly AttemptRow[]> {
  return sql.query(listStatement, [tenantId, deliveryId, max]);
}

const loadStatement = statement<AttemptRow>(
  'load_delivery_attempt',
  `select ${columns} from delivery_attempts where tenant_id = $1 and attempt_id = $2`,
);

export async function loadAttempt(sql: Sql, tenantId: string, attemptId: string): Promise<AttemptRow | undefined> {
  const [row] = await sql.query(loadStatement, [tenantId, attemptId]);
  return row;
}

/** Deletes attempts that began before a time. */
export const purgeAttempts = purgeOf('delivery_attempts', 'attempt_id', {
  condition: 'started_at <= $1',
  order: 'started_at',
});
