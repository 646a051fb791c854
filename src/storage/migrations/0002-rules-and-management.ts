/** Rules, lists, data points, theme, messages, devices, places, the audit chain. */
export const sql = /* sql */ `
alter table tenants add column theme jsonb not null default '{}';
alter table tenants add column message_overrides jsonb not null default '{}';

alter table api_keys add column last_used_at timestamptz;

alter table authenticator_configurations add column settings jsonb not null default '{}';
-- provider credentials by name, each sealed as one JSON object; never answered
alter table authenticator_configurations add column secrets_sealed bytea;

alter table action_configurations
  add column action_type text not null default 'CLASSIC' check (action_type in ('CLASSIC', 'FLOW')),
  add column verification_methods text[],
  add column prompt_to_enroll_verification_methods text[],
  add column default_verification_method text,
  add column minimum_assurance text check (minimum_assurance in ('low', 'restricted', 'medium', 'high')),
  add column messaging_templates json,
  add column verification_webhook_url text,
  add column updated_at timestamptz,
  -- archived, not deleted: the same code brings it back with what it had
  add column archived_at timestamptz,
  -- the published rule set: rises by one with each that differs, and names a row of published_documents
  add column rule_set_version integer not null default 0,
  add column rule_set_hash text;

create table rules (
  tenant_id uuid not null,
  action_code text not null,
  rule_id uuid not null,
  name text not null,
  description text,
  is_active boolean not null,
  priority smallint not null check (priority between 0 and 99),
  type text not null check (type in ('ALLOW', 'CHALLENGE', 'REVIEW', 'BLOCK')),
  -- the JSON text as it was sent: key order and the spelling of numbers are kept
  conditions text,
  verification_methods text[],
  prompt_to_enroll_verification_methods text[],
  default_verification_method text,
  minimum_assurance text check (minimum_assurance in ('low', 'restricted', 'medium', 'high')),
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (tenant_id, action_code, rule_id),
  unique (tenant_id, action_code, priority),
  foreign key (tenant_id, action_code) references action_configurations on delete cascade
);

create table value_lists (
  tenant_id uuid not null references tenants on delete cascade,
  alias text not null,
  name text not null,
  item_type text not null check (item_type in ('string', 'number')),
  is_active boolean not null,
  items jsonb,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (tenant_id, alias)
);

create table custom_data_points (
  tenant_id uuid not null references tenants on delete cascade,
  data_point_id uuid not null,
  name text not null,
  data_type text not null check (data_type in ('text', 'number', 'boolean', 'multiselect')),
  model_type text not null check (model_type in ('action', 'user')),
  description text,
  is_public boolean not null default false,
  -- part of what an idempotency key stands for: a repeat with another value is a conflict
  linked boolean not null default false,
  created_at timestamptz not null,
  primary key (tenant_id, data_point_id),
  unique (tenant_id, name, model_type)
);

-- What decisions were made by, kept under its own SHA-256 for as long as a decision may have to be explained:
-- rule sets, and the contents of the lists that they name.
create table published_documents (
  tenant_id uuid not null references tenants on delete cascade,
  hash text not null,
  document text not null,
  published_at timestamptz not null,
  primary key (tenant_id, hash)
);

create table devices (
  tenant_id uuid not null,
  user_id text not null,
  device_id text not null,
  created_at timestamptz not null,
  authenticated_at timestamptz,
  invalidated_at timestamptz,
  primary key (tenant_id, user_id, device_id),
  foreign key (tenant_id, user_id) references users on delete cascade
);

alter table actions
  add column custom json,
  add column country_code text,
  add column latitude real,
  add column longitude real,
  -- when a challenge of this action last succeeded: makes its device, address and place known ones
  add column verified_at timestamptz;
create index actions_by_code_and_time on actions (tenant_id, action_code, created_at desc);
create index actions_by_address_and_time on actions (tenant_id, ip_address, created_at desc) where ip_address is not null;
create index actions_by_device_and_time on actions (tenant_id, device_id, created_at desc) where device_id is not null;
create index actions_verified on actions (tenant_id, user_id, verified_at desc) where verified_at is not null;

-- Links the audit events of a tenant: each entry's hash covers its event and the entry before.
create table audit_chain (
  tenant_id uuid not null,
  position bigint not null,
  event_id uuid not null,
  previous_hash bytea not null,
  hash bytea not null,
  primary key (tenant_id, position),
  unique (tenant_id, event_id),
  foreign key (tenant_id, event_id) references audit_events
);
-- Events that are not linked yet: a queue, so that linking never has to look for them.
create table audit_unlinked (
  tenant_id uuid not null,
  event_id uuid not null,
  primary key (tenant_id, event_id)
);
create function queue_audit_event() returns trigger language plpgsql as $$
begin
  insert into audit_unlinked values (new.tenant_id, new.event_id);
  return null;
end $$;
create trigger audit_events_queue after insert on audit_events
  for each row execute function queue_audit_event();
insert into audit_unlinked select tenant_id, event_id from audit_events;
create trigger audit_chain_append_only before update or delete or truncate on audit_chain
  for each statement execute function refuse_change();
`;
