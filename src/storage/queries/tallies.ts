/**
 * What rules count of the past, kept as it happens (decision 0035), as parts of the statements that write actions and of
 * the one that reads history. A tally is a count of one minute or hour; what is counted is the sum of all of its rows.
 */
import { sqlTime, statement } from '../sql.ts';
import type { Sql } from '../sql.ts';
import { ownerOf } from './actions/named.ts';

export const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

/** Tallies are kept for the longest window of a rule, and a day more. */
export const talliesKeptMs = 91 * 24 * hourMs;

/** A time as the start of its minute or hour. Unlike date_trunc, no setting of the session matters. */
const startOf = (period: string, time: string) => `date_bin(interval '${period}', ${time}, timestamptz 'epoch')`;

/** The columns of an action that it is counted by. */
export const talliedColumns = (row: string) => `${row}.action_id, ${row}.user_id, ${ownerOf(row)} as owner_id,
     ${row}.action_code, ${row}.state, ${row}.created_at, ${row}.address_party, ${row}.device_party, ${row}.country_code,
     ${row}.is_place_unknown, ${row}.sent_ip_address, ${row}.custom`;

// A plain decimal text. 255 is the largest count in an expression, and beyond any amount.
const plainDecimal = String.raw`'^\s*[+-]?(\d{1,255}(\.\d*)?|\.\d+)\s*$'`;

/** How a data point of `custom` is added up: what it is as a number, and whether it is neither that nor missing. */
export function amountOf(custom: string, name: string): { readonly number: string; readonly isUnread: string } {
  const text = `${custom} ->> ${name}`;
  const type = `json_typeof(${custom} -> ${name})`;
  const isNumber = `(${type} = 'number' or ${type} = 'string' and ${text} ~ ${plainDecimal})`;
  return {
    number: `case when ${isNumber} then (${text})::numeric end`,
    isUnread: `${type} <> 'null' and not ${isNumber}`,
  };
}

/** What is told apart of an action, and whether it could not be read. */
const valueOf = (r: string, s: string) => `case ${s}.subject
         when 'user' then ${r}.owner_id::text when 'ip' then ${r}.address_party::text
         when 'device' then ${r}.device_party::text when 'country' then ${r}.country_code end`;
const isValueUnread = (r: string, s: string) => `case ${s}.subject
         when 'ip' then ${r}.address_party is null and ${r}.sent_ip_address is not null
         when 'country' then ${r}.country_code is null and ${r}.is_place_unknown else false end`;

/** What the action `r` ({@link talliedColumns}) adds to the series `s`, as `c`; no row if nothing. */
function contributionOf(r: string, s: string): string {
  const amount = amountOf(`${r}.custom`, `${s}.subject`);
  return `lateral (
       select case ${s}.party_kind when 'user' then ${r}.owner_id when 'ip' then ${r}.address_party else ${r}.device_party end
           as party,
         case ${s}.operator when 'distinctCount' then coalesce(${valueOf(r, s)}, '') else '' end as value,
         case ${s}.operator when 'distinctCount' then (${valueOf(r, s)} is not null)::int
           when 'actionCount' then 1 else 0 end as n,
         case ${s}.operator when 'customSum' then coalesce(${amount.number}, 0) else 0 end as amount,
         case ${s}.operator when 'distinctCount' then (${isValueUnread(r, s)})::int
           when 'customSum' then coalesce((${amount.isUnread})::int, 0) else 0 end as unread
       where ${s}.action_code in ('*', ${r}.action_code) and ${s}.state in ('*', ${r}.state)
     ) as c`;
}

/** As the index by time names it, which only jobs use. */
const isOfSeries = '(t.series_id + 0) = $2';

const columns = 'tenant_id, series_id, party, grain, starts_at, slot, value, n, amount, unread';
const add = `on conflict (tenant_id, series_id, party, grain, starts_at, slot, value)
       do update set n = t.n + excluded.n, amount = t.amount + excluded.amount, unread = t.unread + excluded.unread`;
const isSomething = (row: string) => `(${row}.n, ${row}.amount, ${row}.unread) is distinct from (0, 0, 0)`;

/**
 * Counts a new action, the row of `action` ({@link talliedColumns}), in the statement that writes it. A connection has rows
 * of its own, so no call waits for another's, however many write to one party.
 */
export const countNew = (action: string) => `counted as (
     insert into tallies as t (${columns})
     select $1, s.series_id, c.party, 0, ${startOf('1 minute', 'r.created_at')}, greatest(1, pg_backend_pid()), c.value,
       c.n, c.amount, c.unread
     from ${action} r join tally_series s on s.tenant_id = $1 and s.ends_at is null
       -- One that comes late, after the minutes in which it was made were filled in, counts like any other.
       and r.created_at >= coalesce(s.filled_from, s.counts_from)
       cross join ${contributionOf('r', 's')}
     where c.party is not null and ${isSomething('c')}
     order by s.series_id
     ${add}
   )`;

