/**
 * Guesses are counted for what is guessed at. Rows of an earlier release name a user in clear, `user:` and the id, and
 * have `recent_tries`. Only a process with the tenants' keys can give them their new names, so a node does it when it
 * starts. Rows that name only a contact keep their name.
 */
export const sql = /* sql */ `
-- What a tenant's own limit of guesses counts, per user and method or per contact and method, whatever was guessed at.
create table guess_tries (
  tenant_id uuid not null,
  subject text not null,
  verification_method text not null,
  -- those that may still stand in the window of the limit; as many as it permits at most, which is a hundred
  tried_at timestamptz[] not null,
  primary key (tenant_id, subject, verification_method)
);
insert into guess_tries (tenant_id, subject, verification_method, tried_at)
select tenant_id, subject, verification_method, recent_tries from guess_budgets
where subject like 'contact:%' and recent_tries <> '{}';

-- Called by the guess that is to be counted, within its statement, and only where there is a limit.
create function has_try_left(
  of_tenant uuid, of_subject text, method text, since timestamptz, tries_max integer
) returns boolean language plpgsql as $$
begin
  -- Held to the end of the transaction: of guesses made at once each sees what those before it have counted.
  perform pg_advisory_xact_lock(hashtextextended(jsonb_build_array('guess', of_tenant, of_subject, method)::text, 0));
  return (
    select count(*) from guess_tries t, unnest(t.tried_at) as tried
    where t.tenant_id = of_tenant and t.subject = of_subject and t.verification_method = method and tried > since
  ) < tries_max;
end $$;

create function count_try(
  of_tenant uuid, of_subject text, method text, since timestamptz, at timestamptz
) returns boolean language plpgsql as $$
begin
  insert into guess_tries as t (tenant_id, subject, verification_method, tried_at)
  values (of_tenant, of_subject, method, array[at])
  on conflict (tenant_id, subject, verification_method) do update set
    tried_at = array(select tried from unnest(t.tried_at) as tried where tried > since) || at;
  return true;
end $$;

-- Of the failures those that were guesses at something else, which has no count of its own. No success ends them: whoever has
-- an address of their own would guess at another's for ever.
alter table guess_budgets add column failures_beside integer not null default 0;

-- What nothing is counted in is as good as none.
delete from guess_budgets where failures_since_reset = 0 and failures_since_success = 0 and subject like 'user:%'
  and recent_tries = '{}';
create index guess_budgets_of_earlier_release on guess_budgets (tenant_id, subject) where subject like 'user:%';
`;
