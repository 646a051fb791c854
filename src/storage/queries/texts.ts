/**
 * What became of texts (decision 0041): a row for each that was asked for, and sums by hour and country. Sums are added to
 * by each connection in rows of its own, so no send waits for another's; what is counted is the sum of all slots.
 */
import type { TextFacts } from '../../core/pumping/judge-text.ts';
import { answerMs, judgedMs } from '../../core/pumping/judge-text.ts';
import { hourAt, hourMs, rememberedMs, sentInHour } from '../../core/pumping/time-windows.ts';
import { sqlTime, statement } from '../sql.ts';
import type { Sql } from '../sql.ts';
import { purgeOf } from './purge.ts';

/** A text that was asked for, and what was decided. */
export interface TextRow {
  readonly textId: string;
  readonly verificationMethod: string;
  /** Unix milliseconds. */
  readonly askedAt: number;
  readonly countryCode: string;
  readonly numberType: string;
  readonly numberRange: string;
  readonly numberName: string;
  readonly userName: string | null;
  readonly addressName: string | null;
  readonly isOwn: boolean;
  readonly isTrusted: boolean;
  readonly isSent: boolean;
  readonly reason: string;
  readonly enteredAt: number | null;
}

/** Stands for no country. */
export const noCountry = 'ZZ';

const hourOf = (time: string) => `date_bin(interval '1 hour', ${time}, timestamptz 'epoch')`;
const countColumns = 'tenant_id, country_code, hour, slot, asked, entered, sent, refused';
const addCounts = `on conflict (tenant_id, country_code, hour, slot) do update set asked = c.asked + excluded.asked,
       entered = c.entered + excluded.entered, sent = c.sent + excluded.sent, refused = c.refused + excluded.refused`;
const slot = 'greatest(1, pg_backend_pid())';

interface StoredFacts {
  readonly hasVerified: boolean;
  readonly isOwn: boolean;
  readonly unanswered: number;
  readonly sent: number;
  readonly entered: number;
  readonly unansweredNow: number;
  readonly enteredBefore: number;
  readonly askedInHour: number;
  readonly enteredInHour: number;
  readonly askedInDay: number;
  readonly enteredInDay: number;
  readonly sentThisHour: number;
  readonly sentLastHour: number;
}

const factsStatement = statement<StoredFacts>(
  'load_text_facts',
  // $6 to $9 are the starts of: what is remembered, the day, the codes that are still valid, this hour; $10 the hour
  // before; $11 the hours of a day. Of a range's earlier days no more is read than the judgement asks.
  `select n.has_verified, n.unanswered, r.sent, r.entered, r.unanswered_now, c.asked_in_hour, c.entered_in_hour,
     c.asked_in_day, c.entered_in_day, t.sent_this_hour, t.sent_last_hour,
     exists (
       select from authenticators a
       where a.tenant_id = $1 and a.user_id = $4 and a.phone_number = $5 and a.verified_at is not null
     ) as is_own,
     (
       select count(*) from (
         select from texts x where x.tenant_id = $1 and x.number_range = $2 and x.is_sent and x.asked_at > $6
           and x.asked_at <= $7 and x.entered_at is not null limit 3
       ) as x
     ) as entered_before
   from (
     select coalesce(bool_or(x.entered_at is not null), false) as has_verified,
       count(*) filter (where x.asked_at > $7 and x.entered_at is null) as unanswered
     from texts x where x.tenant_id = $1 and x.number_name = $3 and x.is_sent and x.asked_at > $6
   ) as n, (
     select count(*) as sent, count(x.entered_at) as entered,
       count(*) filter (where x.entered_at is null and x.asked_at > $8) as unanswered_now
     from texts x
     where x.tenant_id = $1 and x.number_range = $2 and x.is_sent and x.asked_at > $7 and not x.is_trusted
   ) as r, (
     select coalesce(sum(x.asked) filter (where x.hour >= $10), 0)::int as asked_in_hour,
       coalesce(sum(x.entered) filter (where x.hour >= $10), 0)::int as entered_in_hour,
       coalesce(sum(x.asked), 0)::int as asked_in_day, coalesce(sum(x.entered), 0)::int as entered_in_day
     from text_counts x where x.tenant_id = $1 and x.country_code = $12 and x.hour >= $11
   ) as c, (
     select coalesce(sum(x.sent) filter (where x.hour >= $9), 0)::int as sent_this_hour,
       coalesce(sum(x.sent) filter (where x.hour < $9), 0)::int as sent_last_hour
     from text_counts x where x.tenant_id = $1 and x.hour >= $10
   ) as t`,
);

/** What is read for a judgement. */
export type CountedFacts = Pick<TextFacts, 'number' | 'range' | 'country' | 'tenantSent'> & { readonly isOwn: boolean };

/**
 * What became of the texts before this one. A caller that holds the lock of the number's range counts it exactly; of the
 * country and the tenant, sends that have not been committed yet are missing.
 */
