/** Devices that are remembered, what proved the user there last, and the cookie by which our pages know one again. */
import type { Database } from '../sql.ts';

// One table each, because calls use all of them: a step waits for one lock only, and may run again.
const devices = /* sql */ `
alter table devices
  add column if not exists last_verification_method text,
  -- as its user calls it
  add column if not exists name text,
  add column if not exists remembered_until timestamptz,
  -- SHA-256 of the secret in the cookie of a page that remembered it, and the number of the newest cookie
  add column if not exists cookie_hash bytea,
  add column if not exists cookie_generation integer not null default 0,
  -- when each of the three cookies before was replaced, newest first
  add column if not exists cookie_rotated_at timestamptz[] not null default '{}';
`;

const users = /* sql */ `
-- when a cookie of one of the user's devices came back that had been replaced long before
alter table users add column if not exists device_theft_at timestamptz;
`;

const actionConfigurations = /* sql */ `
-- whether and how long this action's pages remember devices; null for what the tenant says
alter table action_configurations add column if not exists remember_device jsonb;
`;

export const steps: readonly ((db: Database) => Promise<void>)[] = [
  (db) => db.script(devices),
  (db) => db.script(users),
  (db) => db.script(actionConfigurations),
];
