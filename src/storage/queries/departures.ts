/**
 * Users who were deleted while some of their actions remain. The actions belong to the user row that is gone, so nobody
 * can read them, and a user who is created with the same user id has none of them.
 */
import { sqlTime, statement } from '../sql.ts';
import type { Sql, Statement } from '../sql.ts';
import { ownIdOf, ownerOf } from './actions/named.ts';

/** Rows in one statement at most. More would hold up others for too long, and on a slow disk not end in time, ever. */
const batchMax = 500;

/** How long a track can take that found the user before the user was deleted; it may record an action after that. */
const lateTrackMs = 60_000;

/** A deleted user: by the own id of the row. */
export interface Departure {
  readonly tenantId: string;
  readonly ownerId: string;
  /** Whose the actions become; null if they are deleted. */
  readonly pseudonym: string | null;
  readonly departedAtMs: number;
}

// With its code, as everywhere: while a month's table is new, the planner may take the index by code for the one by id.
const picked = `picked as materialized (
     select action_id, action_code from actions_by_month a where a.tenant_id = $1 and ${ownerOf('a')} = $2
     order by action_id desc limit ${batchMax} for update
   )`;

const isPicked = 'a.tenant_id = $1 and a.action_id = p.action_id and a.action_code = p.action_code';

const deleteActions = statement<{ actionId: string }>(
  'delete_departed_actions',
  `with ${picked}
   delete from actions_by_month a using picked p where ${isPicked}
   returning a.action_id`,
);

/** Removes from an action all data about a person, except what was decided and when. */
const renameActions = statement<{ actionId: string }>(
  'rename_departed_actions',
  `with ${picked}
   update actions_by_month a set user_id = $3, owner_id = null,
     ip_address = null, sent_ip_address = null, user_agent = null, device_id = null, address_party = null,
     device_party = null, redirect_url = null, custom = null,
     latitude = null, longitude = null, proofs = null, earlier_decisions = null,
     decision = jsonb_set(a.decision::jsonb, '{inputs}', '{}')::json
   from picked p where ${isPicked}
   returning a.action_id`,
);

// By their place in the table: joined by their names, each row would be compared with every other.
const deleteFrom = (table: string) => `delete from ${table} where tenant_id = $1 and ctid = any(array(
     select ctid from ${table} where tenant_id = $1 and owner_id = $2 limit ${batchMax} for update skip locked
   )) returning action_id`;

const deleteKeys = statement<{ actionId: string }>('delete_departed_keys', deleteFrom('action_keys'));

const deleteReviews = statement<{ actionId: string }>('delete_departed_reviews', deleteFrom('reviews'));

const deleteMarks = statement<{ actionId: string }>('delete_departed_marks', deleteFrom('user_marks'));

// What is counted of addresses and devices stays: nobody is to forget what came from them by deleting a user.
const deleteTallies = statement<{ seriesId: number }>(
  'delete_departed_tallies',
  `delete from tallies where tenant_id = $1 and ctid = any(array(
     select t.ctid from tally_series s join tallies t
       on t.tenant_id = $1 and t.series_id = s.series_id and t.party = $2
     where s.tenant_id = $1 and s.party_kind = 'user' limit ${batchMax} for update of t skip locked
   )) returning series_id`,
);

/** Removes a batch of what is left. Returns whether there may be more. */
export async function removeDeparted(sql: Sql, { tenantId, ownerId, pseudonym }: Departure): Promise<boolean> {
  const actions =
    pseudonym === null
      ? await sql.query(deleteActions, [tenantId, ownerId])
      : await sql.query(renameActions, [tenantId, ownerId, pseudonym]);
  const others: readonly Statement<unknown>[] = [deleteKeys, deleteReviews, deleteMarks, deleteTallies];
  let isMore = actions.length === batchMax;
  for (const remove of others) {
    const rows = await sql.query(remove, [tenantId, ownerId]);
    isMore ||= rows.length === batchMax;
  }
  return isMore;
}

const ownIdStatement = statement<{ ownerId: string }>(
  'lock_own_id',
  `select ${ownIdOf('u')} as owner_id from users u where u.tenant_id = $1 and u.user_id = $2 for update`,
);

