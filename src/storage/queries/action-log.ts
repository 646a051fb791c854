/** Which actions other servers were told of: those before a point in the order of their ids. */
import type { SettledAction } from '../../core/events/action-record.ts';
import { ownIdOf, ownerOf } from './actions/named.ts';
import { statement } from '../sql.ts';
import type { Sql } from '../sql.ts';

/** A tenant that has asked for its actions. */
export interface LoggedTenant {
  readonly tenantId: string;
  /** All actions with a lesser id were told of; null before the first. */
  readonly loggedTo: string | null;
  /** Since when an endpoint has asked. */
  readonly askedAt: number;
  readonly tokenMinutes: number;
}

const listStatement = statement<LoggedTenant>(
  'list_tenants_with_action_log',
  `select e.tenant_id, p.logged_to, e.asked_at,
     coalesce((t.settings ->> 'tokenDurationInMinutes')::int, 10) as token_minutes
   from (
     select tenant_id, min(created_at) as asked_at from event_endpoints where 'action.log_created' = any(types)
     group by tenant_id
   ) as e
   join tenants t on t.tenant_id = e.tenant_id
   left join action_log_progress p on p.tenant_id = e.tenant_id
   order by e.tenant_id`,
);

export async function listLoggedTenants(sql: Sql): Promise<readonly LoggedTenant[]> {
  return sql.query(listStatement, []);
}

const startStatement = statement<never>(
  'start_action_log',
  'insert into action_log_progress (tenant_id, logged_to) values ($1, $2) on conflict do nothing',
);

/** From here on the tenant's actions are told of. */
export async function startActionLog(sql: Sql, tenantId: string, loggedTo: string): Promise<void> {
  await sql.query(startStatement, [tenantId, loggedTo]);
}

const endedStatement = statement<{ tenantId: string }>(
  'list_ended_action_logs',
  `select p.tenant_id from action_log_progress p where not exists (
     select from event_endpoints e where e.tenant_id = p.tenant_id and 'action.log_created' = any(e.types)
   )`,
);
const endStatement = statement<never>('end_action_log', 'delete from action_log_progress where tenant_id = $1');

/** Forgets how far it was where nobody asks any more: who asks again is told of what happens from then on. */
export async function endActionLogs(sql: Sql): Promise<void> {
  for (const { tenantId } of await sql.query(endedStatement, [])) await sql.query(endStatement, [tenantId]);
}

const moveStatement = statement<{ tenantId: string }>(
  'move_action_log',
  'update action_log_progress set logged_to = $3 where tenant_id = $1 and logged_to = $2 returning tenant_id',
);

/**
 * Notes that the next part of a tenant's actions was told of. False if another node has told of it. Waits for users who are
 * being deleted, and they for this transaction, so it comes late in it: see {@link holdActionLog}.
 */
export async function moveActionLog(sql: Sql, tenantId: string, from: string, to: string): Promise<boolean> {
  return (await sql.query(moveStatement, [tenantId, from, to])).length === 1;
}

/** Whose an action is. */
export interface OwnedAction {
  readonly actionId: string;
  readonly userId: string;
  /** The own id of the user's row. */
  readonly ownerId: string;
}

interface LoggedAction extends SettledAction, OwnedAction {}

const readStatement = statement<LoggedAction>(
  'load_actions_to_log',
  // Of users who are there: what was not told of somebody before they were deleted is not told any more.
  `select a.action_id, a.user_id, ${ownerOf('a')} as owner_id, a.action_code, a.idempotency_key, a.state, a.created_at, a.updated_at, a.state_updated_at,
     a.verification_method, coalesce(a.sent_ip_address, a.ip_address) as ip_address, a.country_code, a.device_id, a.custom,
     a.decision
   from actions_by_month a
   join users u on u.tenant_id = $1 and u.user_id = a.user_id and ${ownIdOf('u')} = ${ownerOf('a')}
   where a.tenant_id = $1 and a.action_id >= $2 and a.action_id < $3
   order by a.action_id limit $4`,
);

/** Actions in the order of their ids. */
export async function loadActionsToLog(
  sql: Sql,
  tenantId: string,
  { from, to, max }: { from: string; to: string; max: number },
): Promise<readonly LoggedAction[]> {
  return sql.query(readStatement, [tenantId, from, to, max]);
}

const presentStatement = statement<{ userId: string; ownerId: string }>(
  'list_present_users_of_action_log',
  `select u.user_id, ${ownIdOf('u')} as owner_id from users u where u.tenant_id = $1 and u.user_id = any($2::text[])`,
);

/** Those of these actions whose user has been deleted. */
export async function actionsOfGoneUsers(
  sql: Sql,
  tenantId: string,
  actions: readonly OwnedAction[],
): Promise<readonly OwnedAction[]> {
  const userIds = [...new Set(actions.map(({ userId }) => userId))];
  const rows = await sql.query(presentStatement, [tenantId, userIds]);
  const owners = new Map(rows.map(({ userId, ownerId }) => [userId, ownerId]));
  return actions.filter(({ userId, ownerId }) => owners.get(userId) !== ownerId);
}

const holdStatement = statement<never>(
  'hold_action_log',
  'select from action_log_progress where tenant_id = $1 for share',
);

/**
 * Until the transaction ends, nothing more is recorded of the tenant's actions: who deletes a user calls it, and then takes
 * away what was recorded before.
 */
export async function holdActionLog(sql: Sql, tenantId: string): Promise<void> {
  await sql.query(holdStatement, [tenantId]);
}
