/**
 * The length of each tenant's audit chain, stored apart from the chain, so that a truncated chain is noticed. The
 * latest length is also written to the log, which cannot be changed through the database.
 */
export const sql = /* sql */ `
create table audit_heads (
  tenant_id uuid primary key,
  position bigint not null,
  hash bytea not null,
  told_position bigint not null
);
insert into audit_heads (tenant_id, position, hash, told_position)
select distinct on (tenant_id) tenant_id, position, hash, 0 from audit_chain order by tenant_id, position desc;
`;
