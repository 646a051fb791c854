/**
 * Publishes every rule set again, marked with version 2 of the rule language: the text is the old one with the mark in
 * front, as this program writes it. A text that does not match its hash stays as it is, and unreadable.
 */
export const sql = /* sql */ `
-- As every change of a configuration does, so that none is made meanwhile.
select tenant_id from tenants order by tenant_id for no key update;

create temporary table republished on commit drop as
select tenant_id, action_code, made.document, encode(sha256(convert_to(made.document, 'UTF8')), 'hex') as hash, published_at
from (
  select a.tenant_id, a.action_code, '{"language":2,' || substr(d.document, 2) as document, d.published_at
  from action_configurations a
  join published_documents d on d.tenant_id = a.tenant_id and d.hash = a.rule_set_hash
  where d.document like '{"descriptions":%' and d.hash = encode(sha256(convert_to(d.document, 'UTF8')), 'hex')
) as made;

insert into published_documents (tenant_id, hash, document, published_at)
select distinct on (tenant_id, hash) tenant_id, hash, document, published_at from republished
on conflict do nothing;

update action_configurations a set rule_set_hash = r.hash, rule_set_version = a.rule_set_version + 1
from republished r where r.tenant_id = a.tenant_id and r.action_code = a.action_code;

update tenants set config_version = nextval('config_versions')
where tenant_id in (select tenant_id from republished);
`;
