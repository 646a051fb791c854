/** Actions whose tenant's period is over: removed with their keys, and what rules ask of all of a user's past is kept. */
import { statement } from '../../sql.ts';
import type { Sql } from '../../sql.ts';
import { remember, successOf } from '../user-marks.ts';
import { firstIdAt } from './months.ts';
import { ownIdOf, ownerOf } from './named.ts';

/** Rows in one statement at most. More would hold up others for too long, and on a slow disk not end in time, ever. */
const batchMax = 500;

/** Before every action. */
export const firstActionId = '00000000-0000-0000-0000-000000000000';

const mark = (kind: string, subject: string, at: string, locale = 'null::text') =>
  `select o.whose as owner_id, ${kind} as kind, ${subject} as subject, o.action_id, ${at} as marked_at, ${locale} as locale from own o`;

/**
 * The first and last id in a batch. They keep a statement that changes the batch from reading the tenant's other actions,
 * which the planner sometimes thinks is cheaper than finding each in one of many months.
 */
export const firstOf = (batch: string) => `(select action_id from ${batch} order by action_id limit 1)`;
export const lastOf = (batch: string) => `(select action_id from ${batch} order by action_id desc limit 1)`;

const removeStatement = statement<{ readonly removed: number; readonly lastId: string | null }>(
  'remove_old_actions',
  // Actions of the table of earlier releases left no marks; all others have left theirs when they changed.
  `with picked as materialized (
     select ${ownerOf('a')} as whose, a.*, a.tableoid = 'actions'::regclass as is_early
     from actions_by_month a
     where a.tenant_id = $1 and a.action_id > $2 and a.action_id < $3
     order by a.action_id limit ${batchMax} for update skip locked
   ), own as materialized (
     -- Nothing is kept of users who are gone.
     select p.* from picked p join users u on u.tenant_id = $1 and u.user_id = p.user_id
     where ${ownIdOf('u')} = p.whose
   ), kept as (
     insert into user_marks as m (tenant_id, owner_id, kind, subject, action_id, marked_at, locale)
     select $1, k.owner_id, k.kind, k.subject, k.action_id, k.marked_at, k.locale from (
       select distinct on (owner_id, kind, subject) s.* from (
         ${mark("'acted'", "''", 'o.created_at')}
         union all
         ${mark('k.kind', 'k.subject', 'o.verified_at', 'o.locale')} cross join lateral ${successOf('o')}
         where o.is_early and o.verified_at is not null and k.subject is not null
         union all
         ${mark("'denied'", "''", 'o.denied_at')} where o.is_early and o.denied_at is not null
         union all
         ${mark("'failed'", "''", 'o.state_updated_at')} where o.is_early and o.state = 'CHALLENGE_FAILED'
       ) as s order by owner_id, kind, subject, marked_at desc
     -- In the order in which live calls lock marks.
     ) as k order by k.owner_id, k.kind, k.subject
     ${remember}
   ), freed as (
     delete from action_keys k using picked p
     where k.tenant_id = $1 and k.owner_id = p.whose and k.action_code = p.action_code
       and k.idempotency_key = p.idempotency_key and k.action_id = p.action_id
   ), reviewed as (
     delete from reviews r using picked p where r.tenant_id = $1 and r.action_id = p.action_id
       and r.action_id between ${firstOf('picked')} and ${lastOf('picked')}
   ), removed as (
     delete from actions_by_month a using picked p where a.tenant_id = $1 and a.action_id = p.action_id
       and a.action_id between ${firstOf('picked')} and ${lastOf('picked')}
     returning a.action_id
   )
   select count(*)::int as removed, ${lastOf('removed')} as last_id
   from removed`,
);

/**
 * Removes a batch of a tenant's actions that were made before `keptFromMs`, from the one after `afterId` on, oldest first.
 * Returns the last one's id; undefined if there are no more.
 */
export async function removeOldActions(
  sql: Sql,
  tenantId: string,
  afterId: string,
  keptFromMs: number,
): Promise<string | undefined> {
  const [row] = await sql.query(removeStatement, [tenantId, afterId, firstIdAt(keptFromMs)]);
  return row?.removed === batchMax ? (row.lastId ?? undefined) : undefined;
}
