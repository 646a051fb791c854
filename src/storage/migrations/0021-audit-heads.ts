/**
 * How far each tenant's audit chain has come, beside the chain itself: a tail that is cut off shows against it. What was
 * told of it last is in the log, where no database reaches.
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
