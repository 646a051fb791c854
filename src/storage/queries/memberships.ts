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

/** What a member wants to be told of by mail, as they are now. */
export interface MailChoice {
  readonly email: string;
  readonly roles: readonly string[];
  readonly mails: readonly string[];
}

const choiceStatement = statement<MailChoice>(
  'load_mail_choice',
  `select o.email, m.roles, m.mails from memberships m
   join operators o on o.tenant_id = m.tenant_id and o.operator_id = m.operator_id
   where m.tenant_id = $1 and m.operator_id = $2 and m.member_of = $3`,
);

/** Undefined if they are no member. */
export async function loadMailChoice(
  sql: Sql,
  tenantId: string,
  operatorId: string,
  memberOf: string,
): Promise<MailChoice | undefined> {
  const [row] = await sql.query(choiceStatement, [tenantId, operatorId, memberOf]);
  return row;
}

const chooseStatement = statement<{ operatorId: string }>(
  'record_mail_choice',
  'update memberships set mails = $4 where tenant_id = $1 and operator_id = $2 and member_of = $3 returning operator_id',
);

/** False if they are no member any more. */
export async function recordMailChoice(
  sql: Sql,
  tenantId: string,
  operatorId: string,
  memberOf: string,
  mails: readonly string[],
): Promise<boolean> {
  return (await sql.query(chooseStatement, [tenantId, operatorId, memberOf, mails])).length > 0;
}

const readersStatement = statement<{ operatorId: string; email: string }>(
  'list_mail_readers',
  `select m.operator_id, o.email from memberships m
   join operators o on o.tenant_id = m.tenant_id and o.operator_id = m.operator_id
   where m.tenant_id = $1 and m.member_of = $2 and $3 = any(m.mails) order by o.email_normal`,
);

/** The members who chose to be told of a topic. */
export async function listMailReaders(
  sql: Sql,
  tenantId: string,
  memberOf: string,
  topic: string,
): Promise<readonly { readonly operatorId: string; readonly email: string }[]> {
  return sql.query(readersStatement, [tenantId, memberOf, topic]);
}

/** A member who is to be told of reviews that wait, if any do. */
export interface UntoldReader {
  readonly operatorId: string;
  readonly memberOf: string;
  readonly email: string;
  readonly reviewsToldAt: number | null;
}

const untoldStatement = statement<UntoldReader>(
  'list_untold_of_reviews',
  `select m.operator_id, m.member_of, o.email, m.reviews_told_at from memberships m
   join operators o on o.tenant_id = m.tenant_id and o.operator_id = m.operator_id
   where m.tenant_id = $1 and 'reviews' = any(m.mails) and (m.reviews_told_at is null or m.reviews_told_at <= $2)`,
);

/** Members who chose to be told of waiting reviews, and were not told of any since a time. */
export async function listUntoldOfReviews(
  sql: Sql,
  tenantId: string,
  untilMs: number,
): Promise<readonly UntoldReader[]> {
  return sql.query(untoldStatement, [tenantId, sqlTime(untilMs)]);
}

const toldStatement = statement<{ operatorId: string }>(
  'record_reviews_told',
  `update memberships set reviews_told_at = $5
   where tenant_id = $1 and operator_id = $2 and member_of = $3 and 'reviews' = any(mails)
     and (reviews_told_at is null or reviews_told_at <= $4)
   returning operator_id`,
);

/** False if somebody has told them meanwhile, or they do not want it any more. */
export async function recordReviewsTold(
  sql: Sql,
  tenantId: string,
  operatorId: string,
  memberOf: string,
  { untilMs, nowMs }: { readonly untilMs: number; readonly nowMs: number },
): Promise<boolean> {
  const values = [tenantId, operatorId, memberOf, sqlTime(untilMs), sqlTime(nowMs)];
  return (await sql.query(toldStatement, values)).length > 0;
}
