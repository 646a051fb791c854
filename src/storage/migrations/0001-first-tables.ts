/** Tenants, their keys and configurations, users, authenticators, recovery codes, actions, audit. */
export const sql = /* sql */ `
create table tenants (
  tenant_id uuid primary key,
  name text not null,
  settings jsonb not null default '{}',
  -- 32 random bytes that every key of the tenant is derived from, sealed under the master key
  root_key_sealed bytea not null,
  -- rises with every change that nodes keep in memory
  config_version bigint not null,
  created_at timestamptz not null
);

create table api_keys (
  tenant_id uuid not null references tenants on delete cascade,
  key_id uuid not null,
  kind text not null check (kind in ('server', 'management')),
  name text not null,
  digest bytea not null unique,
  -- server keys only: webhook signatures need the key itself
  key_sealed bytea,
  created_at timestamptz not null,
  revoked_at timestamptz,
  primary key (tenant_id, key_id)
);

create table session_signing_keys (
  tenant_id uuid not null references tenants on delete cascade,
  key_id text not null,
  public_jwk jsonb not null,
  private_key_sealed bytea not null,
  created_at timestamptz not null,
  primary key (tenant_id, key_id)
);

create table authenticator_configurations (
  tenant_id uuid not null references tenants on delete cascade,
  authenticator_id uuid not null,
  verification_method text not null,
  is_active boolean not null,
  created_at timestamptz not null,
  primary key (tenant_id, authenticator_id),
  unique (tenant_id, verification_method)
);

create table action_configurations (
  tenant_id uuid not null references tenants on delete cascade,
  action_code text not null,
  default_result text not null check (default_result in ('ALLOW', 'CHALLENGE', 'REVIEW', 'BLOCK')),
  created_at timestamptz not null,
  primary key (tenant_id, action_code)
);

create table users (
  tenant_id uuid not null references tenants on delete cascade,
  user_id text not null,
  email text,
  email_verified boolean not null default false,
  phone_number text,
  phone_number_verified boolean not null default false,
  username text,
  display_name text,
  locale text,
  -- json, not jsonb: comes back as it was sent
  custom json,
  default_authenticator_id uuid,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (tenant_id, user_id)
);
-- Folded in the "C" collation, so that every installation folds the same letters: a to z.
create index users_by_email on users (tenant_id, lower(email collate "C")) where email is not null;
create index users_by_phone_number on users (tenant_id, phone_number) where phone_number is not null;
create index users_by_username on users (tenant_id, username) where username is not null;

-- Whatever belongs to a user hangs on the user's row and goes with it. Actions do not: see delete-user.
create table authenticators (
  tenant_id uuid not null,
  user_id text not null,
  authenticator_id uuid not null,
  verification_method text not null,
  -- what makes it the same authenticator when enrolled again: '' for one per user, else for example the credential id
  slot text not null,
  email text,
  phone_number text,
  credential_id text,
  -- owned and checked by the method; never a secret
  state jsonb not null default '{}',
  -- the method's secret (a TOTP seed), sealed
  secret_sealed bytea,
  created_at timestamptz not null,
  verified_at timestamptz,
  last_verified_at timestamptz,
  primary key (tenant_id, user_id, authenticator_id),
  unique (tenant_id, user_id, verification_method, slot),
  foreign key (tenant_id, user_id) references users on delete cascade
);
-- A credential belongs to one user of a tenant, whoever races for it (WebAuthn §7.1 step 26).
create unique index authenticators_by_credential on authenticators (tenant_id, credential_id) where credential_id is not null;

create table recovery_codes (
  tenant_id uuid not null,
  user_id text not null,
  code_number smallint not null,
  -- one salt for the set, so that a try costs one slow hash
  salt bytea not null,
  code_hash bytea not null,
  created_at timestamptz not null,
  used_at timestamptz,
  primary key (tenant_id, user_id, code_number),
  foreign key (tenant_id, user_id) references users on delete cascade
);

create table actions (
  tenant_id uuid not null,
  user_id text not null,
  action_code text not null,
  idempotency_key text not null,
  action_id uuid not null,
  state text not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  state_updated_at timestamptz not null,
  verification_method text,
  verified_by_authenticator_id uuid,
  redirect_url text,
  redirect_to_settings boolean not null default false,
  ip_address text,
  user_agent text,
  device_id text,
  locale text,
  -- what was decided, why, and from which inputs; never changed afterwards
  decision json not null,
  primary key (tenant_id, user_id, action_code, idempotency_key)
);
create index actions_by_user_and_time on actions (tenant_id, user_id, created_at desc);

create table audit_events (
  tenant_id uuid not null references tenants,
  event_id uuid not null,
  happened_at timestamptz not null,
  -- who: {kind, id} of the key or command that did it
  actor jsonb not null,
  event_type text not null,
  user_id text,
  request_id text,
  data jsonb not null,
  primary key (tenant_id, event_id)
);

create function refuse_change() returns trigger language plpgsql as $$
begin
  raise exception 'audit events are append-only';
end $$;
create trigger audit_events_append_only before update or delete or truncate on audit_events
  for each statement execute function refuse_change();

create sequence config_versions;
`;
