/**
 * What a user's past has shown that no window bounds, as parts of statements: whether a challenge ever succeeded, from which
 * addresses, devices and places, when one was denied or failed last. Written by the statement that changes the action.
 */
import { statement } from '../sql.ts';
import type { Sql } from '../sql.ts';
import { ownerOf } from './actions/named.ts';

/** What is returned of a changed action for its marks, its device and its tallies. */
export const markedColumns = (row: string) => `${row}.tenant_id, ${row}.user_id, ${ownerOf(row)} as owner_id,
     ${row}.action_id, ${row}.state, ${row}.state_updated_at, ${row}.verified_at, ${row}.device_id, ${row}.ip_address,
     ${row}.country_code, ${row}.latitude, ${row}.longitude, ${row}.is_place_unknown, ${row}.locale,
     ${row}.action_code, ${row}.created_at, ${row}.address_party, ${row}.device_party, ${row}.sent_ip_address, ${row}.custom,
     ${row}.verification_method`;

/** The place of an action as text; null if it has none. */
const placeOf = (row: string) => `case when ${row}.country_code is not null or ${row}.is_place_unknown
  then json_build_array(${row}.country_code, ${row}.latitude, ${row}.longitude, ${row}.is_place_unknown)::text end`;

/** The marks that a success leaves, by kind and subject: in the order in which every statement locks them. */
export const successOf = (
  row: string,
) => `(values ('address', ${row}.ip_address), ('device', ${row}.device_id), ('place', ${placeOf(row)}),
       ('verified', '')) as k (kind, subject)`;

// The latest stands in front, and the latest of another action behind it. Times come in any order: a success counts from
// its proof, which may be older than the track that accepts it, and that may be another proof than was counted first.
const isSame = 'excluded.action_id = m.action_id';
const isFirst = `case when ${isSame} then m.earlier_marked_at is null or excluded.marked_at >= m.earlier_marked_at
         else excluded.marked_at >= m.marked_at end`;
const front = (column: string) =>
  `case when ${isFirst} then excluded.${column} when ${isSame} then m.earlier_${column} else m.${column} end`;
const behind = (column: string) => `case
         when ${isFirst} then case when ${isSame} then m.earlier_${column} else m.${column} end
         when ${isSame} or m.earlier_marked_at is null or excluded.marked_at > m.earlier_marked_at
           or excluded.action_id = m.earlier_action_id then excluded.${column}
         else m.earlier_${column} end`;
/** What becomes of a mark that is there already. One statement may touch it only once. */
export const remember = `on conflict (tenant_id, owner_id, kind, subject) do update set
       action_id = ${front('action_id')}, marked_at = ${front('marked_at')},
       locale = case when ${isFirst} then excluded.locale when ${isSame} then null else m.locale end,
       earlier_action_id = ${behind('action_id')}, earlier_marked_at = ${behind('marked_at')}`;

/** Marks the success of the action in `changed` ({@link markedColumns}) whose `verified_at` is `at`. */
export const markSuccess = (changed: string, at: string) => `marked as (
     insert into user_marks as m (tenant_id, owner_id, kind, subject, action_id, marked_at, locale)
     select c.tenant_id, c.owner_id, k.kind, k.subject, c.action_id, c.verified_at, c.locale
     from ${changed} c cross join lateral ${successOf('c')}
     where k.subject is not null and c.verified_at = ${at}
     ${remember}
   )`;

/** Marks that the action in `changed` was denied by its user, or failed, at a time. */
export const markEnd = (kind: 'denied' | 'failed', changed: string, condition: string, at: string) => `${kind} as (
     insert into user_marks as m (tenant_id, owner_id, kind, subject, action_id, marked_at)
     select c.tenant_id, c.owner_id, '${kind}', '', c.action_id, ${at} from ${changed} c where ${condition}
     ${remember}
   )`;

/** Actions that are read at most to find what a mark said before. */
const rereadMax = 10_000;

/**
 * Takes back what the action in `settled` marked, but for what it still marks as the row `action`, which
 * {@link markSuccess} writes. A mark has only two actions, so those of the past are read again: of the user's latest.
 * Locked first, as the latest version that there is: another success may just have pushed the mark behind.
 */
