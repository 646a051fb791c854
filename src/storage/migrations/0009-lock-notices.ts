/**
 * The notice of a locked method, as a function. The guess that locks the method calls it within its statement. As a
 * part of that statement, its tables and indexes would have been prepared even for guesses that lock nothing.
 */
export const sql = /* sql */ `
create function queue_lock_notice(
  of_tenant uuid, of_user text, method text, happened_at timestamptz, id uuid
) returns boolean language plpgsql as $$
begin
  insert into outbox (tenant_id, event_id, user_id, kind, payload, created_at, next_try_at)
  select of_tenant, id, u.user_id, 'notice', jsonb_build_object(
      'to', u.email, 'happenedAtMs', (extract(epoch from happened_at) * 1000)::bigint,
      'notice', jsonb_build_object('type', 'method-locked', 'verificationMethod', method)
    ), happened_at,
    -- when it is known whether that guess was right after all
    happened_at + interval '30 seconds'
  from users u
  where u.tenant_id = of_tenant and u.user_id = of_user and u.email is not null and u.email_verified
  for key share of u;
  return found;
end $$;
`;
