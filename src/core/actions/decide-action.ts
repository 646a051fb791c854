import { evaluateRules } from '../rules/evaluate-rules.ts';
import type { Decision } from '../rules/decide-outcome.ts';
import { languageVersion } from '../rules/language-version.ts';
import { recordEvidence } from '../rules/recorded-evidence.ts';
import type { RecordedEvidence } from '../rules/recorded-evidence.ts';
import type { PublishedRuleSet } from '../rules/rule-set-document.ts';
import type { Assurance, Evidence, Outcome } from '../rules/rule-set.ts';

/** The state that tracking gives an action. */
export type FirstState = 'ALLOW' | 'CHALLENGE_REQUIRED' | 'REVIEW_REQUIRED' | 'BLOCK';

/** A data file that facts were computed from, with its age: stale is not the same as missing or broken. */
export interface RecordedSource {
  readonly name: string;
  readonly state: string;
  readonly version: string | null;
  readonly ageDays: number | null;
}

/**
 * The decision record, stored with the action and never changed. Together with the rule set of its hash, it is enough
 * to compute the decision again, with the trace of every condition.
 */
export interface DecisionRecord {
  readonly v: 1;
  /**
   * The version of the rule language that decided; absent for 1. Only decisions of the current version are computed
   * again.
   */
  readonly language?: number;
  readonly outcome: Outcome;
  /** What decided: a rule that matched, a rule that could not be computed, or the action's default. */
  readonly source: 'rule' | 'unknown' | 'default';
  readonly ruleSet: { readonly version: number; readonly hash: string | null };
  readonly decidingRuleId?: string;
  /** The rules that matched, as they were at the time, by priority. */
  readonly matched: readonly { readonly ruleId: string; readonly name: string; readonly description?: string }[];
  /** Ids of the rules that could not be computed. All others did not match. */
  readonly unknown: readonly string[];
  /** What a challenge requires; null if it requires nothing. */
  readonly demand: {
    readonly verificationMethods: readonly string[] | null;
    readonly defaultVerificationMethod: string | null;
    readonly promptToEnrollVerificationMethods: readonly string[] | null;
    readonly minimumAssurance: Assurance | null;
  };
  readonly isCappedAtChallenge?: true;
  /** Whether no proof makes the action succeed until a track has sent what its rules wait for (ruling 36). */
  readonly isAwaitingTrack?: true;
  readonly user: { readonly isEnrolled: boolean; readonly hasUsableAuthenticator: boolean };
  /** The facts used and the history read, exactly as the rules saw them. */
  readonly inputs: RecordedEvidence;
  /** The data files behind the facts used. */
  readonly sources: readonly RecordedSource[];
  /**
   * The names of sent or stored values that cannot be read: everything computed from them is unknown. Absent if there
   * are none.
   */
  readonly unreadable?: readonly string[];
  /** Whether addresses and places were removed from `inputs` since; then it can no longer be computed again. */
  readonly isWithoutAddresses?: true;
  /** Whether `inputs` are gone, with the user whose action it was. */
  readonly isWithoutInputs?: true;
}

export interface Deciding {
  readonly ruleSet: PublishedRuleSet & { readonly version: number; readonly hash: string | null };
  readonly evidence: Evidence;
  readonly sources: readonly RecordedSource[];
  readonly unreadable: readonly string[];
  readonly user: { readonly isEnrolled: boolean; readonly hasUsableAuthenticator: boolean };
  readonly unenrolledUserState: 'CHALLENGE_REQUIRED' | 'ALLOW';
}

export interface DecidedAction {
  readonly state: FirstState;
  readonly record: DecisionRecord;
  /** Why rules failed, one text for each rule. */
  readonly faults: readonly string[];
}

/** Decides an action by its rules, or else by its default, and records why. */
export function decideAction(deciding: Deciding): DecidedAction {
  const { ruleSet, evidence, sources, unreadable, user, unenrolledUserState } = deciding;
  const faults: string[] = [];
  const decision = evaluateRules(ruleSet.compiled, evidence, ruleSet.action, user, (index, fault) => {
    faults.push(`rule ${ruleSet.compiled.rules[index]?.rule.ruleId ?? ''}: ${fault}`);
  });
  const record: DecisionRecord = {
    v: 1,
    language: languageVersion,
    outcome: decision.outcome,
    source: sourceOf(decision),
    ruleSet: { version: ruleSet.version, hash: ruleSet.hash },
    ...(decision.decidingRuleId === null ? {} : { decidingRuleId: decision.decidingRuleId }),
    matched: decision.matchedRuleIds.map((ruleId) => snapshot(ruleSet, ruleId)),
    unknown: decision.unknownRuleIds,
    demand: {
      verificationMethods: decision.verificationMethods,
      defaultVerificationMethod: decision.defaultVerificationMethod,
      promptToEnrollVerificationMethods: decision.promptToEnrollVerificationMethods,
      minimumAssurance: decision.minimumAssurance,
    },
    ...(decision.isCappedAtChallenge ? { isCappedAtChallenge: true as const } : {}),
    ...(decision.isAwaitingTrack ? { isAwaitingTrack: true as const } : {}),
    user,
    inputs: recordEvidence(evidence),
    sources,
    ...(unreadable.length === 0 ? {} : { unreadable }),
  };
  const whoIsNotEnrolled = decision.isAwaitingTrack ? 'CHALLENGE_REQUIRED' : unenrolledUserState;
  return { state: firstState(decision.outcome, user.isEnrolled, whoIsNotEnrolled), record, faults };
}

function sourceOf({ decidingRuleId, isStricterByUnknown }: Decision): DecisionRecord['source'] {
  if (isStricterByUnknown) return 'unknown';
  return decidingRuleId === null ? 'default' : 'rule';
}

function snapshot({ compiled, descriptions }: PublishedRuleSet, ruleId: string) {
  const name = compiled.rules.find(({ rule }) => rule.ruleId === ruleId)?.rule.name ?? '';
  const description = descriptions.get(ruleId);
  return { ruleId, name, ...(description === undefined ? {} : { description }) };
}

/**
 * The state for an outcome. Under CHALLENGE a user without authenticators is also challenged, and led through
 * enrolment; `unenrolledUserState: 'ALLOW'` lets such a user pass (server-api 9.1).
 */
function firstState(
  outcome: Outcome,
  isEnrolled: boolean,
  unenrolledUserState: Deciding['unenrolledUserState'],
): FirstState {
  switch (outcome) {
    case 'ALLOW':
      return 'ALLOW';
    case 'CHALLENGE':
      return isEnrolled ? 'CHALLENGE_REQUIRED' : unenrolledUserState;
    case 'REVIEW':
      return 'REVIEW_REQUIRED';
    case 'BLOCK':
      return 'BLOCK';
  }
}
