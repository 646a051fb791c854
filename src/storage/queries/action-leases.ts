/** Leases on actions: while somebody outside is asked whether an action may succeed, nobody else asks (ruling 16). */
import { sqlTime, statement } from '../sql.ts';
import type { Sql } from '../sql.ts';
import type { ActionKey } from './actions.ts';

export interface ActionLease {
  readonly action_id: string;
  readonly state: string;
  readonly decision: unknown;
  readonly lease_id: string | null;
  readonly lease_until: number | null;
}

const loadStatement = statement<ActionLease>(
  'load_action_lease',
  `select action_id, state, decision, lease_id, lease_until from actions
   where tenant_id = $1 and user_id = $2 and action_code = $3 and idempotency_key = $4`,
);

export async function loadActionLease(sql: Sql, key: ActionKey): Promise<ActionLease | undefined> {
  const [row] = await sql.query(loadStatement, [key.tenantId, key.userId, key.actionCode, key.idempotencyKey]);
  return row;
}

const takeStatement = statement<{ action_id: string }>(
  'take_action_lease',
  `update actions set lease_id = $5, lease_until = $6
   where tenant_id = $1 and user_id = $2 and action_code = $3 and idempotency_key = $4
     and state in ('ALLOW', 'CHALLENGE_REQUIRED') and (lease_id is null or lease_until <= $7)
   returning action_id`,
);

/**
 * Takes the lease on an action that a proof could move. False if it stands elsewhere, or somebody holds a lease that has
 * not expired, also when requests race.
 */
export async function takeActionLease(
  sql: Sql,
  key: ActionKey,
  lease: { leaseId: string; untilMs: number; nowMs: number },
): Promise<boolean> {
  const rows = await sql.query(takeStatement, [
    key.tenantId,
    key.userId,
    key.actionCode,
    key.idempotencyKey,
    lease.leaseId,
    sqlTime(lease.untilMs),
    sqlTime(lease.nowMs),
  ]);
  return rows.length === 1;
}

const releaseStatement = statement<never>(
  'release_action_lease',
  `update actions set lease_id = null, lease_until = null
   where tenant_id = $1 and user_id = $2 and action_code = $3 and idempotency_key = $4 and lease_id = $5`,
);

/** Gives a lease back, if it is still this one. */
export async function releaseActionLease(sql: Sql, key: ActionKey, leaseId: string): Promise<void> {
  await sql.query(releaseStatement, [key.tenantId, key.userId, key.actionCode, key.idempotencyKey, leaseId]);
}
