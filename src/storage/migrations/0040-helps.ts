/**
 * Links by which operators help users in who have lost their authenticators (decision 0048), and which contacts a backend has
 * changed without a proof.
 */
export const sql = /* sql */ `
create table helps (
  tenant_id uuid not null,
  help_id uuid not null,
  user_id text not null,
  -- waiting, sent, used or ended
  state text not null,
  reason text not null,
  -- where the link goes, as long as the user has it
  email text not null,
  -- operators, by their ids
  asked_by uuid not null,
  asked_at timestamptz not null,
  approved_by uuid,
  approved_at timestamptz,
  -- until when it can be approved; once it is, until when the link works
  expires_at timestamptz not null,
  -- SHA-256 of the link's token; null until it is sent
  link_digest bytea,
  used_at timestamptz,
  -- SHA-256 of a secret of the page that used it: only that page may ask again
  page_digest bytea,
  ended_at timestamptz,
  -- refused, stopped or expired
  ended_because text,
  -- the operator who refused it
  ended_by uuid,
  primary key (tenant_id, help_id),
  foreign key (tenant_id, user_id) references users on delete cascade
);
create unique index helps_by_link on helps (tenant_id, link_digest) where link_digest is not null;
create index helps_by_user on helps (tenant_id, user_id, asked_at);
create index helps_waiting on helps (tenant_id, asked_at) where state = 'waiting';
create index helps_open on helps (expires_at) where state in ('waiting', 'sent');
create index helps_by_age on helps (asked_at);

-- When a backend last changed its contact without a proof of the user; null if it never did since its enrolment.
alter table authenticators add column contact_changed_at timestamptz;
`;