export async function loadTextFacts(
  sql: Sql,
  text: {
    readonly tenantId: string;
    readonly userId: string | undefined;
    readonly phoneNumber: string;
    readonly numberRange: string;
    readonly numberName: string;
    readonly countryCode: string;
    readonly nowMs: number;
  },
): Promise<CountedFacts> {
  const { nowMs } = text;
  const [row] = await sql.query(factsStatement, [
    text.tenantId,
    text.numberRange,
    text.numberName,
    text.userId ?? null,
    text.phoneNumber,
    sqlTime(nowMs - rememberedMs),
    sqlTime(nowMs - judgedMs),
    sqlTime(nowMs - answerMs),
    sqlTime(hourAt(nowMs)),
    sqlTime(hourAt(nowMs) - hourMs),
    sqlTime(hourAt(nowMs) - judgedMs + hourMs),
    text.countryCode,
  ]);
  if (row === undefined) throw new Error('The facts of a text have no row.');
  const { isOwn, hasVerified, unanswered, sent, entered, unansweredNow, enteredBefore } = row;
  return {
    isOwn,
    number: { hasVerified: isOwn || hasVerified, unanswered },
    range: { sent, entered, unansweredNow, enteredBefore },
    country: {
      hour: { asked: row.askedInHour, entered: row.enteredInHour },
      day: { asked: row.askedInDay, entered: row.enteredInDay },
    },
    tenantSent: sentInHour(row.sentThisHour, row.sentLastHour, nowMs),
  };
}

const columns = `text_id, verification_method, asked_at, country_code, number_type, number_range, number_name, user_name,
  address_name, is_own, is_trusted, is_sent, reason`;

/** Refused texts of an hour that get a row of their own; more are counted. An attack must not fill the disk. */
const refusedRowsMax = 10_000;

const recordStatement = statement<never>(
  'record_text',
  `with counted as (
     insert into text_counts as c (${countColumns})
     select $1, $5, ${hourOf('$4::timestamptz')}, ${slot}, $15, 0, $13::boolean::int, (not $13::boolean)::int
     ${addCounts}
   )
   insert into texts (tenant_id, ${columns})
   select $1::uuid, $2::uuid, $3, $4::timestamptz, $5, $6, $7, $8, $9, $10, $11::boolean, $12::boolean, $13::boolean, $14
   where $13 or (
     select coalesce(sum(x.refused), 0) from text_counts x
     where x.tenant_id = $1 and x.hour = ${hourOf('$4::timestamptz')}
   ) < ${refusedRowsMax}`,
);

/** Records a text that is about to be sent, or was refused. `isAsked`: it counts for its country's breaker. */
export async function recordText(
  sql: Sql,
  tenantId: string,
  text: Omit<TextRow, 'enteredAt'> & { readonly isAsked: boolean },
): Promise<void> {
  await sql.query(recordStatement, [
    tenantId,
    text.textId,
    text.verificationMethod,
    sqlTime(text.askedAt),
    text.countryCode,
    text.numberType,
    text.numberRange,
    text.numberName,
    text.userName,
    text.addressName,
    text.isOwn,
    text.isTrusted,
    text.isSent,
    text.reason,
    text.isAsked ? 1 : 0,
  ]);
}

const giveBackStatement = statement<never>(
  'give_back_text',
  `with gone as (
     delete from texts where tenant_id = $1 and text_id = $2 returning country_code, asked_at, is_trusted
   )
   insert into text_counts as c (${countColumns})
   select $1, country_code, ${hourOf('asked_at')}, ${slot}, (not is_trusted)::int * -1, 0, -1, 0 from gone
   ${addCounts}`,
);

/** Takes back a text that its provider certainly refused. */
export async function giveBackText(sql: Sql, tenantId: string, textId: string): Promise<void> {
  await sql.query(giveBackStatement, [tenantId, textId]);
}

/**
 * That the code of a text was entered, as parts of the statement that consumes it: `textId` is the parameter of the
 * challenge whose code it was, `now` that of the time.
 */
export const countEntered = (textId: string, now: string): string => `, entered as (
     update texts set entered_at = ${now}
     where tenant_id = $1 and text_id = ${textId} and is_sent and entered_at is null and exists (select from consumed)
     returning country_code, asked_at, is_trusted
   ), entered_counts as (
     insert into text_counts as c (${countColumns})
     select $1, country_code, ${hourOf('asked_at')}, ${slot}, 0, 1, 0, 0 from entered where not is_trusted
     ${addCounts}
   )`;

const replayStatement = statement<TextRow>(
  'list_texts',
  `select ${columns}, entered_at from texts
   where tenant_id = $1 and (asked_at, text_id) > ($2::timestamptz, $3::uuid) and asked_at < $4
   order by asked_at, text_id limit $5`,
);

/** Texts of a tenant in the order of their times, after one of them. */
export function listTexts(
  sql: Sql,
  from: {
    readonly tenantId: string;
    readonly afterMs: number;
    readonly afterId: string;
    readonly beforeMs: number;
    readonly max: number;
  },
): Promise<readonly TextRow[]> {
  const { tenantId, afterMs, afterId, beforeMs, max } = from;
  return sql.query(replayStatement, [tenantId, sqlTime(afterMs), afterId, sqlTime(beforeMs), max]);
}

/** Forgets texts that were asked for before a time. */
export const purgeTexts = purgeOf('texts', 'text_id', { condition: 'asked_at <= $1', order: 'asked_at' });

const oldCountsStatement = statement<{ tenantId: string }>(
  'list_tenants_with_old_text_counts',
  'select distinct tenant_id from text_counts where hour < $1',
);
const deleteCountsStatement = statement<never>(
  'delete_old_text_counts',
  'delete from text_counts where tenant_id = $1 and hour < $2',
);

/** Forgets sums of hours before a time. */
export async function deleteOldTextCounts(sql: Sql, beforeMs: number): Promise<void> {
  for (const { tenantId } of await sql.query(oldCountsStatement, [sqlTime(beforeMs)]))
    await sql.query(deleteCountsStatement, [tenantId, sqlTime(beforeMs)]);
}
