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
}

const columns = 'revision, base_version, document, changed_by, changed_at';

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
  `insert into rule_drafts (tenant_id, action_code, revision, base_version, document, changed_by, changed_at)
   values ($1, $2, $3, $4, $5, $6, $7) on conflict do nothing returning revision`,
);

const changeStatement = statement<{ revision: string }>(
  'change_rule_draft',
  `update rule_drafts set revision = $3, base_version = $4, document = $5, changed_by = $6, changed_at = $7
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
  draft: RuleDraftRow,
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

const listStatement = statement<{ actionCode: string; changedAt: number }>(
  'list_rule_drafts',
  'select action_code, changed_at from rule_drafts where tenant_id = $1',
);

/** When the draft of each action was changed last, by action code. */
export async function listRuleDrafts(sql: Sql, tenantId: string): Promise<ReadonlyMap<string, number>> {
  const rows = await sql.query(listStatement, [tenantId]);
  return new Map(rows.map(({ actionCode, changedAt }) => [actionCode, changedAt]));
}
