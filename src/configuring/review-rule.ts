import { Refusal } from '../contract/errors.ts';
import { certainFactPaths, factPaths } from '../core/facts/facts.ts';
import { checkCondition } from '../core/rules/check-condition.ts';
import { findTooDear } from '../core/rules/find-too-dear.ts';
import { namedLists } from '../core/rules/named-lists.ts';
import { ruleAllowance } from '../core/rules/rule-allowance.ts';
import type { Rule } from '../core/rules/rule-set.ts';
import { warnAboutRules } from '../core/rules/warn-about-rules.ts';
import { loadAuthenticatorConfigurations } from '../storage/queries/authenticator-configurations.ts';
import type { RuleRow } from '../storage/queries/rules.ts';
import { loadListLengths } from '../storage/queries/value-lists.ts';
import type { Sql } from '../storage/sql.ts';
import { ruleOfRow } from './rule-of-row.ts';

/**
 * The warnings about a rule to be saved: what is permitted in it, but likely a mistake. `stored` is the rule that it
 * replaces. This takes long, so it is done before the transaction of the change. If another change in the meantime
 * makes a rule cost more than it may, the rule is then unknown.
 * @throws {Refusal} if it costs more than a rule may (ruling 52)
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
  const lengths = await loadListLengths(sql, tenantId, namedLists([{ ...own, isActive: true }]));
  if (checkCondition(own.conditions).ok && decidesOtherwise(rule, stored)) {
    requireNotTooDear(own, lengths, '');
    requireRulesWithinBudget([own, ...beside], stored === undefined ? beside : [ruleOfRow(stored), ...beside]);
  }
  const warnings = await warningsAbout(sql, tenantId, [own, ...beside], new Set(lengths.keys()), own.ruleId);
  return warnings.map(({ ruleId: _itself, ...warning }) => warning);
}

/**
 * Refuses rules to be published together that cost more than rules may (ruling 52): those that differ from what is stored,
 * and all of them together. Like {@link reviewRule}, it takes long; `pause` is called between two rules.
 * @throws {Refusal} that names the rule
 */
export async function requireAffordableRules(
  sql: Sql,
  tenantId: string,
  rows: readonly RuleRow[],
  stored: readonly RuleRow[],
  pause: () => Promise<void>,
): Promise<void> {
  const byId = new Map(stored.map((row) => [row.ruleId, row]));
  const rules = rows.map(ruleOfRow);
  const lengths = await loadListLengths(sql, tenantId, namedLists(rules.map((rule) => ({ ...rule, isActive: true }))));
  for (const [at, row] of rows.entries()) {
    const rule = rules[at];
    if (rule === undefined || !decidesOtherwise(row, byId.get(row.ruleId))) continue;
    requireNotTooDear(rule, lengths, `Rule "${rule.name}": `);
    await pause();
  }
  requireRulesWithinBudget(rules, stored.map(ruleOfRow));
}

/** What is likely a mistake in the rules of an action, or in one of them. */
export async function warningsAbout(
  sql: Sql,
  tenantId: string,
  rules: readonly Rule[],
  lists: ReadonlySet<string>,
  ruleId?: string,
) {
  const configurations = await loadAuthenticatorConfigurations(sql, tenantId);
  return warnAboutRules(
    { rules, lists },
    {
      paths: factPaths,
      certainPaths: certainFactPaths,
      enabledMethods: configurations.filter((row) => row.isActive).map((row) => row.verificationMethod),
    },
    ruleId,
  );
}

function requireNotTooDear(rule: Rule, lengths: ReadonlyMap<string, number>, prefix: string): void {
  const checked = checkCondition(rule.conditions);
  const tooDear = checked.ok ? findTooDear(checked.condition, lengths) : null;
  if (tooDear === null) return;
  throw new Refusal('invalid_request', `${prefix}conditions${tooDear.place}: ${tooDear.message}`);
}

function decidesOtherwise(rule: RuleRow, stored: RuleRow | undefined): boolean {
  return (
    stored === undefined ||
    rule.conditions !== stored.conditions ||
    rule.isActive !== stored.isActive ||
    rule.priority !== stored.priority
  );
}

/** Rules that already cost too much are left out, so that an action with such rules can still be made smaller. */
function requireRulesWithinBudget(rules: readonly Rule[], before: readonly Rule[]): void {
  const tooMuch = findTooMuch(rules);
  if (tooMuch.size === 0) return;
  const known = findTooMuch(before);
  for (const [ruleId, message] of tooMuch) if (!known.has(ruleId)) throw new Refusal('invalid_request', message);
}

/** A message for each rule that exceeds what all of them together may cost. */
function findTooMuch(rules: readonly Rule[]): ReadonlyMap<string, string> {
  const allowance = ruleAllowance();
  const tooMuch = new Map<string, string>();
  for (const { ruleId, conditions } of rules.filter((rule) => rule.isActive).sort((a, b) => a.priority - b.priority)) {
    const checked = allowance.check(conditions);
    if (!checked.ok && checked.isTooMuch) tooMuch.set(ruleId, checked.problems[0]?.message ?? '');
  }
  return tooMuch;
}
