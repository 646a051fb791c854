/** Users who are gone while some of their actions are still to go: see the migration of the same name. */
import { sqlTime, statement } from '../sql.ts';
import type { Sql } from '../sql.ts';

/** The epoch that a user's actions have to have, as the statement sees it that reads them. */
export const userEpoch =
  'coalesce((select max(d.user_epoch) + 1 from departed_users d where d.tenant_id = $1 and d.user_id = $2), 0)';

/** The condition on an action that it belongs to the user, and to no earlier one of the same id. */
export const isOfUser = (row: string) =>
  `${row}.tenant_id = $1 and ${row}.user_id = $2 and ${row}.user_epoch = ${userEpoch}`;

/** In one statement at most. More would hold up whoever waits for the user. */
const batchMax = 2_000;

// By their keys: the place of a row that somebody has just written to is not the one that this statement sees.
const picked = (order: string) => `picked as materialized (
     select action_code, idempotency_key from actions where tenant_id = $1 and user_id = $2 and user_epoch = $3
     ${order} limit ${batchMax} for update
   )`;
const isPicked = `a.tenant_id = $1 and a.user_id = $2 and a.action_code = p.action_code
     and a.idempotency_key = p.idempotency_key`;

/** Takes from an action what says more of a person than what was decided, and when. */
const pseudonymise = (pseudonym: string) => `update actions a set user_id = ${pseudonym}, user_epoch = 0,
     ip_address = null, sent_ip_address = null, user_agent = null, device_id = null, redirect_url = null, custom = null,
     latitude = null, longitude = null, proofs = null, earlier_decisions = null,
     decision = jsonb_set(a.decision::jsonb, '{inputs}', '{}')::json`;

const newestFirst = 'order by created_at desc';
const removals = {
  newest: {
    delete: statement<never>(
      'delete_newest_actions',
      `with ${picked(newestFirst)} delete from actions a using picked p where ${isPicked}`,
    ),
    rename: statement<never>(
      'rename_newest_actions',
      `with ${picked(newestFirst)} ${pseudonymise('$4')} from picked p where ${isPicked}`,
    ),
  },
  departed: {
    delete: statement<never>(
      'delete_departed_actions',
      `with ${picked('')} delete from actions a using picked p where ${isPicked}`,
    ),
    rename: statement<never>(
      'rename_departed_actions',
      `with ${picked('')} ${pseudonymise('$4')} from picked p where ${isPicked}`,
    ),
  },
};

const leftStatement = statement<{ is_left: boolean }>(
  'has_actions_of_epoch',
  `select exists (
     select from actions where tenant_id = $1 and user_id = $2 and user_epoch = $3
   ) as is_left`,
);

/** Deletes a batch of a user's actions, or gives them a pseudonym in place of the user. Says whether there are more. */
async function removeActions(
  sql: Sql,
  which: keyof typeof removals,
  { tenantId, userId, epoch, pseudonym }: Departure,
): Promise<boolean> {
  if (pseudonym === null) await sql.query(removals[which].delete, [tenantId, userId, epoch]);
  else await sql.query(removals[which].rename, [tenantId, userId, epoch, pseudonym]);
  // Asked anew: what it found is no measure of what is there.
  const [row] = await sql.query(leftStatement, [tenantId, userId, epoch]);
  return row?.is_left === true;
}

interface Departure {
  readonly tenantId: string;
  readonly userId: string;
  readonly epoch: number;
  readonly pseudonym: string | null;
}

const epochStatement = statement<{ epoch: number }>('load_user_epoch', `select ${userEpoch} as epoch`);

const recordStatement = statement<never>(
  'record_departure',
  `insert into departed_users (tenant_id, user_id, user_epoch, pseudonym, departed_at) values ($1, $2, $3, $4, $5)`,
);