/**
 * Moves what an action counts, in the statement that changes it: from what its row was in `before`, to what it is in `after`.
 * An action made before its series counts is filled in from its row, by a statement that takes along what moved until then.
 * So such a move has a row of its own, under `moveId`, a parameter with a fresh id.
 */
export const countMove = (before: string, after: string, moveId: string) => `moved as (
     insert into tallies as t (${columns})
     select $1, series_id, party, 0, starts_at, slot, value, n, amount, unread
     from (
       select s.series_id, c.party, ${startOf('1 minute', 'r.created_at')} as starts_at,
         -- The variant of an id is its highest bit here, so it is negative.
         case when r.created_at >= s.counts_from then greatest(1, pg_backend_pid())
           else ('x' || right(replace(${moveId}::uuid::text, '-', ''), 16))::bit(64)::bigint end as slot,
         c.value, sum(r.sign * c.n) as n, sum(r.sign * c.amount) as amount, sum(r.sign * c.unread) as unread
       from (
         select -1 as sign, b.* from (select ${talliedColumns('b')} from ${before} b where exists (select from ${after})) as b
         union all
         select 1 as sign, a.* from (select ${talliedColumns('a')} from ${after} a) as a
       ) as r join tally_series s on s.tenant_id = $1 and s.ends_at is null cross join ${contributionOf('r', 's')}
       where c.party is not null
       group by 1, 2, 3, 4, 5
     ) as m where ${isSomething('m')}
     order by series_id, party, value
     ${add}
   )`;

/**
 * The rows of a window that begins at `since`, for the series and party of `k`: whole hours by the hour, the minutes before
 * the first of them one by one, and what is not added up yet.
 */
export const talliesOf = (k: string, since: string) => {
  const rows = `select t.value, t.n, t.amount, t.unread from tallies t
         where t.tenant_id = $1 and t.series_id = ${k}.series_id and t.party = ${k}.party`;
  const hour = startOf('1 hour', `${since} + interval '1 hour' - interval '1 microsecond'`);
  return `${rows} and t.grain = 0 and t.starts_at >= ${since}
         union all
         ${rows} and t.grain = 1 and t.starts_at >= ${since} and t.starts_at < ${hour}
         union all
         ${rows} and t.grain = 2 and t.starts_at >= ${hour}`;
};

/** Taken off what {@link talliesOf} gives: what the action `e` itself adds, because it does not count for itself. */
export const withoutAction = (e: string, k: string, since: string) => `select c.value, -c.n, -c.amount, -c.unread
         from (select ${talliedColumns('e')} from ${e} e) as e cross join ${contributionOf('e', k)}
         where c.party = ${k}.party and ${startOf('1 minute', 'e.created_at')} >= ${since}`;

/** Adds rows `r` of a minute each to the minutes and hours that are added up. In one order, so that none waits in a circle. */
const addUp = (r: string) => `minutes as (
     insert into tallies as t (${columns})
     select $1, $2, party, 1, starts_at, 0, value, sum(n), sum(amount), sum(unread) from ${r}
     group by party, starts_at, value order by party, starts_at, value
     ${add}
   ), hours as (
     insert into tallies as t (${columns})
     select $1, $2, party, 2, hour, 0, value, sum(n), sum(amount), sum(unread)
     from (select r.*, ${startOf('1 hour', 'r.starts_at')} as hour from ${r} r) as r
     group by party, hour, value order by party, hour, value
     ${add}
   )`;

const fillStatement = statement<{ isDone: boolean }>(
  'fill_tallies',
  // What the actions are, and which changes of them were counted, is read at one moment: their sum is exact, whatever
  // changes meanwhile.
  `with step as materialized (
     select s.* from tally_series s
     where s.tenant_id = $1 and s.series_id = $2 and coalesce(s.filled_from, s.counts_from) = $4 for update
   ), settled as (
     delete from tallies t where t.tenant_id = $1 and ${isOfSeries} and t.grain = 0 and t.slot < 0
       and t.starts_at >= $3 and t.starts_at < $4 and exists (select from step)
   ), found as materialized (
     select c.party, ${startOf('1 minute', 'r.created_at')} as starts_at, c.value,
       sum(c.n) as n, sum(c.amount) as amount, sum(c.unread) as unread
     from step s cross join (
       select ${talliedColumns('a')} from actions_by_month a
       where a.tenant_id = $1 and a.action_id >= $5 and a.action_id < $6
     ) as r cross join ${contributionOf('r', 's')}
     where c.party is not null and ${isSomething('c')}
       -- Nothing is counted again of a user who is gone.
       and (s.party_kind <> 'user' or exists (
         select from users u where u.tenant_id = $1 and u.user_id = r.user_id
           and coalesce(u.own_id, early_owner(u.user_id)) = r.owner_id
       ))
     group by 1, 2, 3
   ), ${addUp('found')}
   update tally_series s set filled_from = $3 from step
   where s.tenant_id = $1 and s.series_id = $2 and s.series_id = step.series_id
   returning true as is_done`,
);

