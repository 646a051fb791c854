/** Versions of the rules of each action, and drafts of the next one (decision 0050). */
export const sql = /* sql */ `
-- What operators have said in rules, one row each time it changed. Decisions never read it.
create table rule_versions (
  tenant_id uuid not null,
  action_code text not null,
  version integer not null,
  -- the rules, with their conditions as the text that was sent, and the default outcome
  document jsonb not null,
  bytes integer not null,
  made_at timestamptz not null,
  -- kind and id, as in audit events
  actor jsonb not null,
  -- why, as the operator wrote it; null if nobody said
  reason text,
  -- what differs from the version before, in sentences
  changes jsonb not null,
  primary key (tenant_id, action_code, version),
  foreign key (tenant_id, action_code) references action_configurations on delete cascade
);

-- At most one for each action, which all of its operators edit.
create table rule_drafts (
  tenant_id uuid not null,
  action_code text not null,
  -- another one with each change, so that nobody overwrites what they have not seen
  revision uuid not null,
  -- the version that it changes; 0 for none
  base_version integer not null,
  document jsonb not null,
  -- an operator
  changed_by uuid not null,
  changed_at timestamptz not null,
  primary key (tenant_id, action_code),
  foreign key (tenant_id, action_code) references action_configurations on delete cascade
);

insert into rule_versions (tenant_id, action_code, version, document, bytes, made_at, actor, changes)
select m.tenant_id, m.action_code, 1, m.document, octet_length(m.document::text), m.made_at,
  '{"kind": "system", "id": "migration"}', '[]'
from (
  select a.tenant_id, a.action_code, coalesce(a.updated_at, a.created_at) as made_at, jsonb_build_object(
    'defaultOutcome', a.default_result,
    'rules', coalesce((
      select jsonb_agg(jsonb_build_object(
        'ruleId', r.rule_id, 'name', r.name, 'description', r.description, 'isActive', r.is_active,
        'priority', r.priority, 'type', r.type, 'conditions', r.conditions,
        'verificationMethods', r.verification_methods,
        'promptToEnrollVerificationMethods', r.prompt_to_enroll_verification_methods,
        'defaultVerificationMethod', r.default_verification_method, 'minimumAssurance', r.minimum_assurance
      ) order by r.priority)
      from rules r where r.tenant_id = a.tenant_id and r.action_code = a.action_code
    ), '[]')
  ) as document
  from action_configurations a
) as m;
`;
