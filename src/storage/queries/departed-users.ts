/** Users who are gone while some of their actions are still to go: see the migration of the same name. */
import { sqlTime, statement } from '../sql.ts';
import type { Sql } from '../sql.ts';

/** The epoch that a user's actions have to have, as the statement sees it that reads them. */
export const userEpoch = (tenant = '$1', user = '$2') =>
  `coalesce((select max(d.user_epoch) + 1 from departed_users d where d.tenant_id = ${tenant} and d.user_id = ${user}), 0)`;

/** The condition on an action that it belongs to the user, and to no earlier one of the same id. */
export const isOfUser = (row: string) =>
  `${row}.tenant_id = $1 and ${row}.user_id = $2 and ${row}.user_epoch = ${userEpoch()}`;

/** In one statement at most. More would hold up whoever waits for the user. */
const batchMax = 2_000;

const batch = (which: string) => `ctid = any(array(
     select ctid from actions where tenant_id = $1 and user_id = $2 and ${which} limit ${batchMax} for update
   ))`;

/** Takes from actions what says more of a person than what was decided, and when. */
const pseudonymise = `update actions set user_id = $4, user_epoch = 0, ip_address = null, sent_ip_address = null, user_agent = null,
     device_id = null, redirect_url = null, custom = null, latitude = null, longitude = null, proofs = null,
     earlier_decisions = null, decision = jsonb_set(decision::jsonb, '{inputs}', '{}')::json`;

const newest = `user_epoch = $3 order by created_at desc`;
const old = `user_epoch = $3`;
const removals = {
  newest: {
    delete: statement<{ gone: number }>('delete_newest_actions', counted(`delete from actions where ${batch(newest)}`)),
    rename: statement<{ gone: number }>('rename_newest_actions', counted(`${pseudonymise} where ${batch(newest)}`)),
  },
  old: {
    delete: statement<{ gone: number }>('delete_departed_actions', counted(`delete from actions where ${batch(old)}`)),
    rename: statement<{ gone: number }>('rename_departed_actions', counted(`${pseudonymise} where ${batch(old)}`)),
  },
};

function counted(removal: string): string {
  return `with gone as (${removal} returning 1) select count(*)::int as gone from gone`;
}

/** Deletes a batch of a user's actions, or gives them a pseudonym in place of the user. Says whether there may be more. */
async function removeActions(
  sql: Sql,
  which: keyof typeof removals,
  { tenantId, userId, epoch, pseudonym }: Departure,
): Promise<boolean> {
  const [row] =
    pseudonym === null
      ? await sql.query(removals[which].delete, [tenantId, userId, epoch])
      : await sql.query(removals[which].rename, [tenantId, userId, epoch, pseudonym]);
  return row?.gone === batchMax;
}

interface Departure {
  readonly tenantId: string;
  readonly userId: string;
  readonly epoch: number;
  readonly pseudonym: string | null;
}

const epochStatement = statement<{ epoch: number }>('load_user_epoch', `select ${userEpoch()} as epoch`);

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

/** Deletes, or renames, a batch of what a user has left behind. Says whether there may be more. */
export async function removeDepartedActions(sql: Sql, departure: Departure): Promise<boolean> {
  return removeActions(sql, 'old', departure);
}

const settleStatement = statement<never>(
  'settle_departure',
  `update departed_users set settled_at = $4 where tenant_id = $1 and user_id = $2 and user_epoch = $3`,
);

/** Notes that all are gone, and forgets the user unless somebody has the id. The tracks of the user are held meanwhile. */
export async function settleDeparture(sql: Sql, { tenantId, userId, epoch }: Departure, nowMs: number): Promise<void> {
  await sql.query(settleStatement, [tenantId, userId, epoch, sqlTime(nowMs)]);
  await sql.query(forgetStatement, [tenantId, userId]);
}

const makeRoomStatement = statement<never>(
  'make_room_for_action',
  `delete from actions where tenant_id = $1 and user_id = $2 and action_code = $3 and idempotency_key = $4
     and user_epoch < ${userEpoch()}`,
);

/** Deletes an action of an earlier user of the id, under the key of one that is to be made. */
export async function makeRoomForAction(
  sql: Sql,
  key: { tenantId: string; userId: string; actionCode: string; idempotencyKey: string },
): Promise<void> {
  await sql.query(makeRoomStatement, [key.tenantId, key.userId, key.actionCode, key.idempotencyKey]);
}