/**
 * Fills a series in, from what is filled already (`toMs`) back to `fromMs`, both the start of a minute, with ids of actions
 * from `firstId` to before `endId`. False if another node did so first.
 */
export async function fillTallies(
  sql: Sql,
  range: { tenantId: string; seriesId: number; fromMs: number; toMs: number; firstId: string; endId: string },
): Promise<boolean> {
  const { tenantId, seriesId, fromMs, toMs, firstId, endId } = range;
  const values = [tenantId, seriesId, sqlTime(fromMs), sqlTime(toMs), firstId, endId];
  return (await sql.query(fillStatement, values)).length > 0;
}

const foldStatement = statement<{ folded: number }>(
  'fold_tallies',
  // What other calls are writing to is left for later.
  `with step as materialized (
     select s.* from tally_series s where s.tenant_id = $1 and s.series_id = $2
       and case when $5 = 'minute' then s.minutes_folded_to else s.hours_folded_to end = $3 for update
   ), crowds as materialized (
     select t.party, date_bin(('1 ' || $5)::interval, t.starts_at, timestamptz 'epoch') as starts_at from tallies t
     where t.tenant_id = $1 and ${isOfSeries} and t.grain = 0 and t.starts_at >= $3 and t.starts_at < $4
       and t.party between $7 and $8 and exists (select from step)
     group by 1, 2 having count(*) >= $6
   ), picked as materialized (
     select t.ctid as place from crowds c join tallies t
       on t.tenant_id = $1 and t.series_id = $2 and t.party = c.party and t.grain = 0
         and t.starts_at >= c.starts_at and t.starts_at < c.starts_at + ('1 ' || $5)::interval
     for update of t skip locked
   ), gone as (
     delete from tallies t where t.tenant_id = $1 and t.ctid = any(array(select place from picked))
     returning t.party, t.starts_at, t.value, t.n, t.amount, t.unread
   ), ${addUp('gone')}, progressed as (
     update tally_series s set
       minutes_folded_to = case when $5 = 'minute' then $4 else s.minutes_folded_to end,
       hours_folded_to = case when $5 = 'minute' then s.hours_folded_to else $4 end
     from step where s.tenant_id = $1 and s.series_id = $2 and s.series_id = step.series_id
       and $8 = 'ffffffff-ffff-ffff-ffff-ffffffffffff'
   )
   select count(*)::int as folded from gone`,
);

const periodMs = { minute: minuteMs, hour: hourMs };

/** In how many statements the parties of a minute, or an hour, are added up, so that none takes long. */
const shares = { minute: 1, hour: 16 };

/**
 * Adds up what single calls have counted of a series in the minute, or hour, from `fromMs` on, for parties with at least
 * `rowsMin` rows then. Nothing happens if another node did so first.
 */
export async function foldTallies(
  sql: Sql,
  range: {
    readonly tenantId: string;
    readonly seriesId: number;
    readonly fromMs: number;
    readonly period: 'minute' | 'hour';
    readonly rowsMin: number;
  },
): Promise<void> {
  const { tenantId, seriesId, fromMs, period, rowsMin } = range;
  const endMs = (Math.floor(fromMs / periodMs[period]) + 1) * periodMs[period];
  const values = [tenantId, seriesId, sqlTime(fromMs), sqlTime(endMs), period, rowsMin];
  const width = 256 / shares[period];
  for (let first = 0; first < 256; first += width) {
    await sql.query(foldStatement, [...values, idWith(first, '0'), idWith(first + width - 1, 'f')]);
  }
}

/** An id whose first byte is this, and whose other digits are all the same. */
function idWith(firstByte: number, digit: string): string {
  const some = (count: number) => digit.repeat(count);
  return `${firstByte.toString(16).padStart(2, '0')}${some(6)}-${some(4)}-${some(4)}-${some(4)}-${some(12)}`;
}

/** Rows in one statement at most. More would hold up others for too long. */
const batchMax = 5_000;

const purgeStatement = statement<{ seriesId: number }>(
  'purge_tallies',
  `delete from tallies where tenant_id = $1 and ctid = any(array(
     select t.ctid from tallies t where t.tenant_id = $1 and ${isOfSeries} and t.grain = any('{0,1,2}') and t.starts_at < $3
     limit ${batchMax} for update skip locked
   )) returning series_id`,
);

/** Removes a batch of what a series counted before a time. Returns whether there may be more. */
export async function purgeTallies(sql: Sql, tenantId: string, seriesId: number, beforeMs: number): Promise<boolean> {
  return (await sql.query(purgeStatement, [tenantId, seriesId, sqlTime(beforeMs)])).length === batchMax;
}
