/**
 * Actions of a tenant, whoever's they are, for operators. A statement reads a bounded part of an index, newest first, and
 * says how far it came, so that a search for something rare never reads more than its caller permits (decision 0046).
 */
import { statement } from '../../sql.ts';
import type { Sql } from '../../sql.ts';
import { actionColumns } from './actions.ts';
import type { ActionRow } from './actions.ts';
import { ownId, ownIdOf, ownerOf } from './named.ts';

/** Whether an action, as a row with its owner as `whose`, can be shown: its user is there, or it was kept without one. Others are just being removed. */
export const isShown = (action: string) => `(
    ${action}.user_id like 'deleted/%'
    or exists (
      select from users u where u.tenant_id = $1 and u.user_id = ${action}.user_id and ${ownIdOf('u')} = ${action}.whose
    )
  )`;

/** Which actions: by the id that they come before, and what they have. Absent members do not matter. */
export interface ActionFilter {
  readonly tenantId: string;
  /** Ids from here on. */
  readonly firstId: string;
  /** Ids before this one. */
  readonly endId: string;
  readonly userId: string | undefined;
  readonly actionCode: string | undefined;
  readonly state: string | undefined;
  readonly ipAddress: string | undefined;
  readonly deviceId: string | undefined;
  readonly method: string | undefined;
  readonly ruleId: string | undefined;
  /** A member of the custom data, and its value written as text; any value but null if that is undefined. */
  readonly custom: { readonly name: string; readonly value: string | undefined } | undefined;
}

interface SearchRow extends ActionRow {
  readonly scanned: number;
  readonly lastId: string | null;
}

// One text for each index. Everything else is compared action by action.
function searchStatement(index: string, leading: string) {
  return statement<SearchRow>(
    `search_actions_by_${index}`,
    // What is scanned is not copied, only judged: a page at most is read again with all that is told of it, by its code as
    // well: while a month's table is new, the planner may take the index by code for the one by id.
    `with scanned as materialized (
       select a.action_id, a.action_code,
         ($2::text is null or a.user_id = $2) and ($7::text is null or a.action_code = $7)
         and ($8::text is null or a.state = $8)
         and ($9::text is null or $9 in (a.sent_ip_address, a.ip_address))
         and ($10::text is null or a.device_id = $10) and ($11::text is null or a.verification_method = $11)
         and ($12::text is null or exists (
           select from json_array_elements(a.decision -> 'matched') as m where m.value ->> 'ruleId' = $12
         ))
         and ($13::text is null or a.custom ->> $13 = coalesce($14, a.custom ->> $13)) as is_wanted
       from actions_by_month a
       where a.tenant_id = $1 and a.action_id >= $3 and a.action_id < $4${leading}
       order by a.action_id desc limit $5
     ), found as (
       select shown.* from scanned s, lateral (
         select ${actionColumns}, ${ownerOf('a')} as whose from actions_by_month a
         where a.tenant_id = $1 and a.action_id = s.action_id and a.action_code = s.action_code
       ) as shown
       where s.is_wanted and ${isShown('shown')}
       order by s.action_id desc limit $6
     )
     select w.scanned, w.last_id, f.* from (
       select (select count(*)::int from scanned) as scanned,
         (select action_id from scanned order by action_id limit 1) as last_id
     ) as w
     left join found f on true order by f.action_id desc`,
  );
}

const searchByTime = searchStatement('time', '');
const searchByCode = searchStatement('code', ' and a.action_code = $7');
const searchByUser = searchStatement('user', ` and ${ownerOf('a')} = ${ownId}`);

/** A part of a search. */
export interface SearchedPart {
  /** Newest first. */
  readonly actions: readonly ActionRow[];
  /** How many actions were read. */
  readonly scanned: number;
  /** The id of the oldest of them; undefined if none was read. */
  readonly lastId: string | undefined;
}

/** Reads the newest `batch` actions that an index finds, and returns at most `max` of those that the filter wants. */
export async function searchActions(
  sql: Sql,
  filter: ActionFilter,
  { batch, max }: { readonly batch: number; readonly max: number },
): Promise<SearchedPart> {
  const { tenantId, userId, actionCode } = filter;
  const byIndex = userId !== undefined ? searchByUser : actionCode !== undefined ? searchByCode : searchByTime;
  const rows = await sql.query(byIndex, [
    tenantId,
    userId ?? null,
    filter.firstId,
    filter.endId,
    batch,
    max,
    actionCode ?? null,
    filter.state ?? null,
    filter.ipAddress ?? null,
    filter.deviceId ?? null,
    filter.method ?? null,
    filter.ruleId ?? null,
    filter.custom?.name ?? null,
    filter.custom?.value ?? null,
  ]);
  const [first] = rows;
  return {
    // One row without an action says that nothing was found.
    actions: rows.filter(({ actionId }) => (actionId as string | null) !== null),
    scanned: first?.scanned ?? 0,
    lastId: first?.lastId ?? undefined,
  };
}

const loadStatement = statement<ActionRow>(
  'load_action_by_id',
  `select s.* from (
     select ${actionColumns}, ${ownerOf('a')} as whose from actions_by_month a
     where a.tenant_id = $1 and a.action_id = $2
   ) as s where ${isShown('s')}`,
);

/** The action with this id, whoever's it is; undefined if there is none. */
export async function loadActionById(sql: Sql, tenantId: string, actionId: string): Promise<ActionRow | undefined> {
  const [row] = await sql.query(loadStatement, [tenantId, actionId]);
  return row;
}

/** An action with the bytes of what was recorded of its decision. */
interface WeighedAction extends ActionRow {
  readonly bytes: number;
}

const ofCodeStatement = statement<WeighedAction>(
  'list_actions_of_code',
  `select s.* from (
     select ${actionColumns}, ${ownerOf('a')} as whose,
       octet_length(a.decision::text) + coalesce(octet_length(a.custom::text), 0) as bytes
     from actions_by_month a
     where a.tenant_id = $1 and a.action_code = $2 and a.action_id < $3 order by a.action_id desc limit $4
   ) as s where ${isShown('s')} order by s.action_id desc`,
);

/** The newest actions of a code whose ids come before `endId`. */
export async function listActionsOfCode(
  sql: Sql,
  tenantId: string,
  actionCode: string,
  { endId, max }: { readonly endId: string; readonly max: number },
): Promise<readonly WeighedAction[]> {
  return sql.query(ofCodeStatement, [tenantId, actionCode, endId, max]);
}
