import { sqlTime, statement } from '../sql.ts';
import type { Sql } from '../sql.ts';

/** An operator who may come in to a tenant. */
export interface MemberRow {
  readonly operatorId: string;
  readonly email: string;
  readonly name: string;
  readonly roles: readonly string[];
  readonly createdAt: number;
  readonly activatedAt: number | null;
  readonly invitedUntil: number | null;
  readonly seenAt: number | null;
}

const memberColumns = `m.operator_id, o.email, o.name, m.roles, m.created_at, o.activated_at, o.invited_until, (
     select max(s.seen_at) from operator_sessions s where s.tenant_id = m.tenant_id and s.operator_id = m.operator_id
   ) as seen_at`;

const listStatement = statement<MemberRow>(
  'list_members',
  `select ${memberColumns} from memberships m join operators o on o.tenant_id = m.tenant_id and o.operator_id = m.operator_id
   where m.tenant_id = $1 and m.member_of = $2 order by o.email_normal`,
);

export async function listMembers(sql: Sql, tenantId: string, memberOf: string): Promise<readonly MemberRow[]> {
  return sql.query(listStatement, [tenantId, memberOf]);
}

const ofOperatorStatement = statement<{ memberOf: string; roles: readonly string[] }>(
  'list_memberships_of_operator',
  'select member_of, roles from memberships where tenant_id = $1 and operator_id = $2',
);

/** The tenants that an operator may come in to. */
export async function listMembershipsOf(
  sql: Sql,
  tenantId: string,
  operatorId: string,
): Promise<readonly { readonly memberOf: string; readonly roles: readonly string[] }[]> {
  return sql.query(ofOperatorStatement, [tenantId, operatorId]);
}

const createStatement = statement<{ operatorId: string }>(
  'create_membership',
  `insert into memberships (tenant_id, operator_id, member_of, roles, created_at) values ($1, $2, $3, $4, $5)
   on conflict do nothing returning operator_id`,
);

/** False if the operator is a member already; then nothing changes. */
export async function createMembership(
  sql: Sql,
  tenantId: string,
  member: {
    readonly operatorId: string;
    readonly memberOf: string;
    readonly roles: readonly string[];
    readonly nowMs: number;
  },
): Promise<boolean> {
  const { operatorId, memberOf, roles, nowMs } = member;
  return (await sql.query(createStatement, [tenantId, operatorId, memberOf, roles, sqlTime(nowMs)])).length > 0;
}

const changeStatement = statement<{ operatorId: string }>(
  'change_membership',
  `update memberships set roles = $4 where tenant_id = $1 and operator_id = $2 and member_of = $3 returning operator_id`,
);

export async function recordRoles(
  sql: Sql,
  tenantId: string,
  operatorId: string,
  memberOf: string,
  roles: readonly string[],
): Promise<void> {
  await sql.query(changeStatement, [tenantId, operatorId, memberOf, roles]);
}

const deleteStatement = statement<{ operatorId: string }>(
  'delete_membership',
  'delete from memberships where tenant_id = $1 and operator_id = $2 and member_of = $3 returning operator_id',
);

export async function deleteMembership(
  sql: Sql,
  tenantId: string,
  operatorId: string,
  memberOf: string,
): Promise<void> {
  await sql.query(deleteStatement, [tenantId, operatorId, memberOf]);
}
