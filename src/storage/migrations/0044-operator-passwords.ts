/** Operators who sign in with a password and the codes of an authenticator app (decision 0052). */
export const sql = /* sql */ `
create table operator_passwords (
  tenant_id uuid not null,
  operator_id uuid not null,
  -- a salt and the slow hash of the password with it, sealed together
  hash_sealed bytea not null,
  changed_at timestamptz not null,
  primary key (tenant_id, operator_id),
  foreign key (tenant_id, operator_id) references operators on delete cascade
);
`;
