/** What rules count of the past, kept as it happens (decision 0035): no index leads to the actions of an address or a device. */
import { loadDatabaseNow } from '../queries/tenants.ts';
import { sqlTime, statement } from '../sql.ts';
import type { Database } from '../sql.ts';

const hourMs = 60 * 60 * 1000;

/** See the migration `actions-by-month`: calls never queue behind this. */
const briefly = "set local lock_timeout = '200ms';";

export const tables = ['tally_series', 'tallies'];

const createTables = /* sql */ `
-- What rules ask of a window of time, without its length: each is counted from a time on, and the time before is filled in.
create table if not exists tally_series (
  tenant_id uuid not null,
  -- increases with time, and is never used again
  series_id bigint not null,
  -- actionCount, distinctCount or customSum
  operator text not null,
  -- user, ip or device: whose actions
  party_kind text not null,
  -- what distinctCount tells apart, or the data point that customSum adds; '' for actionCount
  subject text not null,
  -- * for all
  action_code text not null,
  state text not null,
  -- actions made from then on are counted by the statements that write them
  counts_from timestamptz not null,
  -- a node saw the series well before counts_from, so every call from then on sees it too; if null by then, it is begun anew
  seen_at timestamptz,
  -- earlier ones are filled in back to here; null while none are
  filled_from timestamptz,
  -- up to where the counts of single calls are added up by minute, and by hour
  minutes_folded_to timestamptz not null,
  hours_folded_to timestamptz not null,
  wanted_at timestamptz not null,
  -- no rule asks any more: from then on nothing is counted
  ends_at timestamptz,
  primary key (tenant_id, series_id)
);
create unique index if not exists tally_series_kept
  on tally_series (tenant_id, operator, party_kind, subject, action_code, state) where ends_at is null;

-- The sum of all rows of a time is what is counted then. Calls add rows of their own and wait for no other.
create table if not exists tallies (
  tenant_id uuid not null,
  series_id bigint not null,
  -- the own id of a user, or the keyed hash of an address or a device id
  party uuid not null,
  -- 0: a minute, as calls count it; 1: a minute, added up; 2: an hour, as the sum of its added up minutes
  grain smallint not null,
  starts_at timestamptz not null,
  -- of grain 0: the connection that counted, or, negative, one change of an action made before counts_from; else 0
  slot bigint not null,
  -- what distinctCount tells apart; '' for the others
  value text not null,
  n bigint not null,
  amount numeric not null,
  -- how many could not be read
  unread bigint not null,
  primary key (tenant_id, series_id, party, grain, starts_at, slot, value)
) with (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.05, autovacuum_analyze_scale_factor = 0.05);
-- For jobs, which name the expression. Who reads one party must not use it, and the planner sometimes cannot tell them apart.
create index if not exists tallies_by_time on tallies ((series_id + 0), tenant_id, grain, starts_at, party);
`;

// Nodes of the release before may run on for a while: they do not count, and write an action before its user.
const earlierNodes = /* sql */ `${briefly}
alter table tenants add column if not exists earlier_nodes_until timestamptz;
`;
const untilStatement = statement<never>(
  'migrate_earlier_nodes',
  'update tenants set earlier_nodes_until = $1 where earlier_nodes_until is null',
);

const parties = /* sql */ `${briefly}
alter table actions_by_month add column if not exists address_party uuid, add column if not exists device_party uuid;
`;

export const steps: readonly ((db: Database) => Promise<void>)[] = [
  (db) => db.script(earlierNodes),
  async (db) => void (await db.query(untilStatement, [sqlTime((await loadDatabaseNow(db)) + hourMs)])),
  (db) => db.script(parties),
  (db) => db.script(createTables),
];