export const takeBack = (settled: string, action: string) => `taken as materialized (
     select m.*, s.action_id as taken_id from ${settled} s
     join user_marks m on m.tenant_id = s.tenant_id and m.owner_id = s.owner_id
     where s.action_id in (m.action_id, m.earlier_action_id) and m.kind in ('address', 'device', 'place', 'verified')
       and not exists (
         select from ${action} a cross join lateral ${successOf('a')}
         where a.verified_at is not null and k.kind = m.kind and k.subject = m.subject
       )
     order by m.kind, m.subject for update of m
   ), others as materialized (
     select k.kind, k.subject, v.action_id, v.verified_at as marked_at, v.locale from (
       select v.* from actions_by_month v
       where v.tenant_id = $1 and ${ownerOf('v')} = (select owner_id from ${settled}) and exists (select from taken)
       order by v.action_id desc limit ${rereadMax}
     ) as v cross join lateral ${successOf('v')}
     where v.verified_at is not null
   ), restored as materialized (
     select t.tenant_id, t.owner_id, t.kind, t.subject, o.action_id, o.marked_at, o.locale,
       row_number() over (partition by t.kind, t.subject order by o.marked_at desc) as rank
     from taken t cross join lateral (
       select c.action_id, max(c.marked_at) as marked_at, max(c.locale) as locale from (
         select o.action_id, o.marked_at, o.locale from others o where o.kind = t.kind and o.subject = t.subject
         union all select t.action_id, t.marked_at, t.locale
         union all select t.earlier_action_id, t.earlier_marked_at, null
       ) as c where c.action_id is not null and c.action_id <> t.taken_id group by c.action_id
     ) as o
   ), forgotten as (
     delete from user_marks m using taken t
     where m.tenant_id = t.tenant_id and m.owner_id = t.owner_id and m.kind = t.kind and m.subject = t.subject
       and not exists (select from restored r where r.kind = t.kind and r.subject = t.subject)
   ), taken_back as (
     update user_marks m set action_id = r.action_id, marked_at = r.marked_at, locale = r.locale,
       earlier_action_id = e.action_id, earlier_marked_at = e.marked_at
     from restored r left join restored e on e.kind = r.kind and e.subject = r.subject and e.rank = 2
     where r.rank = 1 and m.tenant_id = r.tenant_id and m.owner_id = r.owner_id and m.kind = r.kind
       and m.subject = r.subject
   )`;

/** Takes back that the action in `changed` failed, where it has another state now. */
export const takeBackFailure = (changed: string) => `corrected as (
     delete from user_marks m using ${changed} c
     where m.tenant_id = c.tenant_id and m.owner_id = c.owner_id and m.kind = 'failed' and m.subject = ''
       and m.action_id = c.action_id and m.earlier_action_id is null and c.state <> 'CHALLENGE_FAILED'
   ), corrected_to_earlier as (
     update user_marks m set action_id = m.earlier_action_id, marked_at = m.earlier_marked_at,
       earlier_action_id = null, earlier_marked_at = null
     from ${changed} c
     where m.tenant_id = c.tenant_id and m.owner_id = c.owner_id and m.kind = 'failed' and m.subject = ''
       and m.action_id = c.action_id and m.earlier_action_id is not null and c.state <> 'CHALLENGE_FAILED'
   )`;

/** When the row `m` of user_marks was marked by another action than `action`; null if by none. */
export const markedByAnother = (action: string) =>
  `case when m.action_id is distinct from ${action} then m.marked_at else m.earlier_marked_at end`;

/**
 * Successes of one kind in the actions of earlier releases, which left no marks: of the user $2 with the own id `owner`,
 * but not of `action`.
 */
export const earlierSuccesses = (owner: string, action: string) => `from actions v
       where v.tenant_id = $1 and v.user_id = $2 and v.verified_at is not null and ${ownerOf('v')} = ${owner}
         and v.action_id is distinct from ${action}`;

const verifiedStatement = statement<{ isThere: boolean }>(
  'has_verified_user',
  `select exists (select from user_marks where tenant_id = $1 and kind = 'verified') as is_there`,
);

/** Whether a challenge of any user of the tenant ever succeeded. */
export async function hasVerifiedUser(sql: Sql, tenantId: string): Promise<boolean> {
  const [row] = await sql.query(verifiedStatement, [tenantId]);
  return row?.isThere ?? false;
}
