/**
 * Whether a message was accepted for delivery: until `out_until` the outcome is unknown, and the message before it
 * stays valid as well. Refused ones are deleted. `send_number` orders what was sent to one user by one method, or again
 * for one challenge. A code that is sent again for a backend's challenge has a row of its own, to which `resend_of`
 * links; nodes of an earlier version overwrite the row of the code before.
 */
export const sql = /* sql */ `
alter table challenges
  add column send_number integer not null default 1,
  add column out_until timestamptz,
  -- no foreign key: a row that has outlived the one it leads from says nothing, and goes when it has expired
  add column resend_of uuid;
create index challenges_by_resend on challenges (tenant_id, resend_of) where resend_of is not null;
`;
