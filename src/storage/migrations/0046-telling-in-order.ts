/**
 * What is due for an endpoint comes out of one index in its order, and events name their tenant without a foreign key to its
 * one row, as others that are written often: tenants are never deleted.
 */
import type { Database } from '../sql.ts';

export const steps: readonly ((db: Database) => Promise<void>)[] = [
  (db) => db.script('alter table events drop constraint if exists events_tenant_id_fkey'),
  (db) => db.script('alter table deliveries drop constraint if exists deliveries_tenant_id_fkey'),
  // What a build left behind when it was interrupted.
  (db) => db.script('drop index concurrently if exists deliveries_due_in_order', true),
  (db) =>
    db.script(
      `create index concurrently deliveries_due_in_order on deliveries (tenant_id, endpoint_id, lane, due_at, delivery_id)
       where due_at is not null`,
      true,
    ),
  (db) => db.script('drop index concurrently if exists deliveries_due', true),
];
