/** Operators who sign in at an issuer of OpenID Connect (decision 0047). */
export const sql = /* sql */ `
create table operator_identities (
  tenant_id uuid not null,
  operator_id uuid not null,
  issuer text not null,
  -- what the issuer calls them, for ever
  subject text not null,
  created_at timestamptz not null,
  primary key (tenant_id, operator_id),
  unique (tenant_id, issuer, subject),
  foreign key (tenant_id, operator_id) references operators on delete cascade
);

-- Sign-ins at the issuer that have come back: each counts once.
create table used_oidc_flows (
  tenant_id uuid not null references tenants on delete cascade,
  flow_id uuid not null,
  -- when the flow is over anyway
  expires_at timestamptz not null,
  primary key (tenant_id, flow_id)
);
create index used_oidc_flows_by_end on used_oidc_flows (expires_at);
`;
