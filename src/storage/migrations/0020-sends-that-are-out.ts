/**
 * Whether what was sent was taken: while `out_until` is not reached nobody has said so, and what was sent before stays good
 * beside it. What is refused is deleted. `send_number` orders what was sent to one user by one method, or again for one
 * challenge. A code that is sent again for a backend's challenge stands in a row of its own, which `resend_of` leads from;
 * nodes of an earlier version put it in the place of the one before.
 */
export const sql = /* sql */ `
alter table challenges
  add column send_number integer not null default 1,
  add column out_until timestamptz,
  -- no foreign key: a row that has outlived the one it leads from says nothing, and goes when it has expired
  add column resend_of uuid;
create index challenges_by_resend on challenges (tenant_id, resend_of) where resend_of is not null;
`;
