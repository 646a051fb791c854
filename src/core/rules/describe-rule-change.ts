import { checkCondition } from './check-condition.ts';
import type { Condition } from './condition.ts';
import { describeClaim, describeCondition } from './describe-condition.ts';
import type { StatedRule, StatedRules } from './stated-rules.ts';

const sentencesMax = 40;
const conditionCharactersMax = 200;

/**
 * What differs between two sets of rules, in plain English, a sentence each: the default, rules that are gone or new, what
 * changed in each, and who now decides before whom. Empty if nothing does.
 */
export function describeRuleChange(before: StatedRules, after: StatedRules): readonly string[] {
  const earlier = new Map(before.rules.map((rule) => [rule.ruleId, rule]));
  const later = new Map(after.rules.map((rule) => [rule.ruleId, rule]));
  const sentences = [
    ...(before.defaultOutcome === after.defaultOutcome
      ? []
      : [`The default is now ${after.defaultOutcome} instead of ${before.defaultOutcome}.`]),
    ...before.rules.filter(({ ruleId }) => !later.has(ruleId)).map((rule) => `${named(rule)} is removed.`),
    ...byPriority(after.rules).flatMap((rule) => {
      const was = earlier.get(rule.ruleId);
      return was === undefined ? [describeNew(rule)] : describeChanges(was, rule);
    }),
    ...describeMoves(before, after),
  ];
  if (sentences.length <= sentencesMax) return sentences;
  const shown = sentences.slice(0, sentencesMax - 1);
  return [...shown, `There are ${sentences.length - shown.length} more differences.`];
}

function describeNew(rule: StatedRule): string {
  const state = rule.isActive ? '' : ', switched off';
  return `${named(rule)} is new${state}: ${rule.type} when ${conditionWords(rule)}.`;
}

function describeChanges(was: StatedRule, is: StatedRule): readonly string[] {
  const name = named(is);
  return [
    ...(was.name === is.name ? [] : [`Rule "${was.name}" is now called "${is.name}".`]),
    ...(was.isActive === is.isActive ? [] : [`${name} is switched ${is.isActive ? 'on' : 'off'}.`]),
    ...(was.type === is.type ? [] : [`${name} now decides ${is.type} instead of ${was.type}.`]),
    ...(was.conditions === is.conditions
      ? []
      : [`${name} now matches when ${conditionWords(is)}; before, when ${conditionWords(was)}.`]),
    ...(was.description === is.description ? [] : [`${name} has another note.`]),
    ...describeDemands(name, was, is),
  ];
}

function describeDemands(name: string, was: StatedRule, is: StatedRule): readonly string[] {
  const listed = (methods: readonly string[] | null) => methods?.join(', ') ?? 'those of the action';
  const one = (value: string | null) => value ?? 'that of the action';
  const pairs = [
    ['methods', listed(was.verificationMethods), listed(is.verificationMethods)],
    ['first method', one(was.defaultVerificationMethod), one(is.defaultVerificationMethod)],
    ['minimum assurance', one(was.minimumAssurance), one(is.minimumAssurance)],
    [
      'offer after a challenge',
      listed(was.promptToEnrollVerificationMethods),
      listed(is.promptToEnrollVerificationMethods),
    ],
  ] as const;
  return pairs.flatMap(([what, before, now]) =>
    before === now
      ? []
      : [`${name}: the ${what} is now ${now} instead of ${before}.`.replace('methods is', 'methods are')],
  );
}

/** The fewest rules whose moving explains the new order, each with the one that it now decides before or after. */
function describeMoves(before: StatedRules, after: StatedRules): readonly string[] {
  const places = new Map(byPriority(before.rules).map(({ ruleId }, place) => [ruleId, place]));
  const kept = byPriority(after.rules).filter(({ ruleId }) => places.has(ruleId));
  const order = kept.map(({ ruleId }) => places.get(ruleId) ?? 0);
  const stayed = longestRise(order);
  return kept.flatMap((rule, at) => {
    if (stayed.has(at)) return [];
    const next = kept[at + 1];
    const previous = kept[at - 1];
    if (next !== undefined) return [`${named(rule)} now decides before ${lowerNamed(next)}.`];
    return previous === undefined ? [] : [`${named(rule)} now decides after ${lowerNamed(previous)}.`];
  });
}

/** The places of a longest rising part of a list of different numbers. */
function longestRise(numbers: readonly number[]): ReadonlySet<number> {
  const lengths: number[] = [];
  const before: number[] = [];
  let best = -1;
  for (const [at, number] of numbers.entries()) {
    lengths[at] = 1;
    before[at] = -1;
    for (let earlier = 0; earlier < at; earlier += 1) {
      if ((numbers[earlier] ?? 0) < number && (lengths[earlier] ?? 0) + 1 > (lengths[at] ?? 0)) {
        lengths[at] = (lengths[earlier] ?? 0) + 1;
        before[at] = earlier;
      }
    }
    if (best === -1 || (lengths[at] ?? 0) > (lengths[best] ?? 0)) best = at;
  }
  const places = new Set<number>();
  for (let at = best; at !== -1; at = before[at] ?? -1) places.add(at);
  return places;
}

function conditionWords({ conditions }: StatedRule): string {
  if (conditions === null) return 'anything happens';
  let words = conditions;
  try {
    const checked = checkCondition(JSON.parse(conditions));
    if (checked.ok) words = describeTest(checked.condition);
  } catch {
    // Told as the text that it is.
  }
  if (words === 'true') return 'anything happens';
  return words.length > conditionCharactersMax ? `${words.slice(0, conditionCharactersMax)}…` : words;
}

/** A condition as people read it: `custom.amount > 2000 and (device.isNew == true or device.isBot == true)`. */
function describeTest(condition: Condition, isInner = false): string {
  if (condition.kind !== 'operation') return describeCondition(condition, () => null);
  const { operator, args } = condition;
  const [first] = args;
  if (operator === '!' && first !== undefined) return `not ${describeTest(first, true)}`;
  if ((operator === 'and' || operator === 'or') && args.length > 0) {
    const words = args.map((arg) => describeTest(arg, args.length > 1)).join(` ${operator} `);
    return isInner && args.length > 1 ? `(${words})` : words;
  }
  const isClaim = ['==', '===', '!=', '!==', '<', '<=', '>', '>=', 'in', 'inCidr'].includes(operator);
  return isClaim ? describeClaim(condition, true, () => null) : describeCondition(condition, () => null);
}

const named = ({ name }: StatedRule) => `Rule "${name}"`;
const lowerNamed = ({ name }: StatedRule) => `rule "${name}"`;
const byPriority = (rules: readonly StatedRule[]) => [...rules].sort((a, b) => a.priority - b.priority);
