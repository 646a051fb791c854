import { compileRules, type CompiledRules } from './compile-rules.ts';
import { ruleSetText } from './rule-set-text.ts';
import type { Action, ListItem, Rule, RuleSet } from './rule-set.ts';

/** A rule as operators know it: with the words that say what it is for. */
export interface DescribedRule extends Rule {
  readonly description?: string | null | undefined;
}

/** A published rule set, ready to decide. Never changed: a newer one replaces it. */
export interface PublishedRuleSet {
  readonly action: Action;
  readonly compiled: CompiledRules;
  /** By rule id. */
  readonly descriptions: ReadonlyMap<string, string>;
}

/**
 * What is kept of a rule set for as long as a decision by it may have to be explained: everything that can change a
 * decision (see {@link ruleSetText}), and the rules' descriptions. Equal documents are equal versions.
 */
export function writeRuleSetDocument(action: Action, rules: readonly DescribedRule[], ruleSet: RuleSet): string {
  const descriptions = rules
    .filter((rule) => rule.isActive && typeof rule.description === 'string')
    .map((rule) => [rule.ruleId, rule.description])
    .sort();
  return `{"descriptions":${JSON.stringify(descriptions)},"ruleSet":${ruleSetText(action, ruleSet)}}`;
}

interface Document {
  readonly descriptions: readonly (readonly [string, string])[];
  readonly ruleSet: {
    readonly action: Action;
    readonly rules: readonly Omit<Rule, 'isActive'>[];
    readonly lists: Readonly<Record<string, readonly ListItem[]>>;
  };
}

/** Reads a document back. Throws if it is not one: the caller keeps what it had (F23). */
export function readRuleSetDocument(text: string): PublishedRuleSet {
  const { descriptions, ruleSet } = JSON.parse(text) as Document;
  const rules = ruleSet.rules.map((rule) => ({ ...rule, isActive: true }));
  const compiled = compileRules({ rules, lists: new Map(Object.entries(ruleSet.lists)) });
  const [problem] = compiled.problems;
  if (problem !== undefined) throw new Error(`Rule ${problem.ruleId} ${problem.place}: ${problem.message}`);
  return { action: ruleSet.action, compiled, descriptions: new Map(descriptions) };
}

/**
 * What decides where a published rule set cannot be read and there is no earlier one: a rule that is unknown for ever, so
 * that the outcome is BLOCK, or CHALLENGE for a user who can prove who they are. Never ALLOW.
 */
export function unreadableRuleSet(actionCode: string): PublishedRuleSet {
  const rule: Rule = {
    ruleId: 'unreadable',
    name: 'The stored rule set cannot be read',
    isActive: true,
    priority: 0,
    type: 'BLOCK',
    conditions: [],
  };
  return {
    action: { actionCode, defaultUserActionResult: 'CHALLENGE' },
    compiled: compileRules({ rules: [rule], lists: new Map() }),
    descriptions: new Map(),
  };
}
