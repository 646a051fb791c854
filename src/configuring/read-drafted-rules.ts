import type { z } from 'zod';
import { Refusal } from '../contract/errors.ts';
import { JsonText } from '../contract/json-text.ts';
import type { saveRuleDraft } from '../contract/portal/rule-sets.ts';
import { stateRules } from '../core/rules/stated-rules.ts';
import type { StatedRule, StatedRules } from '../core/rules/stated-rules.ts';
import { requireValidConditions } from './save-rule.ts';

type Sent = z.output<typeof saveRuleDraft.body>;

/**
 * The rules of a draft as it was sent, new ones with an id. Whether the methods are enabled, and whether the rules cost more
 * than they may, is looked at when they are published.
 * @throws {Refusal} `invalid_request` that names the rule
 */
export function readDraftedRules({ defaultOutcome, rules }: Sent, newId: () => string): StatedRules {
  const stated = rules.map((rule, at): StatedRule => {
    requireConditions(rule, at);
    return {
      ruleId: rule.ruleId ?? newId(),
      name: rule.name,
      description: rule.description ?? null,
      isActive: rule.isActive,
      priority: rule.priority,
      type: rule.type,
      conditions: rule.conditions ?? null,
      verificationMethods: rule.verificationMethods ?? null,
      promptToEnrollVerificationMethods: rule.promptToEnrollVerificationMethods ?? null,
      defaultVerificationMethod: rule.defaultVerificationMethod ?? null,
      minimumAssurance: rule.minimumAssurance ?? null,
    };
  });
  requireDifferent(stated, 'priority', ({ priority }) => priority);
  requireDifferent(stated, 'ruleId', ({ ruleId }) => ruleId);
  return stateRules({ defaultOutcome, rules: stated });
}

function requireConditions({ name, conditions }: Sent['rules'][number], at: number): void {
  if (conditions === null || conditions === undefined) return;
  const place = `rules/${at} ("${name}")`;
  try {
    JSON.parse(conditions);
  } catch {
    throw new Refusal('invalid_request', `${place}: conditions must be JSON. Check brackets, quotes and commas.`);
  }
  try {
    requireValidConditions(new JsonText(conditions));
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    throw new Refusal('invalid_request', `${place}: ${error.message}`);
  }
}

function requireDifferent<Value>(rules: readonly StatedRule[], what: string, of: (rule: StatedRule) => Value): void {
  const seen = new Map<Value, string>();
  for (const rule of rules) {
    const value = of(rule);
    const other = seen.get(value);
    if (other !== undefined) {
      throw new Refusal(
        'invalid_request',
        `rules: "${other}" and "${rule.name}" have the same ${what}. Give each its own.`,
      );
    }
    seen.set(value, rule.name);
  }
}
