/** Challenges, the guesses that bound them, and what was sent. */
export const sql = /* sql */ `
create table challenges (
  tenant_id uuid not null references tenants on delete cascade,
  challenge_id uuid not null,
  verification_method text not null,
  -- null until a user is known: named at the start, or by claim or track later
  user_id text,
  action_code text not null,
  idempotency_key text not null,
  -- the contact that is proven
  email text,
  phone_number text,
  scope text not null,
  -- what the caller sent of the request, for the action that is recorded when the user is known
  request json not null,
  -- HMAC of the latest code; an older code is dead the moment a newer one is made
  code_hmac bytea not null,
  -- how often codes were made for it
  codes_made smallint not null default 1,
  -- tries at the latest code: it dies after five
  tries smallint not null default 0,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  -- when the code was accepted, which happens once
  verified_at timestamptz,
  claimed_at timestamptz,
  primary key (tenant_id, challenge_id),
  foreign key (tenant_id, user_id) references users on delete cascade
);
create index challenges_by_user on challenges (tenant_id, user_id, created_at desc) where user_id is not null;
create index challenges_by_expiry on challenges (expires_at);

-- how much the proof says that completed the action
alter table actions add column assurance text;

-- Guesses are bounded per user and method, not per code: no resend, challenge or node gives new ones.
create table guess_budgets (
  tenant_id uuid not null references tenants on delete cascade,
  -- 'user:' and the id, or 'contact:' and an HMAC where there is no user yet
  subject text not null,
  verification_method text not null,
  -- since the last success or unlock: five are free, then waits, at twenty the method is locked
  failures_since_reset integer not null default 0,
  -- since the last success: at a hundred the authenticator is disabled, which unlocking does not undo
  failures_since_success integer not null default 0,
  next_try_at timestamptz not null,
  primary key (tenant_id, subject, verification_method)
);

create table sent_messages (
  tenant_id uuid not null references tenants on delete cascade,
  message_id uuid not null,
  subject text not null,
  verification_method text not null,
  sent_at timestamptz not null,
  primary key (tenant_id, message_id)
);
create index sent_messages_by_subject on sent_messages (tenant_id, subject, verification_method, sent_at desc);
create index sent_messages_by_time on sent_messages (sent_at);
`;
