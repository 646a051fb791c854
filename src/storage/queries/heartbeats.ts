import { sqlTime, statement } from '../sql.ts';
import type { Database } from '../sql.ts';

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
