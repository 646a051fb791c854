import type { z } from 'zod';
import type { explanation } from '../contract/server/explain.ts';
import type { DecisionRecord } from '../core/actions/decide-action.ts';
import { recallDecision } from '../core/actions/recall-decision.ts';
import { facts as knownFacts } from '../core/facts/facts.ts';
import { describeDecision } from '../core/rules/describe-decision.ts';
import { explainRules } from '../core/rules/explain-rules.ts';
import type { RuleExplanation } from '../core/rules/explain-rules.ts';
import { languageVersion } from '../core/rules/language-version.ts';
import { previewValue } from '../core/rules/preview-value.ts';
import { readPath } from '../core/rules/read-path.ts';
import { restoreEvidence } from '../core/rules/recorded-evidence.ts';
import type { PublishedRuleSet } from '../core/rules/rule-set-document.ts';
import { isList, UNKNOWN } from '../core/rules/value.ts';
import type { Value } from '../core/rules/value.ts';
import { isByAddress } from './gather-inputs.ts';
import { distinctMethods } from '../views/wire-values.ts';

/**
 * A decision record in words and as data: the decision is computed again from what was recorded, with its trace. One
 * made under another version of the rule language (ruling 38), or whose addresses were removed, is shown as recorded.
 */
export function explanationView(
  record: DecisionRecord,
  ruleSet: PublishedRuleSet | undefined,
): z.input<typeof explanation> {
  const told = asRecorded(record);
  return ruleSet === undefined ? { ...told, ...withoutRuleSet(record) } : { ...told, ...byRuleSet(record, ruleSet) };
}

/** What the record says by itself. */
function asRecorded(record: DecisionRecord) {
  const { demand, decidingRuleId } = record;
  return {
    outcome: record.outcome,
    source: record.source,
    ...(decidingRuleId === undefined ? {} : { decidingRuleId }),
    demand: {
      verificationMethods: demand.verificationMethods === null ? null : distinctMethods(demand.verificationMethods),
      defaultVerificationMethod: distinctMethods(listed(demand.defaultVerificationMethod))[0] ?? null,
      promptToEnrollVerificationMethods:
        demand.promptToEnrollVerificationMethods === null
          ? null
          : distinctMethods(demand.promptToEnrollVerificationMethods),
      minimumAssurance: demand.minimumAssurance,
    },
    isCappedAtChallenge: record.isCappedAtChallenge === true,
    isAwaitingTrack: record.isAwaitingTrack === true,
    user: record.user,
    sources: record.sources.map((source) => ({ ...source })),
  };
}

/** What can still be said if the rule set is no longer kept (ruling 52). */
function withoutRuleSet(record: DecisionRecord) {
  const { facts, history } = restoreEvidence(record.inputs);
  const deciding = record.matched.find(({ ruleId }) => ruleId === record.decidingRuleId);
  const reasons = {
    rule: deciding === undefined ? '' : `, decided by rule "${deciding.name}"`,
    unknown: ', because a rule could not be computed',
    default: ', the default of the action, because no rule matched',
  };
  return {
    isReproduced: null,
    words: [
      `The outcome is ${record.outcome}${reasons[record.source]}.`,
      ...describeUnreadable(record),
      'The rule set that decided it is not kept any more, so it is told as it was recorded.',
    ],
    ruleSet: { ...record.ruleSet, isKept: false },
    rules: [],
    facts: leafPaths(facts).map((path) => ({
      path: path.join('.'),
      ...shown(readPath(facts, path)),
      origin: originOf(path.join('.')),
    })),
    history: [...history].map(([question, answer]) => ({ question, ...shown(answer) })),
  };
}

function leafPaths(members: Readonly<Record<string, Value | undefined>>): readonly (readonly string[])[] {
  return Object.entries(members).flatMap(([name, value]) => {
    const isLeaf = typeof value !== 'object' || value === null || isList(value);
    return isLeaf ? [[name]] : leafPaths(value).map((path) => [name, ...path]);
  });
}

/** What the rule set adds: the decision is computed again, with its trace. */
function byRuleSet(record: DecisionRecord, ruleSet: PublishedRuleSet) {
  const evidence = restoreEvidence(record.inputs);
  const isOfThisLanguage = record.language === languageVersion;
  const isComputed = isComputable(record);
  const explained = isComputed
    ? explainRules(ruleSet.compiled, evidence, ruleSet.action, record.user)
    : recallDecision(record, ruleSet);
  const { needs } = ruleSet.compiled;
  const { unreadable = [] } = record;
  return {
    isReproduced: isComputed ? explained.decision.outcome === record.outcome : null,
    words: [
      ...describeDecision(explained),
      ...describeUnreadable(record),
      ...(isOfThisLanguage ? [] : [describeLanguage(record.language ?? 1)]),
      ...(record.isWithoutAddresses === true ? [withoutAddresses] : []),
      ...(record.isWithoutInputs === true ? [withoutInputs] : []),
    ],
    ruleSet: { ...record.ruleSet, isKept: true },
    rules: explained.rules.map((rule) => ({ ...rule, leaves: rule.leaves?.map(mutableLeaf) ?? [] })),
    facts: needs.paths.map((path) => ({
      path,
      ...shown(
        readPath(evidence.facts, path.split('.')),
        unreadable.some((name) => isMadeFrom(path, name)),
      ),
      origin: originOf(path),
    })),
    history: needs.history.map(({ key, question }) => ({
      question: key,
      ...shown(evidence.history.get(key) ?? null, unreadable.includes('ipAddress') && isByAddress(question)),
    })),
  };
}

function describeUnreadable({ unreadable = [] }: DecisionRecord): readonly string[] {
  return unreadable.map((name) => `What was given as ${name} is unreadable.`);
}

function describeLanguage(version: number): string {
  return `It was decided under version ${version} of the rule language, so it is told as it was recorded and not computed again.`;
}

const withoutAddresses =
  'Its address and place were removed when the tenant’s period for them was over, so it is told as it was recorded and not computed again.';

const withoutInputs =
  'What it was decided on was removed with its user, so it is told as it was recorded and not computed again.';

/** Whether everything is there that a decision is computed again from, in the language of this release. */
export function isComputable({ language, isWithoutAddresses, isWithoutInputs }: DecisionRecord): boolean {
  return language === languageVersion && isWithoutAddresses !== true && isWithoutInputs !== true;
}

type Leaf = NonNullable<RuleExplanation['leaves']>[number];

/** A leaf as an answer may have it. */
export function mutableLeaf(leaf: Leaf) {
  return {
    ...leaf,
    reads: leaf.reads.map((read) => ({ ...read })),
    operands: leaf.operands.map((read) => ({ ...read })),
  };
}

function listed(value: string | null): readonly string[] {
  return value === null ? [] : [value];
}

/** Whether a fact is made from the value with this name, in a request or on the user. */
function isMadeFrom(path: string, name: string): boolean {
  return name === 'ipAddress' ? path.startsWith('ip.') : path === name || path.startsWith(`${name}.`);
}

function shown(value: Value | undefined, isUnreadable = false) {
  if (value === UNKNOWN) return { value: null, status: isUnreadable ? ('unreadable' as const) : ('unknown' as const) };
  if (value === undefined || value === null) return { value: null, status: 'missing' as const };
  return { value: previewValue(value), status: 'known' as const };
}

const origins = knownFacts.map(({ path, madeFrom }) => ({ path: path.replace(/\.\*$/, ''), madeFrom }));

function originOf(path: string): string {
  const fact = origins.find((known) => path === known.path || path.startsWith(`${known.path}.`));
  return fact?.madeFrom ?? 'nothing: no fact has this path';
}
