/** What is counted of the past, because a rule asks for it; see tallies.ts. */
import { sqlTime, statement } from '../sql.ts';
import type { Sql } from '../sql.ts';
import { firstIdAt } from './actions/months.ts';

/** What a rule asks of a window, without its length. `*` matches anything. */
export interface SeriesQuestion {
  readonly operator: 'actionCount' | 'distinctCount' | 'customSum';
  readonly partyKind: 'user' | 'ip' | 'device';
  /** What is told apart, or the name of the data point; '' for actionCount. */
  readonly subject: string;
  readonly actionCode: string;
  readonly state: string;
}

export interface TallySeries extends SeriesQuestion {
  readonly tenantId: string;
  readonly seriesId: number;
  readonly countsFrom: number;
  readonly seenAt: number | null;
  readonly filledFrom: number | null;
  readonly minutesFoldedTo: number;
  readonly hoursFoldedTo: number;
  readonly wantedAt: number;
  readonly endsAt: number | null;
}

const listStatement = statement<TallySeries>(
  'list_tally_series',
  `select tenant_id, series_id, operator, party_kind, subject, action_code, state, counts_from, seen_at, filled_from,
     minutes_folded_to, hours_folded_to, wanted_at, ends_at
   from tally_series order by tenant_id, series_id`,
);

/** Of all tenants. */
export async function listTallySeries(sql: Sql): Promise<readonly TallySeries[]> {
  return sql.query(listStatement, []);
}

const keepStatement = statement<never>(
  'keep_tally_series',
  `insert into tally_series (tenant_id, series_id, operator, party_kind, subject, action_code, state, wanted_at,
     counts_from, minutes_folded_to, hours_folded_to)
   select $1, $2, $3, $4, $5, $6, $7, $8, first.minute, first.minute, first.minute
   from (
     select date_bin(interval '1 minute', greatest($9, t.earlier_nodes_until) + interval '59.999999 seconds', timestamptz 'epoch')
       as minute
     from tenants t where t.tenant_id = $1
   ) as first
   on conflict do nothing`,
);

/** Counts from a minute on that begins at `countsFromMs` at the earliest. Nothing happens if it is counted already. */
export async function keepTallySeries(
  sql: Sql,
  series: SeriesQuestion & { tenantId: string; seriesId: number; nowMs: number; countsFromMs: number },
): Promise<void> {
  const { tenantId, seriesId, operator, partyKind, subject, actionCode, state, nowMs, countsFromMs } = series;
  const question = [operator, partyKind, subject, actionCode, state];
  await sql.query(keepStatement, [tenantId, seriesId, ...question, sqlTime(nowMs), sqlTime(countsFromMs)]);
}

const seenStatement = statement<never>(
  'see_tally_series',
  'update tally_series set seen_at = $3 where tenant_id = $1 and series_id = $2 and seen_at is null and ends_at is null',
);

/** Records that a node saw it in time. */
export async function recordSeen(sql: Sql, tenantId: string, seriesId: number, nowMs: number): Promise<void> {
  await sql.query(seenStatement, [tenantId, seriesId, sqlTime(nowMs)]);
}

const wantStatement = statement<never>(
  'want_tally_series',
  'update tally_series set wanted_at = greatest(wanted_at, $3) where tenant_id = $1 and series_id = $2',
);

/** Records that a rule still asks for it. */
export async function wantTallySeries(sql: Sql, tenantId: string, seriesId: number, nowMs: number): Promise<void> {
  await sql.query(wantStatement, [tenantId, seriesId, sqlTime(nowMs)]);
}

const endStatement = statement<never>(
  'end_tally_series',
  `update tally_series set ends_at = $3
   where tenant_id = $1 and series_id = $2 and ends_at is null and wanted_at <= $4`,
);

/** Counts no more, unless a node wanted it after `wantedToMs`. */
export async function endTallySeries(
  sql: Sql,
  ending: { tenantId: string; seriesId: number; nowMs: number; wantedToMs: number },
): Promise<void> {
  const { tenantId, seriesId, nowMs, wantedToMs } = ending;
  await sql.query(endStatement, [tenantId, seriesId, sqlTime(nowMs), sqlTime(wantedToMs)]);
}

const forgetStatement = statement<never>(
  'forget_tally_series',
  `delete from tally_series where tenant_id = $1 and series_id = $2 and ends_at is not null
     and not exists (select from tallies where tenant_id = $1 and series_id = $2)`,
);

/** Forgets a series that has ended, if nothing is left of it. */
export async function forgetTallySeries(sql: Sql, tenantId: string, seriesId: number): Promise<void> {
  await sql.query(forgetStatement, [tenantId, seriesId]);
}

const nthStatement = statement<{ actionId: string }>(
  'load_nth_action_before',
  `select action_id from actions_by_month where tenant_id = $1 and action_id >= $2 and action_id < $3
   order by action_id desc offset $4 limit 1`,
);

/** When the action was made that has `count` others between it and `beforeMs`; undefined if there are fewer since `sinceMs`. */
export async function loadNthActionTime(
  sql: Sql,
  range: { tenantId: string; sinceMs: number; beforeMs: number; count: number },
): Promise<number | undefined> {
  const { tenantId, sinceMs, beforeMs, count } = range;
  const [row] = await sql.query(nthStatement, [tenantId, firstIdAt(sinceMs), firstIdAt(beforeMs), count]);
  return row === undefined ? undefined : Number.parseInt(row.actionId.replace('-', '').slice(0, 12), 16);
}

const hasNoParty =
  '(a.ip_address is not null and a.address_party is null or a.device_id is not null and a.device_party is null)';

const unhashedStatement = statement<{ actionId: string; ipAddress: string | null; deviceId: string | null }>(
  'list_actions_without_parties',
  `select a.action_id, a.ip_address, a.device_id from actions_by_month a
   where a.tenant_id = $1 and a.action_id >= $2 and a.action_id < $3 and ${hasNoParty} order by a.action_id limit $4`,
);

const hashStatement = statement<never>(
  'record_parties_of_actions',
  // Of an action that has changed meanwhile, what it has now.
  `update actions_by_month a set
     address_party = coalesce(a.address_party, case when a.ip_address = p.ip_address then p.address_party end),
     device_party = coalesce(a.device_party, case when a.device_id = p.device_id then p.device_party end)
   from unnest($4::uuid[], $5::text[], $6::uuid[], $7::text[], $8::uuid[])
     as p (action_id, ip_address, address_party, device_id, device_party)
   where a.tenant_id = $1 and a.action_id >= $2 and a.action_id < $3 and a.action_id = p.action_id and ${hasNoParty}`,
);

const hashedAtOnce = 5_000;

/** Gives a batch of actions of earlier releases the hashes that they are counted by. Returns whether there may be more. */
export async function recordParties(
  sql: Sql,
  { tenantId, firstId, endId }: { tenantId: string; firstId: string; endId: string },
  partyOf: (kind: 'ip' | 'device', value: string | null) => string | null,
): Promise<boolean> {
  const where = [tenantId, firstId, endId] as const;
  const found = await sql.query(unhashedStatement, [...where, hashedAtOnce]);
  if (found.length === 0) return false;
  await sql.query(hashStatement, [
    ...where,
    found.map(({ actionId }) => actionId),
    found.map(({ ipAddress }) => ipAddress),
    found.map(({ ipAddress }) => partyOf('ip', ipAddress)),
    found.map(({ deviceId }) => deviceId),
    found.map(({ deviceId }) => partyOf('device', deviceId)),
  ]);
  return found.length === hashedAtOnce;
}
