import { sqlTime, statement } from '../sql.ts';
import type { Sql } from '../sql.ts';
import { purgeOf } from './purge.ts';

/** Who an operator is at an issuer of OpenID Connect: only both together name a person (OpenID Connect Core §5.7). */
export interface OperatorIdentity {
  readonly issuer: string;
  readonly subject: string;
}

const ownerStatement = statement<{ operatorId: string }>(
  'load_operator_of_identity',
  'select operator_id from operator_identities where tenant_id = $1 and issuer = $2 and subject = $3',
);

/** The operator whose identity it is. */
export async function loadOperatorOfIdentity(
  sql: Sql,
  tenantId: string,
  { issuer, subject }: OperatorIdentity,
): Promise<string | undefined> {
  const [row] = await sql.query(ownerStatement, [tenantId, issuer, subject]);
  return row?.operatorId;
}

const loadStatement = statement<OperatorIdentity>(
  'load_operator_identity',
  'select issuer, subject from operator_identities where tenant_id = $1 and operator_id = $2',
);

export async function loadOperatorIdentity(
  sql: Sql,
  tenantId: string,
  operatorId: string,
): Promise<OperatorIdentity | undefined> {
  const [row] = await sql.query(loadStatement, [tenantId, operatorId]);
  return row;
}

const bindStatement = statement<{ operatorId: string }>(
  'bind_operator_identity',
  `insert into operator_identities (tenant_id, operator_id, issuer, subject, created_at) values ($1, $2, $3, $4, $5)
   on conflict do nothing returning operator_id`,
);

/** False if the identity is another operator's, or the operator has one. */
export async function bindOperatorIdentity(
  sql: Sql,
  tenantId: string,
  operatorId: string,
  { issuer, subject }: OperatorIdentity,
  nowMs: number,
): Promise<boolean> {
  return (await sql.query(bindStatement, [tenantId, operatorId, issuer, subject, sqlTime(nowMs)])).length > 0;
}

const unbindStatement = statement<{ operatorId: string }>(
  'unbind_operator_identity',
  'delete from operator_identities where tenant_id = $1 and operator_id = $2 returning operator_id',
);

/** False if the operator had none. */
export async function unbindOperatorIdentity(sql: Sql, tenantId: string, operatorId: string): Promise<boolean> {
  return (await sql.query(unbindStatement, [tenantId, operatorId])).length > 0;
}

const spendFlowStatement = statement<{ flowId: string }>(
  'spend_oidc_flow',
  `insert into used_oidc_flows (tenant_id, flow_id, expires_at) values ($1, $2, $3)
   on conflict do nothing returning flow_id`,
);

/** Uses up a sign-in that was begun at the issuer. False if it was used before. */
export async function spendOidcFlow(sql: Sql, tenantId: string, flowId: string, expiresAtMs: number): Promise<boolean> {
  return (await sql.query(spendFlowStatement, [tenantId, flowId, sqlTime(expiresAtMs)])).length > 0;
}

/** Deletes what sign-ins have used that could not count any more before a time. */
export const purgeUsedOidcFlows = purgeOf('used_oidc_flows', 'flow_id', {
  condition: 'expires_at < $1',
  order: 'expires_at',
});
