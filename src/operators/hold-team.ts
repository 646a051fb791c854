import { Refusal } from '../contract/errors.ts';
import { listMembers } from '../storage/queries/memberships.ts';
import type { MemberRow } from '../storage/queries/memberships.ts';
import { lockTenantConfiguration, portalTenantId } from '../storage/queries/tenants.ts';
import type { Sql } from '../storage/sql.ts';

/** The members of a tenant, of which only one change happens at a time: two admins cannot demote each other at once. */
export async function holdTeam(sql: Sql, tenantId: string): Promise<readonly MemberRow[]> {
  await lockTenantConfiguration(sql, tenantId);
  return listMembers(sql, portalTenantId, tenantId);
}

/** @throws {Refusal} `not_found` */
export function requireMember(team: readonly MemberRow[], operatorId: string): MemberRow {
  const member = team.find((row) => row.operatorId === operatorId.toLowerCase());
  if (member === undefined) throw new Refusal('not_found', 'The team has no such member.');
  return member;
}

/** Refuses to take the role from the last admin who can come in. @throws {Refusal} `conflict` */
export function requireOtherAdmin(team: readonly MemberRow[], { operatorId, roles }: MemberRow): void {
  if (!roles.includes('ADMIN')) return;
  const others = team.filter(
    (row) => row.operatorId !== operatorId && row.activatedAt !== null && row.roles.includes('ADMIN'),
  );
  if (others.length > 0) return;
  throw new Refusal('conflict', 'This is the last admin who can come in. Make somebody else an admin first.');
}
