/** Addresses, user agents and places smaller than a country that are older than their tenant keeps them. */
import { sqlTime, statement } from '../sql.ts';
import type { Sql } from '../sql.ts';
import { firstIdAt } from './actions/months.ts';
import { firstOf, lastOf } from './actions/old-actions.ts';
import { remember } from './user-marks.ts';

/** Actions in one statement at most. More would hold up others for too long. */
const actionsMax = 500;
const ownersMax = 500;

const removeStatement = statement<{ readonly seen: number }>(
  'remove_old_addresses',
  // No index has only the actions with an address, so each action is looked at once.
  `with seen as materialized (
     select a.action_id from actions_by_month a
     where a.tenant_id = $1 and a.action_id < $2 and a.action_id > coalesce(
       (select p.addresses_removed_to from retention_progress p where p.tenant_id = $1),
       '00000000-0000-0000-0000-000000000000'
     )
     order by a.action_id limit ${actionsMax}
   ), removed as (
     update actions_by_month a set
       ip_address = null, sent_ip_address = null, user_agent = null, latitude = null, longitude = null,
       decision = without_addresses(a.decision),
       earlier_decisions = (
         select array_agg(jsonb_set(d::jsonb, '{record}', without_addresses(d -> 'record')::jsonb)::json order by place)
         from unnest(a.earlier_decisions) with ordinality as earlier (d, place)
       )
     from seen s
     where a.tenant_id = $1 and a.action_id = s.action_id
       and a.action_id between ${firstOf('seen')} and ${lastOf('seen')}
       and num_nonnulls(a.ip_address, a.sent_ip_address, a.user_agent, a.latitude, a.longitude) > 0
   ), progressed as (
     insert into retention_progress as p (tenant_id, addresses_removed_to)
     select $1, ${lastOf('seen')} where exists (select from seen)
     on conflict (tenant_id) do update
       set addresses_removed_to = greatest(p.addresses_removed_to, excluded.addresses_removed_to)
   )
   select count(*)::int as seen from seen`,
);

/** Removes the addresses from a batch of actions that were made before `keptFromMs`. Returns whether there may be more. */
export async function removeOldAddresses(sql: Sql, tenantId: string, keptFromMs: number): Promise<boolean> {
  const [row] = await sql.query(removeStatement, [tenantId, firstIdAt(keptFromMs)]);
  return row?.seen === actionsMax;
}

const sweepStatement = statement<{ readonly isMore: boolean }>(
  'sweep_user_marks',
  // A place becomes its country, which is kept.
  `with owners as materialized (
     select distinct m.owner_id from user_marks m
     where m.tenant_id = $1 and m.owner_id > coalesce(
       (select p.marks_swept_to from retention_progress p where p.tenant_id = $1),
       '00000000-0000-0000-0000-000000000000'
     )
     order by m.owner_id limit ${ownersMax}
   ), forgotten as (
     delete from user_marks m using owners o
     where m.tenant_id = $1 and m.owner_id = o.owner_id and m.kind = 'address' and m.marked_at < $2
   ), cities as (
     delete from user_marks m using owners o
     where m.tenant_id = $1 and m.owner_id = o.owner_id and m.kind = 'place' and m.marked_at < $2
       and m.subject::json ->> 1 is not null
     returning m.*
   ), countries as (
     insert into user_marks as m (tenant_id, owner_id, kind, subject, action_id, marked_at, locale)
     select distinct on (c.owner_id, place.subject)
       $1, c.owner_id, 'place', place.subject, c.action_id, c.marked_at, c.locale
     from cities c, lateral (
       select json_build_array(c.subject::json ->> 0, null::real, null::real, c.subject::json -> 3)::text as subject
     ) as place
     order by c.owner_id, place.subject, c.marked_at desc
     ${remember}
   ), next as (
     select case when count(*) = ${ownersMax} then (array_agg(owner_id order by owner_id desc))[1] end as owner_id
     from owners
   ), progressed as (
     insert into retention_progress as p (tenant_id, marks_swept_to, marks_swept_at)
     select $1, owner_id, case when owner_id is null then $3::timestamptz end from next
     on conflict (tenant_id) do update set marks_swept_to = excluded.marks_swept_to,
       marks_swept_at = coalesce(excluded.marks_swept_at, p.marks_swept_at)
   )
   select owner_id is not null as is_more from next`,
);

const sweptStatement = statement<{ readonly sweptAt: number | null }>(
  'load_marks_swept_at',
  'select marks_swept_at as swept_at from retention_progress where tenant_id = $1',
);

/** When a tenant's marks were last swept; 0 if never. */
export async function loadMarksSweptAt(sql: Sql, tenantId: string): Promise<number> {
  const [row] = await sql.query(sweptStatement, [tenantId]);
  return row?.sweptAt ?? 0;
}

/** Sweeps the marks of a batch of users. Returns whether there are more; if not, the sweep is recorded as complete. */
export async function sweepUserMarks(
  sql: Sql,
  tenantId: string,
  { keptFromMs, nowMs }: { readonly keptFromMs: number; readonly nowMs: number },
): Promise<boolean> {
  const [row] = await sql.query(sweepStatement, [tenantId, sqlTime(keptFromMs), sqlTime(nowMs)]);
  return row?.isMore === true;
}
