/** What operators prepare as the next rules of an action: one draft for each action, which all of them edit. */
import type { StatedRules } from '../../core/rules/stated-rules.ts';
import { sqlTime, statement } from '../sql.ts';
import type { Sql } from '../sql.ts';

export interface RuleDraftRow {
  /** Another one after each change. */
  readonly revision: string;
  /** The version that it changes; 0 if there was none. */
  readonly baseVersion: number;
  readonly document: StatedRules;
  /** The operator who changed it last. */
  readonly changedBy: string;
  readonly changedAt: number;
  /** Operators who have changed it since it began; null if a node of the release before began it. */
  readonly editedBy: readonly string[] | null;
  /** The revision whose publication somebody asks for; the request is void if the draft has another one. */
  readonly askedRevision: string | null;
  readonly askedBy: string | null;
  readonly askedAt: number | null;
  readonly askedReason: string | null;
  /** Who has refused it, until somebody asks again. */
  readonly refusedBy: string | null;
  readonly refusedAt: number | null;
  readonly refusedReason: string | null;
}

const columns = `revision, base_version, document, changed_by, changed_at, edited_by,
  asked_revision, asked_by, asked_at, asked_reason, refused_by, refused_at, refused_reason`;

const loadStatement = statement<RuleDraftRow>(
  'load_rule_draft',
  `select ${columns} from rule_drafts where tenant_id = $1 and action_code = $2`,
);

/** The draft of an action; undefined if there is none. */
export async function loadRuleDraft(sql: Sql, tenantId: string, actionCode: string): Promise<RuleDraftRow | undefined> {
  const [row] = await sql.query(loadStatement, [tenantId, actionCode]);
  return row;
}

const beginStatement = statement<{ revision: string }>(
  'begin_rule_draft',
  `insert into rule_drafts (tenant_id, action_code, revision, base_version, document, changed_by, changed_at, edited_by)
   values ($1, $2, $3, $4, $5, $6, $7, array[$6::uuid]) on conflict do nothing returning revision`,
);

const changeStatement = statement<{ revision: string }>(
  'change_rule_draft',
  `update rule_drafts set revision = $3, base_version = $4, document = $5, changed_by = $6, changed_at = $7,
     edited_by = coalesce(edited_by, '{}') ||
       case when changed_by = any(coalesce(edited_by, '{}')) then '{}'::uuid[] else array[changed_by] end ||
       case when $6::uuid = any(coalesce(edited_by, '{}') || changed_by) then '{}'::uuid[] else array[$6::uuid] end
   where tenant_id = $1 and action_code = $2 and revision = $8 returning revision`,
);

/**
 * Changes the draft that has the revision `seen`, or begins one where the caller has seen none. False, and nothing is
 * written, if somebody else was first.
 */
export async function recordRuleDraft(
  sql: Sql,
  tenantId: string,
  actionCode: string,
  draft: Pick<RuleDraftRow, 'revision' | 'baseVersion' | 'document' | 'changedBy' | 'changedAt'>,
  seen: string | undefined,
): Promise<boolean> {
  const { revision, baseVersion, document, changedBy, changedAt } = draft;
  const text = JSON.stringify(document);
  const values = [tenantId, actionCode, revision, baseVersion, text, changedBy, sqlTime(changedAt)];
  const rows =
    seen === undefined ? await sql.query(beginStatement, values) : await sql.query(changeStatement, [...values, seen]);
  return rows.length === 1;
}

const deleteStatement = statement<{ revision: string }>(
  'delete_rule_draft',
  'delete from rule_drafts where tenant_id = $1 and action_code = $2 and revision = $3 returning revision',
);

/** Removes the draft with that revision. False if there is none, or it has been changed since. */
export async function deleteRuleDraft(
  sql: Sql,
  tenantId: string,
  actionCode: string,
  revision: string,
): Promise<boolean> {
  const rows = await sql.query(deleteStatement, [tenantId, actionCode, revision]);
  return rows.length === 1;
}

/** What somebody asks or answers about the publication of a draft. */
interface AboutPublication {
  /** The draft's next revision. */
  readonly revision: string;
  readonly operatorId: string;
  readonly nowMs: number;
  readonly reason: string | undefined;
}

const askStatement = statement<{ revision: string }>(
  'ask_of_rule_draft',
  `update rule_drafts set revision = $3, asked_revision = $3, asked_by = $4, asked_at = $5, asked_reason = $6,
     refused_by = null, refused_at = null, refused_reason = null
   where tenant_id = $1 and action_code = $2 and revision = $7 returning revision`,
);

/** Asks for the publication of the draft as it was `seen`. False if it has been changed or discarded since. */
export async function askOfRuleDraft(
  sql: Sql,
  tenantId: string,
  actionCode: string,
  { revision, operatorId, nowMs, reason }: AboutPublication,
  seen: string,
): Promise<boolean> {
  const values = [tenantId, actionCode, revision, operatorId, sqlTime(nowMs), reason ?? null, seen];
  return (await sql.query(askStatement, values)).length === 1;
}

const refuseStatement = statement<{ revision: string }>(
  'refuse_rule_draft',
  `update rule_drafts set revision = $3, refused_by = $4, refused_at = $5, refused_reason = $6,
     asked_revision = null, asked_by = null, asked_at = null, asked_reason = null
   where tenant_id = $1 and action_code = $2 and revision = $7 and asked_revision = $7 returning revision`,
);

/** Refuses what is asked of the draft as it was `seen`. False if nobody asks it any more. */
export async function refuseRuleDraft(
  sql: Sql,
  tenantId: string,
  actionCode: string,
  { revision, operatorId, nowMs, reason }: AboutPublication,
  seen: string,
): Promise<boolean> {
  const values = [tenantId, actionCode, revision, operatorId, sqlTime(nowMs), reason ?? null, seen];
  return (await sql.query(refuseStatement, values)).length === 1;
}

interface ListedDraft {
  readonly actionCode: string;
  readonly changedAt: number;
  /** When somebody asked for the publication of the draft as it is; null if nobody does. */
  readonly askedAt: number | null;
}

const listStatement = statement<ListedDraft>(
  'list_rule_drafts',
  `select action_code, changed_at, case when asked_revision = revision then asked_at end as asked_at
   from rule_drafts where tenant_id = $1`,
);

/** The drafts of a tenant by action code. */
export async function listRuleDrafts(sql: Sql, tenantId: string): Promise<ReadonlyMap<string, ListedDraft>> {
  const rows = await sql.query(listStatement, [tenantId]);
  return new Map(rows.map((row) => [row.actionCode, row]));
}
