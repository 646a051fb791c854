/**
 * What a distributed database needs of the schema (decision 0034): a unique index that begins with the tenant, and a queue
 * of audit events that the statement fills which records the event. The trigger remains for nodes of the release before.
 */
import type { Database } from '../sql.ts';

const queue = /* sql */ `
create or replace function queue_audit_event() returns trigger language plpgsql as $$
begin
  insert into audit_unlinked values (new.tenant_id, new.event_id) on conflict do nothing;
  return null;
end $$;
`;

const configuration = /* sql */ `
-- As before, but for the version, which is taken before the statement that stores it.
create or replace function make_action_configuration(
  of_tenant uuid, code text, outcome text, happened_at timestamptz, live_max integer
) returns boolean language plpgsql as $$
declare
  next_version bigint;
begin
  if exists (select from action_configurations where tenant_id = of_tenant and action_code = code) then
    return true;
  end if;
  perform from tenants where tenant_id = of_tenant for no key update;
  if (select count(*) from action_configurations where tenant_id = of_tenant and archived_at is null) >= live_max then
    return exists (select from action_configurations where tenant_id = of_tenant and action_code = code);
  end if;
  insert into action_configurations (tenant_id, action_code, default_result, created_at)
  values (of_tenant, code, outcome, happened_at) on conflict do nothing;
  if found then
    next_version := nextval('config_versions');
    update tenants set config_version = next_version where tenant_id = of_tenant;
    perform pg_notify('sallyport_config', of_tenant::text);
  end if;
  return true;
end $$;
`;

export const steps: readonly ((db: Database) => Promise<void>)[] = [
  (db) => db.script(queue),
  (db) => db.script(configuration),
  // What a build left behind when it was interrupted.
  (db) => db.script('drop index concurrently if exists challenges_by_tenant_and_token'),
  (db) =>
    db.script(`create unique index concurrently challenges_by_tenant_and_token on challenges (tenant_id, token_digest)
      where token_digest is not null`),
  (db) => db.script('drop index concurrently if exists challenges_by_token'),
];
