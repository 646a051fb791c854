/**
 * Users who are deleted before all of their actions are: a user's newest actions are deleted with the user, the rest in
 * batches. An action belongs to its user only while its epoch is the user's. The epoch rises when a user is deleted who
 * still has actions.
 */
export const sql = /* sql */ `
alter table actions add column user_epoch integer not null default 0;

create table departed_users (
  tenant_id uuid not null references tenants on delete cascade,
  user_id text not null,
  -- of the actions that are to go, with any before it
  user_epoch integer not null,
  -- whose they are from then on; null where they are deleted
  pseudonym text,
  departed_at timestamptz not null,
  -- when the last of them was gone
  settled_at timestamptz,
  primary key (tenant_id, user_id, user_epoch)
);
create index departed_users_unsettled on departed_users (departed_at) where settled_at is null;

-- Each statement of a function sees what was committed before it, which a statement that has waited for a lock does not.
create function current_user_epoch(of_tenant uuid, of_user text) returns integer volatile language plpgsql as $$
begin
  return coalesce(
    (select max(user_epoch) + 1 from departed_users where tenant_id = of_tenant and user_id = of_user), 0
  );
end $$;
`;
