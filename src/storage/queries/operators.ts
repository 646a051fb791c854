import { sqlTime, statement } from '../sql.ts';
import type { Sql } from '../sql.ts';

/** A person who may come in to the portal. `tenantId` is always that of the portal's own tenant. */
export interface OperatorRow {
  readonly operatorId: string;
  readonly email: string;
  readonly name: string;
  readonly createdAt: number;
  readonly invitedUntil: number | null;
  readonly activatedAt: number | null;
}

const columns = 'operator_id, email, name, created_at, invited_until, activated_at';

const recordStatement = statement<OperatorRow>(
  'record_operator',
  `insert into operators (tenant_id, operator_id, email, email_normal, name, created_at)
   values ($1, $2, $3, $4, $5, $6)
   on conflict (tenant_id, email_normal) do update set email = operators.email
   returning ${columns}`,
);

/** The operator with this mailbox: the one there is, unchanged, or a new one. Locks the row. */
export async function lockOrCreateOperator(
  sql: Sql,
  tenantId: string,
  operator: {
    readonly operatorId: string;
    readonly email: string;
    readonly emailNormal: string;
    readonly name: string;
    readonly nowMs: number;
  },
): Promise<OperatorRow> {
  const { operatorId, email, emailNormal, name, nowMs } = operator;
  const [row] = await sql.query(recordStatement, [tenantId, operatorId, email, emailNormal, name, sqlTime(nowMs)]);
  if (row === undefined) throw new Error('An operator is there or was made.');
  return row;
}

const inviteStatement = statement<never>(
  'invite_operator',
  'update operators set invitation_digest = $3, invited_until = $4 where tenant_id = $1 and operator_id = $2',
);

/** The newest invitation counts: the one before is no longer there. */
export async function recordInvitation(
  sql: Sql,
  tenantId: string,
  operatorId: string,
  invitation: { readonly digest: Buffer; readonly untilMs: number },
): Promise<void> {
  await sql.query(inviteStatement, [tenantId, operatorId, invitation.digest, sqlTime(invitation.untilMs)]);
}

const redeemStatement = statement<OperatorRow>(
  'redeem_invitation',
  `update operators set invitation_digest = null, invited_until = null
   where tenant_id = $1 and invitation_digest = $2 and invited_until > $3
   returning ${columns}`,
);

/** Uses an invitation up. Undefined if it was used, replaced or is over. */
export async function takeInvitation(
  sql: Sql,
  tenantId: string,
  digest: Buffer,
  nowMs: number,
): Promise<OperatorRow | undefined> {
  const [row] = await sql.query(redeemStatement, [tenantId, digest, sqlTime(nowMs)]);
  return row;
}

const invitedStatement = statement<OperatorRow>(
  'load_invited_operator',
  `select ${columns} from operators where tenant_id = $1 and invitation_digest = $2 and invited_until > $3`,
);

/** Whose invitation it is; it stays as it is. */
export async function loadInvited(
  sql: Sql,
  tenantId: string,
  digest: Buffer,
  nowMs: number,
): Promise<OperatorRow | undefined> {
  const [row] = await sql.query(invitedStatement, [tenantId, digest, sqlTime(nowMs)]);
  return row;
}

const activateStatement = statement<never>(
  'activate_operator',
  `update operators set activated_at = $3 where tenant_id = $1 and operator_id = $2 and activated_at is null`,
);

export async function activateOperator(sql: Sql, tenantId: string, operatorId: string, nowMs: number): Promise<void> {
  await sql.query(activateStatement, [tenantId, operatorId, sqlTime(nowMs)]);
}

const lockStatement = statement<{ operatorId: string }>(
  'lock_operator',
  'select operator_id from operators where tenant_id = $1 and operator_id = $2 for update',
);

/** Lets nobody else admit, dismiss or re-invite the operator until the transaction ends. */
export async function lockOperator(sql: Sql, tenantId: string, operatorId: string): Promise<void> {
  await sql.query(lockStatement, [tenantId, operatorId]);
}

const deleteStatement = statement<never>(
  'delete_operator',
  'delete from operators where tenant_id = $1 and operator_id = $2',
);

/** Deletes an operator, with sessions and an open invitation. */
export async function deleteOperator(sql: Sql, tenantId: string, operatorId: string): Promise<void> {
  await sql.query(deleteStatement, [tenantId, operatorId]);
}

const emailsStatement = statement<{ operatorId: string; email: string }>(
  'list_operator_emails',
  'select operator_id, email from operators where tenant_id = $1 and operator_id = any($2)',
);

/** Email addresses of operators by their ids, for what names them. */
export async function loadOperatorEmails(
  sql: Sql,
  tenantId: string,
  operatorIds: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  if (operatorIds.length === 0) return new Map();
  const rows = await sql.query(emailsStatement, [tenantId, operatorIds]);
  return new Map(rows.map(({ operatorId, email }) => [operatorId, email]));
}

const findStatement = statement<{ operatorId: string }>(
  'find_operator',
  'select operator_id from operators where tenant_id = $1 and email_normal = $2',
);

/** The operator with this mailbox; undefined if there is none. */
export async function findOperatorId(sql: Sql, tenantId: string, emailNormal: string): Promise<string | undefined> {
  const [row] = await sql.query(findStatement, [tenantId, emailNormal]);
  return row?.operatorId;
}

const countMadeStatement = statement<{ operatorId: string }>(
  'count_tenant_made',
  `update operators set
     tenants_made = case when tenants_made_since > $4 then tenants_made + 1 else 1 end,
     tenants_made_since = case when tenants_made_since > $4 then tenants_made_since else $3 end
   where tenant_id = $1 and operator_id = $2
     and (tenants_made_since is null or tenants_made_since <= $4 or tenants_made < $5)
   returning operator_id`,
);
const madeSinceStatement = statement<{ tenantsMadeSince: number }>(
  'load_tenants_made_since',
  'select tenants_made_since from operators where tenant_id = $1 and operator_id = $2 and tenants_made_since is not null',
);

/**
 * Counts a tenant that an operator makes, and locks the operator until the transaction ends. If they have made `max` in the
 * period, it is not counted, and the beginning of the period is returned. Undefined if there is no such operator.
 */
export async function countTenantMade(
  sql: Sql,
  tenantId: string,
  operatorId: string,
  { nowMs, periodMs, max }: { readonly nowMs: number; readonly periodMs: number; readonly max: number },
): Promise<'counted' | number | undefined> {
  const values = [tenantId, operatorId, sqlTime(nowMs), sqlTime(nowMs - periodMs), max];
  if ((await sql.query(countMadeStatement, values)).length > 0) return 'counted';
  const [row] = await sql.query(madeSinceStatement, [tenantId, operatorId]);
  return row?.tenantsMadeSince;
}
