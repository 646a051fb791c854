import {
  assurances,
  outcomes,
  type Action,
  type Assurance,
  type Demands,
  type Outcome,
  type Rule,
  type User,
} from './rule-set.ts';
import { UNKNOWN, type Unknown } from './value.ts';

/** The decision, and what a challenge requires. */
export interface Decision {
  readonly outcome: Outcome;
  /** The rule with this outcome, whether it matched or could not be computed. Null: the action's default. */
  readonly decidingRuleId: string | null;
  /** By priority. */
  readonly matchedRuleIds: readonly string[];
  /** The rules that could not be computed, by priority. All others did not match. */
  readonly unknownRuleIds: readonly string[];
  /** Null: every enabled method. */
  readonly verificationMethods: readonly string[] | null;
  /** Also null if the configured one is not among the methods. */
  readonly defaultVerificationMethod: string | null;
  readonly promptToEnrollVerificationMethods: readonly string[] | null;
  readonly minimumAssurance: Assurance | null;
  /** Whether rules that could not be computed raised the outcome. */
  readonly isStricterByUnknown: boolean;
  /** Whether they would have raised it further without the cap at CHALLENGE (ruling 8). */
  readonly isCappedAtChallenge: boolean;
  /**
   * Whether a rule may block or hold the action once a track sends the awaited values: until then no proof is enough
   * (ruling 36).
   */
  readonly isAwaitingTrack: boolean;
}

/** The verdict of a rule that matched or could not be computed. */
export interface Verdict {
  readonly rule: Rule;
  readonly truth: true | Unknown;
  /** Whether it is unknown and reads facts that only a track provides. */
  readonly isAwaiting: boolean;
}

/** A candidate for deciding: a rule, or last of all the action itself (`rule` null). */
interface Candidate {
  readonly rule: Rule | null;
  readonly outcome: Outcome;
}

/**
 * The first rule that matches decides, so that an operator can put an exception above a general rule. If none matches,
 * the action's default decides. Rules above that one that could not be computed may have been the first match: the
 * strictest outcome among all of these applies (ruling 8, I5). Expects the verdicts by priority; rules that did not
 * match have none.
 */
export function decideOutcome(verdicts: readonly Verdict[], action: Action, user: User): Decision {
  const firstMatch = verdicts.findIndex(({ truth }) => truth === true);
  const ahead = firstMatch === -1 ? verdicts : verdicts.slice(0, firstMatch);
  const certain = candidateOf(verdicts[firstMatch]?.rule ?? null, action);
  const unknown = ahead.filter(({ truth }) => truth === UNKNOWN);
  // A rule that waits for a track blocks no one before it; the action stays open until then.
  const isHeldUp = (rule: Rule, isAwaiting: boolean) => isAwaiting && isStricter(rule.type, 'CHALLENGE');
  const possible = unknown.map(({ rule, isAwaiting }): Candidate =>
    isHeldUp(rule, isAwaiting) ? { rule, outcome: 'CHALLENGE' } : candidateOf(rule, action),
  );

  const strictest = possible.reduce((a, b) => (isStricter(b.outcome, a.outcome) ? b : a), certain);
  // A certain outcome is never lowered. A merely possible one may not block a user who can pass a challenge.
  const ceiling = isStricter(certain.outcome, 'CHALLENGE') ? certain.outcome : 'CHALLENGE';
  const isCappedAtChallenge = user.hasUsableAuthenticator && isStricter(strictest.outcome, ceiling);
  const outcome = isCappedAtChallenge ? ceiling : strictest.outcome;
  const isStricterByUnknown = isStricter(outcome, certain.outcome);
  const deciding = isStricterByUnknown ? strictest : certain;

  const demand = combineDemands([...possible, certain], deciding, action);
  return {
    outcome,
    decidingRuleId: deciding.rule?.ruleId ?? null,
    matchedRuleIds: verdicts.filter(({ truth }) => truth === true).map(({ rule }) => rule.ruleId),
    unknownRuleIds: verdicts.filter(({ truth }) => truth === UNKNOWN).map(({ rule }) => rule.ruleId),
    ...demand,
    isStricterByUnknown,
    isCappedAtChallenge,
    isAwaitingTrack:
      !isStricter(outcome, 'CHALLENGE') && unknown.some(({ rule, isAwaiting }) => isHeldUp(rule, isAwaiting)),
  };
}

/**
 * Ruling 9: the highest assurance and the methods that satisfy every candidate but ALLOW. If no method does, those of
 * the candidate with the highest assurance, and among equals the lowest priority number. A single candidate's own
 * demand applies unchanged.
 */
function combineDemands(candidates: readonly Candidate[], deciding: Candidate, action: Action) {
  const demanding = candidates.filter(({ outcome }) => outcome !== 'ALLOW');
  const demands = (demanding.length > 0 ? demanding : [deciding]).map(({ rule }) => demandOf(rule, action));

  // Candidates are in order of priority, so the first with the highest assurance has the lowest number.
  const highest = demands.reduce((a, b) => (assuranceRank(b) > assuranceRank(a) ? b : a));
  const shared = demands.map(({ verificationMethods }) => verificationMethods ?? null).reduce(intersect);
  const verificationMethods = shared?.length === 0 ? (highest.verificationMethods ?? null) : shared;

  const { defaultVerificationMethod, promptToEnrollVerificationMethods } = demandOf(deciding.rule, action);
  return {
    verificationMethods,
    defaultVerificationMethod: firstOf(defaultVerificationMethod, verificationMethods),
    promptToEnrollVerificationMethods: promptToEnrollVerificationMethods ?? null,
    minimumAssurance: highest.minimumAssurance ?? null,
  };
}

/** Each setting of a rule replaces the action's, if it is set. */
function demandOf(rule: Rule | null, action: Action): Demands {
  return {
    verificationMethods: rule?.verificationMethods ?? action.verificationMethods,
    defaultVerificationMethod: rule?.defaultVerificationMethod ?? action.defaultVerificationMethod,
    promptToEnrollVerificationMethods:
      rule?.promptToEnrollVerificationMethods ?? action.promptToEnrollVerificationMethods,
    minimumAssurance: rule?.minimumAssurance ?? action.minimumAssurance,
  };
}

function candidateOf(rule: Rule | null, action: Action): Candidate {
  return { rule, outcome: rule?.type ?? action.defaultUserActionResult };
}

function isStricter(outcome: Outcome, other: Outcome): boolean {
  return outcomes.indexOf(outcome) > outcomes.indexOf(other);
}

function assuranceRank({ minimumAssurance }: Demands): number {
  return minimumAssurance ? assurances.indexOf(minimumAssurance) : -1;
}

/** Null stands for every method. */
function intersect(a: readonly string[] | null, b: readonly string[] | null): readonly string[] | null {
  if (a === null || b === null) return a ?? b;
  return a.filter((method) => b.includes(method));
}

/** A default that the challenge does not accept would only be offered and then refused. */
function firstOf(method: string | null | undefined, methods: readonly string[] | null): string | null {
  if (!method) return null;
  return methods === null || methods.includes(method) ? method : null;
}
