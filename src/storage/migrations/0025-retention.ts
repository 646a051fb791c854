/**
 * What is kept only for a period: how far a tenant's addresses are removed, and the beginning of an audit chain.
 *
 * The beginning of a chain is removed only by inserting an anchor: its trigger checks that it may go, removes it, and
 * leaves an event that tells of it. So whoever may insert an anchor needs no right to delete, and a chain never loses
 * anything else.
 */
export const sql = /* sql */ `
create table retention_progress (
  tenant_id uuid primary key,
  -- the last action that was looked at for addresses
  addresses_removed_to uuid,
  -- the last owner in user_marks, while a sweep is under way, and when one was last completed
  marks_swept_to uuid,
  marks_swept_at timestamptz
);

-- A decision record without what names an address or a place smaller than a country.
create function without_addresses(record json) returns json immutable language sql as $$
  select (record::jsonb #- '{inputs,facts,ip,ipAddress}' #- '{inputs,facts,ip,location,city}'
    #- '{inputs,facts,ip,location,latitude}' #- '{inputs,facts,ip,location,longitude}'
    || '{"isWithoutAddresses": true}')::json
$$;

-- Where what is left of an audit chain begins: one for each time that its beginning was removed.
create table audit_anchors (
  tenant_id uuid not null,
  -- of the last entry that was removed
  position bigint not null,
  hash bytea not null,
  -- how many entries this anchor replaced
  removed bigint not null,
  trimmed_at timestamptz not null,
  -- audit.trimmed, which tells of it in the chain itself
  event_id uuid not null,
  primary key (tenant_id, position)
);

create function trim_audit_chain() returns trigger language plpgsql security definer as $$
declare
  days integer := (select (settings #>> '{retention,auditEntriesInDays}')::integer from tenants where tenant_id = new.tenant_id);
  last_position bigint;
  last_hash bytea;
  kept_from timestamptz;
  is_beginning boolean;
  trimmed_events uuid[];
begin
  if days is null or days < 90 then
    raise exception 'audit events are append-only: the tenant has no period for them';
  end if;
  kept_from := least(new.trimmed_at, clock_timestamp()) - make_interval(days => days);
  select position, hash into last_position, last_hash from audit_anchors
  where tenant_id = new.tenant_id order by position desc limit 1;
  if not found then
    last_position := 0;
    last_hash := decode(repeat('00', 32), 'hex');
  end if;
  select count(*), coalesce(bool_and(coalesce(l.happened_at < kept_from and l.previous_hash = l.hash_before, false)), false)
    and count(*) = new.position - last_position
    and coalesce((array_agg(l.hash order by l.position desc))[1] = new.hash, false)
  into new.removed, is_beginning
  from (
    select c.position, c.hash, c.previous_hash, e.happened_at,
      lag(c.hash, 1, last_hash) over (order by c.position) as hash_before
    from audit_chain c left join audit_events e on e.tenant_id = c.tenant_id and e.event_id = c.event_id
    where c.tenant_id = new.tenant_id and c.position > last_position and c.position <= new.position
  ) as l;
  if not is_beginning then
    raise exception 'audit events are append-only: not an unbroken beginning whose period is over';
  end if;
  with trimmed as (
    delete from audit_chain where tenant_id = new.tenant_id and position > last_position and position <= new.position
    returning event_id
  )
  select array_agg(event_id) into trimmed_events from trimmed;
  delete from audit_events where tenant_id = new.tenant_id and event_id = any(trimmed_events);
  insert into audit_events (tenant_id, event_id, happened_at, actor, event_type, data)
  values (new.tenant_id, new.event_id, new.trimmed_at, '{"kind":"job","id":"trim-audit-chain"}', 'audit.trimmed',
    jsonb_build_object('position', new.position, 'hash', encode(new.hash, 'hex'), 'removed', new.removed));
  return new;
end $$;
-- Runs with the rights of its owner, so it must not find another's tables under these names.
do $$ begin
  execute format('alter function trim_audit_chain() set search_path = %I, pg_temp', current_schema());
end $$;
create trigger audit_anchors_trim before insert on audit_anchors for each row execute function trim_audit_chain();
create trigger audit_anchors_append_only before update or delete or truncate on audit_anchors
  for each statement execute function refuse_change();

create or replace function refuse_change() returns trigger language plpgsql as $$
begin
  -- Inside a trigger of the tables' owner: only trim_audit_chain deletes there, and it checks what. Another role can make
  -- triggers on tables of its own, but they run with its own rights.
  if tg_op = 'DELETE' and tg_table_name in ('audit_chain', 'audit_events') and pg_trigger_depth() = 2
    and (select pg_has_role(current_user, relowner, 'usage') from pg_class where oid = tg_relid) then
    return null;
  end if;
  raise exception 'audit events are append-only';
end $$;
`;
