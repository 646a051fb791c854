/** What providers said of contacts: that messages do not arrive there, or are not wanted. */
import { sqlTime, statement } from '../sql.ts';
import type { Sql } from '../sql.ts';
import { purgeOf } from './purge.ts';

/** Why a contact is marked; `stopped` by the person, who can take it back. */
export type MarkReason = 'bounced' | 'complained' | 'not delivered' | 'stopped';

export interface ContactMark {
  readonly because: MarkReason;
}

const loadStatement = statement<ContactMark>(
  'load_contact_mark',
  'select because from contact_marks where tenant_id = $1 and subject = $2 and because is not null',
);

/** How a contact is marked, by the name under which messages to it are counted; undefined if it is not. */
export async function loadContactMark(sql: Sql, tenantId: string, subject: string): Promise<ContactMark | undefined> {
  const [mark] = await sql.query(loadStatement, [tenantId, subject]);
  return mark;
}

// What happened before what is known changes nothing: reports arrive in any order, and some again.
const recordStatement = statement<never>(
  'record_contact_mark',
  `insert into contact_marks as m (tenant_id, subject, mark_id, because, happened_at, recorded_at)
   values ($1, $2, $3, $4, $5, $6)
   on conflict (tenant_id, subject) do update
     set because = excluded.because, happened_at = excluded.happened_at, recorded_at = excluded.recorded_at
     where m.happened_at <= excluded.happened_at
       and (m.because is distinct from 'stopped' or excluded.because = 'stopped')`,
);

const liftStatement = statement<never>(
  'lift_contact_mark',
  `update contact_marks set because = null, happened_at = $3, recorded_at = $4
   where tenant_id = $1 and subject = $2 and happened_at <= $3 and because is not null
     and (because <> 'stopped' or $5)`,
);

/** Lifts the mark of a contact. What a person stopped only a person starts again: `isByPerson`. */
export async function liftContactMark(
  sql: Sql,
  tenantId: string,
  lifted: {
    readonly subject: string;
    readonly nowMs: number;
    readonly happenedAtMs: number;
    readonly isByPerson: boolean;
  },
): Promise<void> {
  const { subject, nowMs, happenedAtMs, isByPerson } = lifted;
  await sql.query(liftStatement, [tenantId, subject, sqlTime(happenedAtMs), sqlTime(nowMs), isByPerson]);
}

/** Marks a contact. */
export async function recordContactMark(
  sql: Sql,
  tenantId: string,
  mark: {
    readonly subject: string;
    readonly markId: string;
    readonly because: MarkReason;
    readonly nowMs: number;
    readonly happenedAtMs: number;
  },
): Promise<void> {
  const { subject, markId, because, nowMs, happenedAtMs } = mark;
  const values = [subject, markId, because, sqlTime(happenedAtMs), sqlTime(nowMs)];
  await sql.query(recordStatement, [tenantId, ...values]);
}

/** Forgets marks from before a time, but never that a person wants no messages. */
export const purgeContactMarks = purgeOf('contact_marks', 'mark_id', {
  condition: `because is distinct from 'stopped' and recorded_at <= $1`,
  order: 'recorded_at',
});
