import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { compileRules } from './compile-rules.ts';
import { evaluateRules } from './evaluate-rules.ts';
import { explainRules } from './explain-rules.ts';
import type { Action, Evidence, ListItem, Outcome, Rule } from './rule-set.ts';

interface Example {
  title: string;
  action: Action;
  rules: Rule[];
  cases: {
    facts: Evidence['facts'] & { lists?: Record<string, ListItem[]> };
    counts?: { actionCount: number };
    enrolled: boolean;
    state: string;
    ruleIds: string[];
    priorityRuleId?: string;
    allowedVerificationMethods?: string[];
    defaultVerificationMethod?: string;
  }[];
}

// The JSON blocks of management-and-rules 4.10, unchanged.
const examples = JSON.parse(readFileSync(new URL('./worked-examples.json', import.meta.url), 'utf8')) as Example[];

const stateOf: Record<Outcome, string> = {
  ALLOW: 'ALLOW',
  CHALLENGE: 'CHALLENGE_REQUIRED',
  REVIEW: 'REVIEW_REQUIRED',
  BLOCK: 'BLOCK',
};

test('all twelve worked examples are here', () => {
  expect(examples).toHaveLength(12);
});

describe.each(examples)('worked example $title', ({ action, rules, cases }) => {
  test.each(cases)('$facts', (example) => {
    const { lists, ...facts } = example.facts;
    const compiled = compileRules({ rules, lists: new Map(Object.entries(lists ?? {})) });
    const answers = compiled.needs.history.map(({ key }): [string, number | null] => [
      key,
      example.counts?.actionCount ?? null,
    ]);
    const evidence: Evidence = { facts, history: new Map(answers) };
    const user = { hasUsableAuthenticator: example.enrolled };
    const decision = evaluateRules(compiled, evidence, action, user);

    expect(compiled.problems).toEqual([]);
    expect(stateOf[decision.outcome]).toBe(example.state);
    expect(decision.matchedRuleIds).toEqual(example.ruleIds);
    expect(decision.decidingRuleId).toBe(example.priorityRuleId ?? example.ruleIds[0] ?? null);
    if (example.allowedVerificationMethods)
      expect(decision.verificationMethods).toEqual(example.allowedVerificationMethods);
    if (example.defaultVerificationMethod)
      expect(decision.defaultVerificationMethod).toBe(example.defaultVerificationMethod);
    expect(explainRules(compiled, evidence, action, user).decision).toEqual(decision);
  });
});
