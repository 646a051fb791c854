/** The tables that actions are in, one a month by the time of their id; see the migration `actions-by-month`. */
import { isForbidden, isLockFailure, statement } from '../../sql.ts';
import type { Sql, Store } from '../../sql.ts';

/** The least id that an action made at this time can have (RFC 9562 §5.7: the first 48 bits are milliseconds). */
export function firstIdAt(timeMs: number): string {
  const hex = Math.max(0, Math.floor(timeMs)).toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8)}-0000-0000-000000000000`;
}

/** The time at which an id was made that is ordered by time. */
export function timeOfId(id: string): number {
  return Number.parseInt(id.replace('-', '').slice(0, 12), 16);
}

/** The start of the month, in UTC. */
function monthOf(timeMs: number): number {
  const time = new Date(timeMs);
  return Date.UTC(time.getUTCFullYear(), time.getUTCMonth(), 1);
}

export function nextMonth(timeMs: number): number {
  const time = new Date(timeMs);
  return Date.UTC(time.getUTCFullYear(), time.getUTCMonth() + 1, 1);
}

/** How many months after the present one have a table in advance. */
const monthsAhead = 3;

/** A table of actions. Ids from `first` on, before `end`; null for the table that has what no other has. */
export interface ActionTable {
  readonly name: string;
  readonly first: string | null;
  readonly end: string | null;
}

const listStatement = statement<ActionTable>(
  'list_action_tables',
  `select c.relname::text as name, substring(b.text from $$FROM \\('([0-9a-f-]{36})'\\)$$) as first,
     substring(b.text from $$TO \\('([0-9a-f-]{36})'\\)$$) as end
   from pg_inherits i join pg_class c on c.oid = i.inhrelid,
     lateral (select pg_get_expr(c.relpartbound, c.oid) as text) as b
   where i.inhparent = 'actions_by_month'::regclass order by 3 nulls last, 1`,
);

/** Oldest first; last the one for everything else. */
async function listActionTables(sql: Sql): Promise<readonly ActionTable[]> {
  return sql.query(listStatement, []);
}

/** What no month takes: ids of times that no table was made for. */
const otherActions = 'actions_default';
/** The table of earlier releases. */
const earlierActions = 'actions';

/** Makes the tables of the present month and of {@link monthsAhead} after it, and of what has none. */
export async function prepareMonths(db: Store, nowMs: number): Promise<void> {
  const months = [monthOf(nowMs)];
  while (months.length <= monthsAhead) months.push(nextMonth(months.at(-1) ?? nowMs));
  for (const month of months) await makeMonth(db, month);
  // Each table takes the rows of its month along, so the next one found is of another.
  for (let found = await loadOther(db, nowMs); found !== undefined; found = await loadOther(db, nowMs)) {
    await makeMonth(db, monthOf(found));
  }
}

// Ids that were not made from a time are left where they are.
const earliestMs = Date.UTC(2020, 0, 1);

const otherStatement = statement<{ actionId: string }>(
  'load_action_without_month',
  `select action_id from ${otherActions} where action_id >= $1 and action_id < $2 order by action_id limit 1`,
);

/** The time of an action that is in no month's table. */
async function loadOther(sql: Sql, nowMs: number): Promise<number | undefined> {
  const [row] = await sql.query(otherStatement, [firstIdAt(earliestMs), firstIdAt(nextMonth(nowMs))]);
  return row === undefined ? undefined : timeOfId(row.actionId);
}

/** A proof updates an action about once, and leaves its indexes alone if the page has room for the new version. */
const storage = 'fillfactor = 90, autovacuum_vacuum_scale_factor = 0.1, autovacuum_analyze_scale_factor = 0.05';

const attach = ({ name, first, end }: ActionTable) =>
  `alter table actions_by_month attach partition ${name} for values from (${first === null ? 'minvalue' : `'${first}'`}) to ('${end}')`;
/**
 * Where all actions of a month have one code, the planner would find any other by reading the month's ids in their order. It
 * is told that there are many.
 */
export const tellOfValues = (name: string) => `alter table ${name} alter column action_code set (n_distinct = 1000)`;
const create = (name: string) =>
  `create table ${name} (like actions_by_month including defaults) with (${storage});\n${tellOfValues(name)}`;

async function makeMonth(db: Store, monthMs: number): Promise<void> {
  const [first, end] = [firstIdAt(monthMs), firstIdAt(nextMonth(monthMs))];
  const known = await listActionTables(db);
  const isMade = known.some((table) => table.end !== null && (table.first ?? '') <= first && end <= table.end);
  if (isMade) return;
  const name = `actions_${new Date(monthMs).toISOString().slice(0, 7).replace('-', '_')}`;
  await db.transaction((sql) =>
    // Attached, not made as a part: that would lock out every call that reads actions.
    sql.script(`
      ${create(name)};
      with moved as (
        delete from ${otherActions} where action_id >= '${first}' and action_id < '${end}' returning *
      )
      insert into ${name} select * from moved;
      ${attach({ name, first, end })};
    `),
  );
}

// Calls queue behind a lock that is waited for; the next run tries again.
const lockSoon = `set local lock_timeout = '100ms'; set local statement_timeout = '1s'`;
const hasNone = (name: string) => `not exists (select from ${name})`;

/**
 * Drops the tables of months that ended before a time and have no actions. The table of earlier releases is emptied
 * instead: statements name it. One that is in use is left for another time.
 */
export async function dropEmptyMonths(db: Store, beforeMs: number): Promise<void> {
  for (const { name, end } of await listActionTables(db)) {
    if (end === null || end > firstIdAt(beforeMs)) continue;
    const isEmptyStatement = statement<{ isEmpty: boolean; isUsed: boolean }>(
      `is_empty_${name}`,
      `select ${hasNone(name)} as is_empty, pg_relation_size('${name}') > 0 as is_used`,
    );
    const [found] = await db.query(isEmptyStatement, []);
    if (found?.isEmpty !== true || (name === earlierActions && !found.isUsed)) continue;
    const remove = name === earlierActions ? `truncate only ${name}` : `drop table ${name}`;
    try {
      await db.transaction((sql) =>
        // The whole is locked before its part, as all calls do.
        sql.script(`${lockSoon};
          lock table only actions_by_month, ${name} in access exclusive mode;
          do $$ begin if ${hasNone(name)} then ${remove}; end if; end $$`),
      );
    } catch (error) {
      // Only their owner can drop them: where no node has that role, empty tables stay.
      if (!isLockFailure(error) && !isForbidden(error)) throw error;
    }
  }
}

const countOthersStatement = statement<{ count: number }>(
  'count_actions_without_month',
  `select count(*) as count from (select from ${otherActions} limit 100000) as counted`,
);

/** How many actions are in no month's table, up to 100,000. */
export async function countOtherActions(sql: Sql): Promise<number> {
  const [row] = await sql.query(countOthersStatement, []);
  return row?.count ?? 0;
}

/** Until when actions have tables by month; undefined if there are none. */
export async function loadPreparedUntil(sql: Sql): Promise<number | undefined> {
  const ends = (await listActionTables(sql)).flatMap(({ end }) => end ?? []);
  const last = ends.toSorted().at(-1);
  return last === undefined ? undefined : timeOfId(last);
}

const hasActionsStatement = statement<{ hasActions: boolean }>(
  'has_actions',
  'select exists (select from actions_by_month) as has_actions',
);

/** Gives an empty database the same tables of actions as another, so that the rows of each can be copied. */
export async function takeMonthsFrom(from: Sql, to: Sql): Promise<void> {
  const [row] = await to.query(hasActionsStatement, []);
  const isMonth = ({ end }: ActionTable) => end !== null;
  const [theirs, ours] = [(await listActionTables(from)).filter(isMonth), (await listActionTables(to)).filter(isMonth)];
  if (row?.hasActions !== false || JSON.stringify(theirs) === JSON.stringify(ours)) return;
  await to.script(
    [
      ...ours.map(({ name }) => `alter table actions_by_month detach partition ${name}`),
      ...ours.filter(({ name }) => name !== earlierActions).map(({ name }) => `drop table ${name}`),
      ...theirs.filter(({ name }) => name !== earlierActions).map(({ name }) => create(name)),
      ...theirs.map(attach),
    ].join(';\n'),
  );
}
