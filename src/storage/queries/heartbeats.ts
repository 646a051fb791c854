import { sqlTime, statement } from '../sql.ts';
import type { Database, Sql } from '../sql.ts';

const beatStatement = statement<never>(
  'record_heartbeat',
  `with gone as (delete from heartbeats where beat_at < $3)
   insert into heartbeats (node_id, beat_at) values ($1, $2)
   on conflict (node_id) do update set beat_at = excluded.beat_at`,
);

const keptMs = 24 * 60 * 60_000;

/** Records that a node is alive, and deletes nodes that were not seen for a day. */
export async function recordHeartbeat(db: Database, nodeId: string, nowMs: number): Promise<void> {
  await db.beat(beatStatement, [nodeId, sqlTime(nowMs), sqlTime(nowMs - keptMs)]);
}

const countStatement = statement<{ count: number }>(
  'count_heartbeats',
  'select count(*) as count from heartbeats where beat_at > $1',
);

/** How many nodes were alive since a time. */
export async function countNodes(sql: Sql, sinceMs: number): Promise<number> {
  const [row] = await sql.query(countStatement, [sqlTime(sinceMs)]);
  return row?.count ?? 0;
}
