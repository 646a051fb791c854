/** What is asked of a second person before a draft of rules is published (decision 0053). */
export const sql = /* sql */ `
alter table rule_drafts
  -- operators who have changed it since it began, each once; null if a node of the release before began it
  add column edited_by uuid[],
  -- the revision whose publication somebody asks for: any other revision of the draft is not what they asked for
  add column asked_revision uuid,
  add column asked_by uuid,
  add column asked_at timestamptz,
  add column asked_reason text,
  -- who has refused it last, until somebody asks again
  add column refused_by uuid,
  add column refused_at timestamptz,
  add column refused_reason text;

update rule_drafts set edited_by = array[changed_by];

alter table rule_versions
  -- the operator who asked somebody else to publish it; null if nobody did
  add column asked_by uuid;
`;
