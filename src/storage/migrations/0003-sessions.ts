/** Sessions, and the app clients that they belong to. */
export const sql = /* sql */ `
create table app_clients (
  tenant_id uuid not null references tenants on delete cascade,
  client_id text not null,
  name text not null,
  -- a revoked access token verifies offline until it expires (ASVS 7.4.1), so ten minutes are the most
  access_token_lifetime_in_minutes smallint not null check (access_token_lifetime_in_minutes between 1 and 10),
  refresh_token_lifetime_in_days smallint not null check (refresh_token_lifetime_in_days between 1 and 30),
  -- claim name -> path of the user attribute that is copied; json, not jsonb: comes back in the order sent
  custom_claims json not null default '{}',
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (tenant_id, client_id)
);
-- Every tenant starts with one; create-tenant makes it for new ones.
insert into app_clients (tenant_id, client_id, name, access_token_lifetime_in_minutes, refresh_token_lifetime_in_days,
    created_at, updated_at)
  select tenant_id, tenant_id::text, 'Default', 10, 30, created_at, created_at from tenants;

-- A session ends with its user and with its app client: both take its row along.
create table sessions (
  tenant_id uuid not null,
  user_id text not null,
  session_id uuid not null,
  client_id text not null,
  -- which pair of tokens is the live one; rises by one with each refresh
  generation integer not null default 0,
  -- when that pair was made
  rotated_at timestamptz not null,
  -- when the challenge succeeded that the session rests on
  signed_in_at timestamptz not null,
  created_at timestamptz not null,
  -- counted from the sign-in; no refresh moves it
  expires_at timestamptz not null,
  revoked_at timestamptz,
  -- the proof, copied from the action and never changed (SP 800-63B-4 §5.1)
  verification_method text,
  assurance text not null check (assurance in ('low', 'restricted', 'medium', 'high')),
  action_code text not null,
  idempotency_key text not null,
  primary key (tenant_id, user_id, session_id),
  -- tokens name the session, not the user
  unique (tenant_id, session_id),
  foreign key (tenant_id, user_id) references users on delete cascade,
  foreign key (tenant_id, client_id) references app_clients on delete cascade
);
create index sessions_by_client on sessions (tenant_id, client_id);
create index sessions_by_expiry on sessions (expires_at);
`;
