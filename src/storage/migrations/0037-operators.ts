/**
 * The people who run tenants (decision 0044). They are users of the portal's own tenant, whose id all of these rows have; a
 * membership says to which other tenants they may come in. And actions that wait for a review.
 */
export const sql = /* sql */ `
create table operators (
  tenant_id uuid not null references tenants on delete cascade,
  -- also their user id in the portal's tenant
  operator_id uuid not null,
  email text not null,
  -- compared: one operator for each mailbox
  email_normal text not null,
  name text not null,
  created_at timestamptz not null,
  -- SHA-256 of the newest invitation; null where none is open
  invitation_digest bytea,
  invited_until timestamptz,
  -- when they first came in; null: only invited
  activated_at timestamptz,
  primary key (tenant_id, operator_id),
  unique (tenant_id, email_normal)
);
create unique index operators_by_invitation on operators (tenant_id, invitation_digest)
  where invitation_digest is not null;

create table memberships (
  tenant_id uuid not null,
  operator_id uuid not null,
  -- the tenant to which they may come in
  member_of uuid not null,
  roles text[] not null,
  created_at timestamptz not null,
  primary key (tenant_id, operator_id, member_of),
  foreign key (tenant_id, operator_id) references operators on delete cascade
);
create index memberships_by_tenant on memberships (tenant_id, member_of);

create table operator_sessions (
  tenant_id uuid not null,
  session_id uuid not null,
  operator_id uuid not null,
  -- SHA-256 of what the cookie has
  secret_digest bytea not null,
  -- the proof that it was made for: one session each
  action_id uuid not null,
  created_at timestamptz not null,
  -- to the minute
  seen_at timestamptz not null,
  expires_at timestamptz not null,
  -- when the operator last proved who they are, and by which action if not by that of the session
  proved_at timestamptz not null,
  step_up_action_id uuid,
  ip_address text not null,
  user_agent text,
  primary key (tenant_id, session_id),
  unique (tenant_id, secret_digest),
  unique (tenant_id, action_id),
  foreign key (tenant_id, operator_id) references operators on delete cascade
);
create index operator_sessions_by_operator on operator_sessions (tenant_id, operator_id);
create index operator_sessions_by_end on operator_sessions (expires_at);

`;
