/**
 * What proofs by the client API need: ceremonies, counters that only rise, and the code that an action accepted last.
 */
export const sql = /* sql */ `
alter table challenges
  -- null until the ceremony that answers it begins, or until its action is named
  alter column verification_method drop not null,
  alter column action_code drop not null,
  alter column code_hmac drop not null,
  add column purpose text not null default 'authentication' check (purpose in ('authentication', 'registration')),
  -- SHA-256 of what is handed out and finds the challenge again: a link's token, a WebAuthn challenge
  add column token_digest bytea,
  -- the authenticator that the proof is of, where one is named
  add column authenticator_id uuid,
  -- what the method keeps of a ceremony; never a secret
  add column state jsonb not null default '{}',
  -- when the token was spent, whether or not the proof was good: a failure burns it
  add column spent_at timestamptz;
create unique index challenges_by_token on challenges (token_digest) where token_digest is not null;
create index challenges_by_action on challenges (tenant_id, user_id, action_code, idempotency_key, created_at desc)
  where user_id is not null;

alter table authenticators
  -- what must rise with each proof: the time step of a TOTP code, the signature counter of a WebAuthn credential
  add column counter bigint,
  -- the strongest proof that it has given so far, where that differs from proof to proof
  add column best_assurance text;

alter table actions
  -- the code that was accepted last and by which method, so that the very same request can be answered again
  add column proof_method text,
  add column proof_hmac bytea;

-- Set when a user removes their last authenticator by the client API: enrolling again takes more than a token (A12).
alter table users add column removed_last_authenticator boolean not null default false;
`;
