import type { Explanation, RuleExplanation } from './explain-rules.ts';

/** The decision in plain English, one sentence each: the rules by priority, then the result. */
export function describeDecision({ decision, defaultOutcome, rules, isCut }: Explanation): readonly string[] {
  const { outcome, decidingRuleId, isStricterByUnknown, isCappedAtChallenge } = decision;
  const sentences = rules.map(describeRule);
  const deciding = rules.find(({ ruleId }) => ruleId === decidingRuleId);
  const firstMatch = rules.find(({ status }) => status === 'matched');
  const certainOutcome = firstMatch?.outcome ?? defaultOutcome;

  if (deciding !== undefined && isStricterByUnknown)
    sentences.push(
      `The outcome is ${outcome} instead of ${certainOutcome}, because rule ${quote(deciding)} could not be computed.`,
    );
  else if (deciding !== undefined) sentences.push(`The outcome is ${outcome}, decided by rule ${quote(deciding)}.`);
  else sentences.push(`The outcome is ${outcome}, the default of the action, because no rule matched.`);

  if (isCappedAtChallenge)
    sentences.push(
      'It is not stricter, because what could not be computed demands at most a challenge of a user who can pass one.',
    );
  if (decision.isAwaitingTrack)
    sentences.push('Until a track tells what is awaited, the action stays as it is, whatever is proven.');
  if (decision.verificationMethods !== null && outcome !== 'ALLOW')
    sentences.push(`Allowed verification methods: ${decision.verificationMethods.join(', ') || 'none'}.`);
  if (decision.minimumAssurance !== null && outcome !== 'ALLOW')
    sentences.push(`Minimum assurance: ${decision.minimumAssurance}.`);
  if (isCut)
    sentences.push('The conditions of some rules are not told, because they are too much for one explanation.');
  return sentences;
}

function describeRule(rule: RuleExplanation): string {
  const because = reasonOf(rule);
  switch (rule.status) {
    case 'matched':
      return `Rule ${quote(rule)} matched${because}.`;
    case 'not':
      return `Rule ${quote(rule)} did not match${because}.`;
    case 'unknown':
      return `Rule ${quote(rule)} could not be computed${because}.`;
  }
}

function reasonOf({ status, fault, leaves }: RuleExplanation): string {
  if (fault !== null) return `, because it failed: ${fault}`;
  if (leaves === null) return '';
  const decisive = leaves.filter(({ isDecisive }) => isDecisive);
  const reasons = decisive.map(({ text, operator }) => (operator === 'value' ? 'its conditions are fixed' : text));
  const reason = reasons.length > 0 ? reasons.join(' and ') : 'it has an empty group of conditions';
  if (status === 'unknown') return `, because this is unknown: ${reason}`;
  return ` because ${status === 'matched' && isUnconditional(leaves) ? 'it has no conditions' : reason}`;
}

/** `{}` and absent conditions are read as the literal true. */
function isUnconditional([leaf, ...others]: NonNullable<RuleExplanation['leaves']>): boolean {
  return others.length === 0 && leaf?.operator === 'value' && leaf.place === '';
}

function quote({ name }: RuleExplanation): string {
  return `"${name}"`;
}
