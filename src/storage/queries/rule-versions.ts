/** What operators have stated in the rules of each action, version by version (decision 0050). Decisions never read it. */
import { quotas } from '../../core/quotas.ts';
import type { StatedRules } from '../../core/rules/stated-rules.ts';
import { sqlTime, statement } from '../sql.ts';
import type { Sql } from '../sql.ts';

export interface RuleVersionRow {
  readonly version: number;
  readonly madeAt: number;
  readonly actor: { readonly kind: string; readonly id: string };
  readonly reason: string | null;
  /** The operator who asked somebody else to publish it; null if nobody did. */
  readonly askedBy: string | null;
  /** What differs from the version before, a sentence each. */
  readonly changes: readonly string[];
}

/** A version with what it states. */
export interface WholeRuleVersion extends RuleVersionRow {
  readonly document: StatedRules;
}

const columns = 'version, made_at, actor, reason, asked_by, changes';

const listStatement = statement<RuleVersionRow>(
  'list_rule_versions',
  `select ${columns} from rule_versions where tenant_id = $1 and action_code = $2 order by version desc`,
);

/** The versions of an action that are kept, the newest first. */
export async function listRuleVersions(
  sql: Sql,
  tenantId: string,
  actionCode: string,
): Promise<readonly RuleVersionRow[]> {
  return sql.query(listStatement, [tenantId, actionCode]);
}

const loadStatement = statement<WholeRuleVersion>(
  'load_rule_version',
  `select ${columns}, document from rule_versions where tenant_id = $1 and action_code = $2 and version = $3`,
);

/** A version; undefined if there is none, or it is no longer kept. */
export async function loadRuleVersion(
  sql: Sql,
  tenantId: string,
  actionCode: string,
  version: number,
): Promise<WholeRuleVersion | undefined> {
  const [row] = await sql.query(loadStatement, [tenantId, actionCode, version]);
  return row;
}

const latestStatement = statement<WholeRuleVersion>(
  'load_latest_rule_version',
  `select ${columns}, document from rule_versions where tenant_id = $1 and action_code = $2
   order by version desc limit 1`,
);

/** The newest version of an action: what is live. Undefined if it never had rules or another default. */
export async function loadLatestRuleVersion(
  sql: Sql,
  tenantId: string,
  actionCode: string,
): Promise<WholeRuleVersion | undefined> {
  const [row] = await sql.query(latestStatement, [tenantId, actionCode]);
  return row;
}

const recordStatement = statement<never>(
  'record_rule_version',
  `insert into rule_versions (tenant_id, action_code, version, document, bytes, made_at, actor, reason, asked_by, changes)
   values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
);

const trimStatement = statement<never>(
  'trim_rule_versions',
  `delete from rule_versions where tenant_id = $1 and action_code = $2 and version in (
     select version from (
       select version, row_number() over newest as place, sum(bytes) over newest as bytes_with_newer
       from rule_versions where tenant_id = $1 and action_code = $2 window newest as (order by version desc)
     ) as kept
     where place > 1 and (place > $3 or bytes_with_newer > $4)
   )`,
);

/** Records the next version of an action, and removes the oldest beyond what is kept. Call it under the tenant's lock. */
export async function recordRuleVersion(
  sql: Sql,
  tenantId: string,
  actionCode: string,
  { version, document, madeAt, actor, reason, askedBy, changes }: WholeRuleVersion,
): Promise<void> {
  const text = JSON.stringify(document);
  await sql.query(recordStatement, [
    tenantId,
    actionCode,
    version,
    text,
    Buffer.byteLength(text),
    sqlTime(madeAt),
    JSON.stringify(actor),
    reason,
    askedBy,
    JSON.stringify(changes),
  ]);
  await sql.query(trimStatement, [tenantId, actionCode, quotas.ruleVersions.max, quotas.ruleVersionBytes.max]);
}