const recordStatement = statement<never>(
  'record_departure',
  'insert into departures (tenant_id, owner_id, pseudonym, departed_at, due_at) values ($1, $2, $3, $4, $4)',
);

/** Removes a user's newest actions at once, and leaves the others to a job. From now on none can be read. */
export async function removeUserActions(
  sql: Sql,
  departing: { tenantId: string; userId: string; pseudonym: string | null; nowMs: number },
): Promise<void> {
  const { tenantId, userId, pseudonym, nowMs } = departing;
  const [row] = await sql.query(ownIdStatement, [tenantId, userId]);
  if (row === undefined) return;
  const { ownerId } = row;
  await sql.query(recordStatement, [tenantId, ownerId, pseudonym, sqlTime(nowMs)]);
  await removeDeparted(sql, { tenantId, ownerId, pseudonym, departedAtMs: nowMs });
}

const listStatement = statement<Departure>(
  'list_departures',
  `select tenant_id, owner_id, pseudonym, (extract(epoch from departed_at) * 1000)::bigint as departed_at_ms
   from departures where due_at <= $1 order by due_at limit $2`,
);

/** Deleted users who may have left something, those first that have waited longest. */
export async function listDepartures(sql: Sql, nowMs: number, max: number): Promise<readonly Departure[]> {
  return sql.query(listStatement, [sqlTime(nowMs), max]);
}

const forgetStatement = statement<never>(
  'forget_departure',
  // Read again: another node may be removing what this one has skipped.
  `delete from departures where tenant_id = $1 and owner_id = $2
     and not exists (select from actions_by_month a where a.tenant_id = $1 and ${ownerOf('a')} = $2)
     and not exists (select from action_keys where tenant_id = $1 and owner_id = $2)
     and not exists (select from reviews where tenant_id = $1 and owner_id = $2)
     and not exists (select from user_marks where tenant_id = $1 and owner_id = $2)
     and not exists (
       select from tally_series s join tallies t on t.tenant_id = $1 and t.series_id = s.series_id and t.party = $2
       where s.tenant_id = $1 and s.party_kind = 'user'
     )`,
);
const delayStatement = statement<never>(
  'delay_departure',
  'update departures set due_at = $3 where tenant_id = $1 and owner_id = $2',
);

/** Forgets a departure of which nothing is left, once no track can add to it any more. */
export async function settleDeparture(sql: Sql, departure: Departure, nowMs: number): Promise<void> {
  const { tenantId, ownerId, departedAtMs } = departure;
  const isOver = nowMs >= departedAtMs + lateTrackMs;
  if (isOver) await sql.query(forgetStatement, [tenantId, ownerId]);
  else await sql.query(delayStatement, [tenantId, ownerId, sqlTime(departedAtMs + lateTrackMs)]);
}

const adoptStatement = statement<never>(
  'adopt_earlier_departures',
  `with earlier as (
     update departed_users d set settled_at = departed_at where settled_at is null
     returning tenant_id, user_id, user_epoch, pseudonym, departed_at
   )
   insert into departures (tenant_id, owner_id, pseudonym, departed_at, due_at)
   select distinct on (e.tenant_id, left_over.owner_id) e.tenant_id, left_over.owner_id, e.pseudonym, e.departed_at, e.departed_at
   from earlier e, lateral (
     select distinct ${ownerOf('a')} as owner_id from actions a
     where a.tenant_id = e.tenant_id and a.user_id = e.user_id and a.user_epoch = e.user_epoch
   ) as left_over
   where not exists (
     select from users u
     where u.tenant_id = e.tenant_id and u.user_id = e.user_id and ${ownIdOf('u')} = left_over.owner_id
   )
   order by e.tenant_id, left_over.owner_id, e.pseudonym nulls first
   on conflict do nothing`,
);

const unsettledStatement = statement<{ tenantId: string }>(
  'find_earlier_departure',
  'select tenant_id from departed_users where settled_at is null limit 1',
);

/** Takes over the users whom nodes of an earlier release have deleted, and whose actions they had not yet removed. */
export async function adoptEarlierDepartures(sql: Sql): Promise<void> {
  // Only where there are any: what adopts them is for all tenants at once, which a distributed database refuses.
  if ((await sql.query(unsettledStatement, [])).length > 0) await sql.query(adoptStatement, []);
}
