/** Leases on actions: while a webhook is asked whether an action may succeed, no other request asks it (ruling 16). */
import { sqlTime, statement } from '../../sql.ts';
import type { Sql } from '../../sql.ts';
import { isNamed, keyValues, named } from './named.ts';
import type { ActionKey } from './named.ts';

export interface ActionLease {
  readonly actionId: string;
  readonly state: string;
  readonly decision: unknown;
  readonly leaseId: string | null;
  readonly leaseUntil: number | null;
}

const loadStatement = statement<ActionLease>(
  'load_action_lease',
  `with ${named} select a.action_id, a.state, a.decision, a.lease_id, a.lease_until from actions_by_month a
   where ${isNamed('a')}`,
);

export async function loadActionLease(sql: Sql, key: ActionKey): Promise<ActionLease | undefined> {
  const [row] = await sql.query(loadStatement, keyValues(key));
  return row;
}

const takeStatement = statement<{ actionId: string }>(
  'take_action_lease',
  `with ${named} update actions_by_month a set lease_id = $5, lease_until = $6
   where ${isNamed('a')} and state in ('ALLOW', 'CHALLENGE_REQUIRED') and (lease_id is null or lease_until <= $7)
   returning action_id`,
);

/**
 * Takes the lease on an action that a proof could complete. False if the action has another state, or another lease has
 * not expired, even if requests race.
 */
export async function takeActionLease(
  sql: Sql,
  key: ActionKey,
  lease: { leaseId: string; untilMs: number; nowMs: number },
): Promise<boolean> {
  const rows = await sql.query(takeStatement, [
    ...keyValues(key),
    lease.leaseId,
    sqlTime(lease.untilMs),
    sqlTime(lease.nowMs),
  ]);
  return rows.length === 1;
}

const releaseStatement = statement<never>(
  'release_action_lease',
  `with ${named} update actions_by_month a set lease_id = null, lease_until = null
   where ${isNamed('a')} and lease_id = $5`,
);

/** Releases a lease, if it is still this one. */
export async function releaseActionLease(sql: Sql, key: ActionKey, leaseId: string): Promise<void> {
  await sql.query(releaseStatement, [...keyValues(key), leaseId]);
}
