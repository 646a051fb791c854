/**
 * What tells whether all is well: when each job ran, and on which node; and what tenants want to be told of. A job is taken
 * by one conditional write, so that one node runs it.
 */
export const sql = /* sql */ `
create table job_runs (
  name text primary key,
  -- when it may be taken next, unless a node holds it
  due_at timestamptz not null,
  -- the node that took it last; others take it once its lease is over
  node_id uuid,
  leased_until timestamptz,
  started_at timestamptz,
  ended_at timestamptz,
  succeeded_at timestamptz,
  -- of the run that ended last; null if it succeeded. Never a message, which could name a person
  error_class text
);

create table alerts (
  tenant_id uuid not null references tenants on delete cascade,
  alert_id uuid not null,
  name text not null,
  is_active boolean not null,
  measure text not null,
  -- only these are counted; null: all
  kinds text[],
  threshold integer not null,
  window_minutes integer not null,
  -- how long the threshold must not be reached until it is over
  quiet_minutes integer not null,
  -- e-mail addresses of whom to tell
  recipients text[] not null,
  created_at timestamptz not null,
  -- null: not raised
  raised_at timestamptz,
  reached_at timestamptz,
  primary key (tenant_id, alert_id)
);

-- What nodes counted for tenants with alerts: a row for each kind, minute and node, kept for as long as a window can be.
create table tenant_counts (
  tenant_id uuid not null references tenants on delete cascade,
  measure text not null,
  minute timestamptz not null,
  kind text not null,
  node_id uuid not null,
  count integer not null,
  primary key (tenant_id, measure, minute, kind, node_id)
);
create index tenant_counts_by_minute on tenant_counts (minute);

create index outbox_waiting on outbox (tenant_id) where next_try_at is not null;
`;
