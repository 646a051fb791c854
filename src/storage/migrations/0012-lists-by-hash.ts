/**
 * Value lists are documents of their own: rule sets name them by hash. Documents that no current rule set names are
 * stored compressed, and the oldest are deleted once a tenant exceeds its limit. New columns may be empty, because
 * nodes of the previous release write rows without them.
 */
export const sql = /* sql */ `
-- The name of a document: SHA-256 of its text. Immutable as this program uses it, where every database is in UTF-8.
create function document_hash(document text) returns text immutable language sql as $$
  select encode(sha256(convert_to(document, 'UTF8')), 'hex')
$$;

-- Of the items as a document, made by the database, so that they are never those of other items, whoever writes them.
alter table value_lists
  add column hash text not null generated always as (document_hash(coalesce(items, '[]')::text)) stored,
  add column bytes integer not null generated always as (octet_length(coalesce(items, '[]')::text)) stored;

alter table published_documents
  alter column document drop not null,
  -- in place of the text, once no current rule set names it
  add column deflated bytea,
  -- of a rule set: the hash of each list that it names, null for one that there is not; {} for a list; null for a rule
  -- set in the form of earlier releases, which has the lists' contents in it
  add column lists jsonb,
  -- when a rule set came to name it, or an action to be decided by it, or ceased to
  add column last_named_at timestamptz,
  -- as it is stored now
  add column kept_bytes integer;
create index published_documents_by_age on published_documents (tenant_id, last_named_at) include (kept_bytes, hash);
create index published_documents_not_deflated on published_documents (tenant_id, hash) where document is not null;

create index action_configurations_live on action_configurations (tenant_id, action_code) where archived_at is null;

-- What the current rule sets are, and the lists that they name.
create view named_documents as
  select tenant_id, rule_set_hash as hash from action_configurations
  where archived_at is null and rule_set_hash is not null
  union
  select a.tenant_id, named.value from action_configurations a
  join published_documents d on d.tenant_id = a.tenant_id and d.hash = a.rule_set_hash
  cross join jsonb_each_text(d.lists) named
  where a.archived_at is null and named.value is not null;

-- The configuration of an action that is tracked for the first time. True if there is one now, archived or not; false if
-- the tenant has as many as tracking may make. Its statements see what was committed before each of them, so that the
-- count is right once the tenant's row is held.
create function make_action_configuration(
  of_tenant uuid, code text, outcome text, happened_at timestamptz, live_max integer
) returns boolean language plpgsql as $$
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
    update tenants set config_version = nextval('config_versions') where tenant_id = of_tenant;
    perform pg_notify('sallyport_config', of_tenant::text);
  end if;
  return true;
end $$;
`;
