import type { Context } from '../calls/context.ts';
import type { DecisionRecord } from '../core/actions/decide-action.ts';
import { decisionToTell } from '../core/actions/stored-decision-record.ts';
import type { Decision } from '../core/rules/decide-outcome.ts';
import { explainRules } from '../core/rules/explain-rules.ts';
import type { RuleExplanation } from '../core/rules/explain-rules.ts';
import { possibleDecisions } from '../core/rules/possible-outcome.ts';
import { outcomes } from '../core/rules/rule-set.ts';
import type { Outcome } from '../core/rules/rule-set.ts';
import type { PublishedRuleSet } from '../core/rules/rule-set-document.ts';
import type { PublishedAction, Tenant } from '../storage/published.ts';
import type { ActionRow } from '../storage/queries/actions/actions.ts';
import { inTurn, readsOfRules, testAgain } from './decide-again.ts';
import { isComputable } from './explanation-view.ts';
import { loadRuleSet } from './load-rule-set.ts';

/** What decides an action, and to which outcome. */
interface Decided<Source> {
  readonly outcome: Outcome;
  readonly source: Source;
  readonly rule: { readonly ruleId: string; readonly name: string } | undefined;
}

interface ActionReplay {
  /** Undefined if its record cannot be read. */
  readonly was: Decided<DecisionRecord['source']> | undefined;
  /** Undefined if it cannot be said. */
  readonly now: Decided<DecisionRecord['source'] | 'unsaid'> | undefined;
  readonly possible: readonly Outcome[];
  /** Whether nothing is left to decide it by. */
  readonly isLost: boolean;
  /** By priority. */
  readonly rules: readonly (RuleExplanation & { readonly isUnrecorded: boolean })[];
  readonly unknownReads: readonly string[];
  readonly computedFacts: readonly string[];
}

/**
 * Decides one past action again, by rules that may differ from those that decided it, and says how far that can be said.
 * Writes nothing. @throws {Refusal} `too_many_requests` if too many wait for it
 */
export async function replayAction(
  context: Context,
  tenant: Tenant,
  ruleSet: PublishedAction,
  action: ActionRow,
): Promise<ActionReplay> {
  return inTurn(tenant.tenantId, () => replay(context, tenant, ruleSet, action));
}

async function replay(
  context: Context,
  tenant: Tenant,
  ruleSet: PublishedAction,
  action: ActionRow,
): Promise<ActionReplay> {
  const record = decisionToTell(action.decision);
  const nothing = { now: undefined, possible: [], isLost: true, rules: [], unknownReads: [], computedFacts: [] };
  if (record === undefined) return { was: undefined, ...nothing };
  const decidedBy = await loadRuleSet(context.db, tenant, action.actionCode, record);
  const was = {
    outcome: record.outcome,
    source: record.source,
    rule: nameRule(record.decidingRuleId, decidedBy, record),
  };
  if (!isComputable(record)) return { was, ...nothing };
  const tested = testAgain(context, tenant, ruleSet, readsOfRules(ruleSet), action, decidedBy);
  const decisions = [...possibleDecisions(ruleSet.compiled, tested)];
  const possible = outcomes.filter((outcome) => decisions.some((one) => one.outcome === outcome));
  // Testing and telling may each use their whole budget, so other requests get their turn between them.
  await context.runtime.timers.wait(0);
  const { basis, undetermined } = tested;
  const explained = explainRules(ruleSet.compiled, basis.evidence, ruleSet.action, basis.user);
  return {
    was,
    now: possible.length === 1 ? sayDecision(ruleSet, decisions) : undefined,
    possible,
    isLost: false,
    rules: explained.rules.map((rule, at) => ({ ...rule, isUnrecorded: undetermined.has(at) })),
    unknownReads: [...tested.lacking],
    computedFacts: basis.computedPaths,
  };
}

/** What decides, if the possible decisions agree on it. */
function sayDecision(ruleSet: PublishedAction, decisions: readonly Decision[]): ActionReplay['now'] {
  const [first] = decisions;
  if (first === undefined) return undefined;
  const { outcome, decidingRuleId, isStricterByUnknown } = first;
  const isCertain = decisions.every(
    (one) => one.decidingRuleId === decidingRuleId && one.isStricterByUnknown === isStricterByUnknown,
  );
  if (!isCertain) return { outcome, source: 'unsaid', rule: undefined };
  const source = isStricterByUnknown ? 'unknown' : decidingRuleId === null ? 'default' : 'rule';
  return { outcome, source, rule: nameRule(decidingRuleId ?? undefined, ruleSet) };
}

/** A rule with its name, from the record or from the rules that decided. */
function nameRule(ruleId: string | undefined, ruleSet: PublishedRuleSet | undefined, record?: DecisionRecord) {
  if (ruleId === undefined) return undefined;
  const name =
    record?.matched.find((rule) => rule.ruleId === ruleId)?.name ??
    ruleSet?.compiled.rules.find(({ rule }) => rule.ruleId === ruleId)?.rule.name;
  return { ruleId, name: name ?? '' };
}
