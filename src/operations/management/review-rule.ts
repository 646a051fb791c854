import { Refusal } from '../../contract/errors.ts';
import { certainFactPaths, factPaths } from '../../core/facts/facts.ts';
import { checkCondition } from '../../core/rules/check-condition.ts';
import { findTooDear } from '../../core/rules/find-too-dear.ts';
import { namedLists } from '../../core/rules/named-lists.ts';
import { ruleAllowance } from '../../core/rules/rule-allowance.ts';
import type { Rule } from '../../core/rules/rule-set.ts';
import { warnAboutRules } from '../../core/rules/warn-about-rules.ts';
import { loadAuthenticatorConfigurations } from '../../storage/queries/authenticator-configurations.ts';
import type { RuleRow } from '../../storage/queries/rules.ts';
import { loadListLengths } from '../../storage/queries/value-lists.ts';
import type { Sql } from '../../storage/sql.ts';
import { ruleOfRow } from '../rule-of-row.ts';

/**
 * What is said of a rule as it is to be saved: what is allowed in it but hardly meant. `stored` is what it replaces. This is
 * the work that takes long, so it is done before the transaction of the change; what another change does meanwhile may make
 * a rule dearer than it may be, which is then unknown. @throws {Refusal} if it takes more than a rule may (ruling 52)
 */
export async function reviewRule(
  sql: Sql,
  tenantId: string,
  rule: RuleRow,
  others: readonly RuleRow[],
  stored: RuleRow | undefined,
) {
  const own = ruleOfRow(rule);
  const beside = others.map(ruleOfRow);
  const checked = checkCondition(own.conditions);
  const lengths = await loadListLengths(sql, tenantId, namedLists([{ ...own, isActive: true }]));
  if (checked.ok && decidesOtherwise(rule, stored)) {
    const tooDear = findTooDear(checked.condition, lengths);
    if (tooDear !== null) throw new Refusal('invalid_request', `conditions${tooDear.place}: ${tooDear.message}`);
    refuseTooMuch([own, ...beside], stored === undefined ? beside : [ruleOfRow(stored), ...beside]);
  }
  const configurations = await loadAuthenticatorConfigurations(sql, tenantId);
  const warnings = warnAboutRules(
    { rules: [own, ...beside], lists: new Set(lengths.keys()) },
    {
      paths: factPaths,
      certainPaths: certainFactPaths,
      enabledMethods: configurations.filter((row) => row.is_active).map((row) => row.verification_method),
    },
    own.ruleId,
  );
  return warnings.map(({ ruleId: _itself, ...warning }) => warning);
}

function decidesOtherwise(rule: RuleRow, stored: RuleRow | undefined): boolean {
  return (
    stored === undefined ||
    rule.conditions !== stored.conditions ||
    rule.is_active !== stored.is_active ||
    rule.priority !== stored.priority
  );
}

/** Rules that were too much before stay a matter of their own: an action that has such may be made smaller. */
function refuseTooMuch(rules: readonly Rule[], before: readonly Rule[]): void {
  const tooMuch = findTooMuch(rules);
  if (tooMuch.size === 0) return;
  const known = findTooMuch(before);
  for (const [ruleId, message] of tooMuch) if (!known.has(ruleId)) throw new Refusal('invalid_request', message);
}

/** What is said of each rule that is more than all of them together may be. */
function findTooMuch(rules: readonly Rule[]): ReadonlyMap<string, string> {
  const allowance = ruleAllowance();
  const tooMuch = new Map<string, string>();
  for (const { ruleId, conditions } of rules.filter((rule) => rule.isActive).sort((a, b) => a.priority - b.priority)) {
    const checked = allowance.check(conditions);
    if (!checked.ok && checked.isTooMuch) tooMuch.set(ruleId, checked.problems[0]?.message ?? '');
  }
  return tooMuch;
}
