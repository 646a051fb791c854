/** What the audit log has of one person is found by an index: an export looks through nobody else's events. */
import type { Database } from '../sql.ts';

export const steps: readonly ((db: Database) => Promise<void>)[] = [
  // What a build left behind when it was interrupted.
  (db) => db.script('drop index concurrently if exists audit_events_by_user', true),
  (db) =>
    db.script(
      `create index concurrently audit_events_by_user on audit_events (tenant_id, user_id, event_id)
       where user_id is not null`,
      true,
    ),
];
