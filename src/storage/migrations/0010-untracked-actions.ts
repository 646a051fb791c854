/** Which actions a backend has tracked, and what is kept of the others until it does (ruling 36). */
export const sql = /* sql */ `
alter table actions
  -- whether a track has decided it, or somebody who sets states; else a sign-in or a challenge has begun it
  add column is_tracked boolean not null default true,
  -- when it was decided, where that was after it was made
  add column decided_at timestamptz,
  -- the decisions before that one with their times, oldest first
  add column earlier_decisions json[],
  -- the latest proof of each method and assurance, for the track to judge; only until it comes
  add column proofs jsonb;
-- What a node of the release before makes meanwhile does not say: a track decides it again.
alter table actions alter column is_tracked set default false;

-- What end users began by signing in, and no backend has set since: told by the audit log, within the 15 seconds that a
-- confirmation by webhook can take. All other actions count as tracked, as they did (decision 0015).
update actions a set is_tracked = false, proofs = case when a.verified_at is not null and a.assurance is not null
  then jsonb_build_object(
    a.verification_method || ':' || a.assurance,
    jsonb_build_object('method', a.verification_method, 'assurance', a.assurance,
      'authenticatorId', a.verified_by_authenticator_id, 'provenAt', a.verified_at, 'isConfirmed', true)
  ) end
from audit_events e
where e.event_type = 'challenge.verified' and e.actor ->> 'kind' = 'client' and e.actor ->> 'id' = 'anonymous'
  and e.data ->> 'verificationMethod' = 'PASSKEY' and a.proof_method = 'PASSKEY'
  and e.tenant_id = a.tenant_id and e.user_id = a.user_id
  and e.happened_at >= a.created_at and e.happened_at < a.created_at + interval '15 seconds'
  and (a.verified_at is null or a.verified_at between e.happened_at - interval '1 second' and e.happened_at + interval '1 second')
  and a.custom is null and a.redirect_url is null
  and not exists (
    select from audit_events s
    where s.event_type = 'action.state_set' and s.tenant_id = a.tenant_id and s.user_id = a.user_id
      and s.data ->> 'actionCode' = a.action_code and s.data ->> 'idempotencyKey' = a.idempotency_key
  );
`;
