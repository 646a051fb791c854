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

/** What is decided, and what a challenge has to be like. */
export interface Decision {
  readonly outcome: Outcome;
  /** The rule whose outcome this is, be it one that matched or one that could not be computed. Null: the action's default. */
  readonly decidingRuleId: string | null;
  /** By priority. */
  readonly matchedRuleIds: readonly string[];
  /** The rules that could not be computed, by priority. All others did not match. */
  readonly unknownRuleIds: readonly string[];
  /** Null: every enabled method. */
  readonly verificationMethods: readonly string[] | null;
  /** Null also if the one set is not among the methods. */
  readonly defaultVerificationMethod: string | null;
  readonly promptToEnrollVerificationMethods: readonly string[] | null;
  readonly minimumAssurance: Assurance | null;
  /** Whether rules that could not be computed raised the outcome. */
  readonly isStricterByUnknown: boolean;
  /** Whether they would have raised it further, but for the cap at CHALLENGE (ruling 8). */
  readonly isCappedAtChallenge: boolean;
  /** Whether a rule may block or hold the action when a track tells what is awaited: until then no proof is enough (ruling 36). */
  readonly isAwaitingTrack: boolean;
}

/** What a rule says that matched or could not be computed. */
export interface Verdict {
  readonly rule: Rule;
  readonly truth: true | Unknown;
  /** Whether it is unknown and reads what only a track tells. */
  readonly isAwaiting: boolean;
}

/** What may decide: a rule, or last of all the action itself (`rule` null). */
interface Candidate {
  readonly rule: Rule | null;
  readonly outcome: Outcome;
}

/**
 * The first rule that matches decides, so that an operator can put an exception above a general rule; without one the
 * action's default does. Rules ahead of that one which could not be computed may have been the first: the strictest
 * outcome among all of these holds (ruling 8, I5). Expects the verdicts by priority; rules that did not match have none.
 */
export function decideOutcome(verdicts: readonly Verdict[], action: Action, user: User): Decision {
  const firstMatch = verdicts.findIndex(({ truth }) => truth === true);
  const ahead = firstMatch === -1 ? verdicts : verdicts.slice(0, firstMatch);
  const certain = candidateOf(verdicts[firstMatch]?.rule ?? null, action);
  const unknown = ahead.filter(({ truth }) => truth === UNKNOWN);
  // What waits for a track shuts nobody out before it; the action stays open until then.
  const isHeldUp = (rule: Rule, isAwaiting: boolean) => isAwaiting && isStricter(rule.type, 'CHALLENGE');
  const possible = unknown.map(({ rule, isAwaiting }): Candidate =>
    isHeldUp(rule, isAwaiting) ? { rule, outcome: 'CHALLENGE' } : candidateOf(rule, action),
  );

  const strictest = possible.reduce((a, b) => (isStricter(b.outcome, a.outcome) ? b : a), certain);
  // What is certain is never lowered; what is only possible may not lock out a user who can prove who they are.
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
 * Ruling 9: the highest assurance and the methods that satisfy every candidate but ALLOW; where no method does, those of
 * the candidate with the highest assurance, then of the lowest priority number. With one candidate that is its own demand.
 */
function combineDemands(candidates: readonly Candidate[], deciding: Candidate, action: Action) {
  const demanding = candidates.filter(({ outcome }) => outcome !== 'ALLOW');
  const demands = (demanding.length > 0 ? demanding : [deciding]).map(({ rule }) => demandOf(rule, action));

  // Candidates come by priority, so the first of the highest is the one of the lowest number.
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

/** A default that the challenge does not accept would only be shown to be refused. */
function firstOf(method: string | null | undefined, methods: readonly string[] | null): string | null {
  if (!method) return null;
  return methods === null || methods.includes(method) ? method : null;
}
