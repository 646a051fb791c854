/**
 * What is to be delivered after a change, leases on actions, and the indexes for finding values under an old master
 * key.
 */
export const sql = /* sql */ `
-- Written in the transaction of the change it tells of, delivered by a job.
create table outbox (
  tenant_id uuid not null references tenants on delete cascade,
  event_id uuid not null,
  -- whom it concerns; what is not delivered yet goes with the user
  user_id text,
  kind text not null,
  -- what to deliver; taken away once it is, because it names people
  payload jsonb,
  created_at timestamptz not null,
  -- counted when a node takes it
  tries smallint not null default 0,
  -- when it may be taken; whoever takes it moves this on, so that what a dead node held comes back. Null: settled.
  next_try_at timestamptz,
  delivered_at timestamptz,
  -- given up after the last try
  failed_at timestamptz,
  last_error text,
  primary key (tenant_id, event_id),
  foreign key (tenant_id, user_id) references users on delete cascade
);
create index outbox_due on outbox (next_try_at) where next_try_at is not null;
create index outbox_settled on outbox (created_at) where next_try_at is null;
create index outbox_by_user on outbox (tenant_id, user_id) where user_id is not null;

-- Held while somebody outside is asked whether the action may succeed.
alter table actions add column lease_id uuid, add column lease_until timestamptz;

-- Bytes 2 to 9 of a sealed value name its master key. Only this table can be long.
create index authenticators_by_seal on authenticators (substring(secret_sealed from 2 for 8))
  where secret_sealed is not null;
`;
