/** When a user last denied an action as not theirs. */
export const sql = /* sql */ `
alter table actions add column denied_at timestamptz;
create index actions_by_denial on actions (tenant_id, user_id, denied_at) where denied_at is not null;
`;
