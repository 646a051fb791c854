/**
 * Rows that requests write name their tenant without a foreign key. With one, each insert would lock the tenant's only
 * row, and PostgreSQL writes a new set of lockers for every change of several locks at once. A trigger ensures that no
 * tenant is ever deleted.
 */
export const sql = /* sql */ `
alter table users drop constraint users_tenant_id_fkey;
alter table audit_events drop constraint audit_events_tenant_id_fkey;
alter table challenges drop constraint challenges_tenant_id_fkey;
alter table guess_budgets drop constraint guess_budgets_tenant_id_fkey;
alter table sent_messages drop constraint sent_messages_tenant_id_fkey;
alter table outbox drop constraint outbox_tenant_id_fkey;

create function refuse_tenant_deletion() returns trigger language plpgsql as $$
begin
  raise exception 'tenants are never deleted';
end $$;
create trigger tenants_stay before delete or truncate on tenants
  for each statement execute function refuse_tenant_deletion();
`;
