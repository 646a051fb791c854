/** Messages that an app signs to show that it has its key, before it reads or changes anything. */
export const sql = /* sql */ `
alter table challenges drop constraint challenges_purpose_check;
alter table challenges add constraint challenges_purpose_check
  check (purpose in ('authentication', 'registration', 'possession'));
create index challenges_by_authenticator on challenges (tenant_id, authenticator_id) where purpose = 'possession';
`;
