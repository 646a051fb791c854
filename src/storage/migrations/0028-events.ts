/** What other servers are told: events, where they go, and what became of each delivery (decision 0036). */
export const sql = /* sql */ `
-- Where a tenant wants events sent.
create table event_endpoints (
  tenant_id uuid not null references tenants on delete cascade,
  endpoint_id uuid not null,
  -- 'own', or the setting of the tenant that it stands for
  source text not null,
  url text not null,
  types text[] not null,
  description text,
  sends_public_keys boolean not null,
  -- mail addresses of those who are told when it is paused
  contacts text[] not null,
  -- active or paused
  state text not null,
  -- operator, failing or gone
  paused_because text,
  paused_at timestamptz,
  -- since when nothing was accepted; null while it works
  failing_since timestamptz,
  -- since when what waited is brought forward, some of it each second; null once all of it is
  forward_since timestamptz,
  -- also what the endpoint itself refused: an operator has resumed it
  forwards_refused boolean not null,
  last_delivered_at timestamptz,
  last_failed_at timestamptz,
  last_failure text,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (tenant_id, endpoint_id)
);
create unique index event_endpoints_by_source on event_endpoints (tenant_id, source) where source <> 'own';

-- Written in the transaction of the change it tells of, if an endpoint asks for its type.
create table events (
  tenant_id uuid not null references tenants on delete cascade,
  event_id uuid not null,
  type text not null,
  user_id text,
  -- the envelope as it is sent; taken away after a period, because it names people
  payload text,
  created_at timestamptz not null,
  -- of a deleted user: when the payload goes, delivered or not
  empty_by timestamptz,
  primary key (tenant_id, event_id)
);
create index events_with_payload on events (created_at) where payload is not null;
create index events_without_payload on events (created_at) where payload is null;
create index events_to_empty on events (empty_by) where empty_by is not null and payload is not null;
create index events_by_user on events (tenant_id, user_id) where user_id is not null and payload is not null;

create table deliveries (
  tenant_id uuid not null references tenants on delete cascade,
  delivery_id uuid not null,
  endpoint_id uuid not null,
  event_id uuid not null,
  type text not null,
  user_id text,
  created_at timestamptz not null,
  -- single, batch, replay or test: how it is sent
  lane text not null,
  -- among those of one endpoint and user that go one after another; null if the order does not matter
  place bigint,
  -- waiting, delivered or dead
  state text not null,
  -- when it may be sent; while a node sends it, when another may. Null: settled.
  due_at timestamptz,
  is_out boolean not null,
  tries smallint not null,
  last_tried_at timestamptz,
  last_status smallint,
  settled_at timestamptz,
  dead_because text,
  primary key (tenant_id, delivery_id),
  foreign key (tenant_id, endpoint_id) references event_endpoints on delete cascade,
  foreign key (tenant_id, event_id) references events on delete cascade
);
create index deliveries_due on deliveries (tenant_id, endpoint_id, lane, due_at) where due_at is not null;
create index deliveries_in_order on deliveries (tenant_id, endpoint_id, user_id, place)
  where due_at is not null and place is not null;
create index deliveries_waiting on deliveries (tenant_id, endpoint_id, delivery_id) where due_at is not null;
create index deliveries_by_endpoint on deliveries (tenant_id, endpoint_id, delivery_id);
create index deliveries_by_event on deliveries (tenant_id, event_id);

-- One request to an endpoint, which may have carried several deliveries.
create table delivery_attempts (
  tenant_id uuid not null references tenants on delete cascade,
  attempt_id uuid not null,
  endpoint_id uuid not null,
  delivery_ids uuid[] not null,
  url text not null,
  signature text not null,
  body_bytes integer not null,
  started_at timestamptz not null,
  ended_at timestamptz not null,
  -- null: there was no answer
  status smallint,
  -- the beginning of the answer's body
  reply text,
  failure text,
  primary key (tenant_id, attempt_id),
  foreign key (tenant_id, endpoint_id) references event_endpoints on delete cascade
);
create index delivery_attempts_by_delivery on delivery_attempts using gin (delivery_ids);
create index delivery_attempts_by_age on delivery_attempts (started_at);
create index delivery_attempts_by_endpoint on delivery_attempts (tenant_id, endpoint_id);

-- How far the actions of a tenant were told of; none while no endpoint asks for them.
create table action_log_progress (
  tenant_id uuid primary key references tenants on delete cascade,
  -- all actions with a lesser id
  logged_to uuid not null
);

-- As before. Where an endpoint asks for it, an event is queued as well: like the notice, until it is known whether that guess
-- was right after all. Its id is the notice's with another last digit.
create or replace function queue_lock_notice(
  of_tenant uuid, of_user text, method text, happened_at timestamptz, id uuid
) returns boolean language plpgsql as $$
declare
  is_notified boolean;
begin
  insert into outbox (tenant_id, event_id, user_id, kind, payload, created_at, next_try_at)
  select of_tenant, id, u.user_id, 'notice', jsonb_build_object(
      'to', u.email, 'happenedAtMs', (extract(epoch from happened_at) * 1000)::bigint,
      'notice', jsonb_build_object('type', 'method-locked', 'verificationMethod', method)
    ), happened_at, happened_at + interval '30 seconds'
  from users u
  where u.tenant_id = of_tenant and u.user_id = of_user and u.email is not null and u.email_verified
  for key share of u;
  is_notified := found;
  insert into outbox (tenant_id, event_id, user_id, kind, payload, created_at, next_try_at)
  select of_tenant, (left(id::text, 35) || translate(right(id::text, 1), '0123456789abcdef', '123456789abcdef0'))::uuid,
    u.user_id, 'lock-event', jsonb_build_object('verificationMethod', method), happened_at, happened_at + interval '30 seconds'
  from users u
  where u.tenant_id = of_tenant and u.user_id = of_user and exists (
    select from event_endpoints e where e.tenant_id = of_tenant and 'verification_method.locked' = any(e.types)
  )
  for key share of u;
  return is_notified;
end $$;

-- The endpoints that tenants have named in their settings, of which nothing was sent so far.
insert into event_endpoints (tenant_id, endpoint_id, source, url, types, sends_public_keys, contacts, state, forwards_refused,
  created_at, updated_at)
select tenant_id, left(encode(sha256(convert_to(tenant_id::text || source, 'UTF8')), 'hex'), 32)::uuid, source, url, types, sends_public_keys,
  '{}', 'active', false, created_at, created_at
from (
  select tenant_id, created_at, 'authenticatorEventsWebhookConfig' as source,
    settings #>> '{authenticatorEventsWebhookConfig,url}' as url,
    array['authenticator.created', 'authenticator.updated', 'authenticator.deleted'] as types,
    coalesce((settings #>> '{authenticatorEventsWebhookConfig,includeCredentialPublicKey}')::boolean, false) as sends_public_keys
  from tenants
  union all
  select tenant_id, created_at, 'logEventsWebhookConfig', settings #>> '{logEventsWebhookConfig,endpointUrl}',
    array['action.log_created', 'challenge.log_created'], false
  from tenants
) as named where url is not null;
`;