// While somebody else has the id there are actions of a later epoch, which only this row tells from the first ones.
const forgetStatement = statement<never>(
  'forget_departures',
  `delete from departed_users d
   where tenant_id = $1 and user_id = $2 and settled_at is not null
     and not exists (select from departed_users o where o.tenant_id = $1 and o.user_id = $2 and o.settled_at is null)
     and not exists (select from actions a where a.tenant_id = $1 and a.user_id = $2)`,
);

/**
 * Lets a user's actions go: the newest at once, the others as soon as a job comes to them; nobody reads them from now on.
 * The tracks of the user are held meanwhile.
 */
export async function removeUserActions(
  sql: Sql,
  departing: { tenantId: string; userId: string; pseudonym: string | null; nowMs: number },
): Promise<void> {
  const { tenantId, userId, pseudonym, nowMs } = departing;
  const [row] = await sql.query(epochStatement, [tenantId, userId]);
  const departure = { tenantId, userId, pseudonym, epoch: row?.epoch ?? 0 };
  if (await removeActions(sql, 'newest', departure)) {
    await sql.query(recordStatement, [tenantId, userId, departure.epoch, pseudonym, sqlTime(nowMs)]);
  }
  await sql.query(forgetStatement, [tenantId, userId]);
}

const unsettledStatement = statement<{
  tenant_id: string;
  user_id: string;
  user_epoch: number;
  pseudonym: string | null;
}>(
  'list_unsettled_departures',
  `select tenant_id, user_id, user_epoch, pseudonym from departed_users where settled_at is null
   order by departed_at limit $1`,
);

/** Users of whom there are actions left, those first who went first. */
export async function listUnsettledDepartures(sql: Sql, max: number): Promise<readonly Departure[]> {
  const rows = await sql.query(unsettledStatement, [max]);
  return rows.map(({ tenant_id, user_id, user_epoch, pseudonym }) => ({
    tenantId: tenant_id,
    userId: user_id,
    epoch: user_epoch,
    pseudonym,
  }));
}

/** Deletes, or renames, a batch of what a user has left behind. Says whether there are more. */
export async function removeDepartedActions(sql: Sql, departure: Departure): Promise<boolean> {
  return removeActions(sql, 'departed', departure);
}

const settleStatement = statement<never>(
  'settle_departure',
  `update departed_users set settled_at = $4 where tenant_id = $1 and user_id = $2 and user_epoch = $3
     and not exists (select from actions a where a.tenant_id = $1 and a.user_id = $2 and a.user_epoch = $3)`,
);

/** Notes that all are gone, and forgets the user unless somebody has the id. The tracks of the user are held meanwhile. */
export async function settleDeparture(sql: Sql, { tenantId, userId, epoch }: Departure, nowMs: number): Promise<void> {
  await sql.query(settleStatement, [tenantId, userId, epoch, sqlTime(nowMs)]);
  await sql.query(forgetStatement, [tenantId, userId]);
}

const isInTheWay = `a.tenant_id = $1 and a.user_id = $2 and a.action_code = $3 and a.idempotency_key = $4
     and d.tenant_id = $1 and d.user_id = $2 and d.user_epoch = a.user_epoch`;
const deleteInTheWay = statement<never>(
  'delete_action_in_the_way',
  `delete from actions a using departed_users d where ${isInTheWay} and d.pseudonym is null`,
);
const renameInTheWay = statement<never>(
  'rename_action_in_the_way',
  `${pseudonymise('d.pseudonym')} from departed_users d where ${isInTheWay} and d.pseudonym is not null`,
);

/** Lets an action of an earlier user of the id go, under the key of one that is to be made. */
export async function makeRoomForAction(
  sql: Sql,
  key: { tenantId: string; userId: string; actionCode: string; idempotencyKey: string },
): Promise<void> {
  const values = [key.tenantId, key.userId, key.actionCode, key.idempotencyKey];
  await sql.query(deleteInTheWay, values);
  await sql.query(renameInTheWay, values);
}
