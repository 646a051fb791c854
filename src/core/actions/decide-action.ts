import type { Facts } from '../facts/gather-facts.ts';

/** What a rule or an action's default says should happen. */
export type Outcome = 'ALLOW' | 'CHALLENGE' | 'REVIEW' | 'BLOCK';

/** The state that an action is given when it is tracked. */
export type FirstState = 'ALLOW' | 'CHALLENGE_REQUIRED' | 'REVIEW_REQUIRED' | 'BLOCK';

/**
 * The decision record, stored with the action and never changed: enough to say, and to compute again, why the action got
 * its state.
 */
export interface DecisionRecord {
  readonly v: 1;
  readonly outcome: Outcome;
  /** What decided: the action's default outcome. */
  readonly source: 'default';
  /** What the decision was made from, as plain values. */
  readonly inputs: Facts;
}

/** Decides an action from its facts: by the default outcome of its configuration. */
export function decideAction(
  facts: Facts,
  defaultOutcome: Outcome,
  settings: { readonly unenrolledUserState: 'CHALLENGE_REQUIRED' | 'ALLOW' },
): { readonly state: FirstState; readonly record: DecisionRecord } {
  const record: DecisionRecord = { v: 1, outcome: defaultOutcome, source: 'default', inputs: facts };
  return { state: firstState(defaultOutcome, facts.user, settings), record };
}

/**
 * The state that an outcome leads to. A user without authenticators under CHALLENGE is challenged all the same and led
 * through enrolment; `unenrolledUserState: 'ALLOW'` lets such a user pass (server-api 9.1).
 */
function firstState(
  outcome: Outcome,
  user: { readonly isEnrolled: boolean },
  settings: { readonly unenrolledUserState: 'CHALLENGE_REQUIRED' | 'ALLOW' },
): FirstState {
  switch (outcome) {
    case 'ALLOW':
      return 'ALLOW';
    case 'CHALLENGE':
      return user.isEnrolled ? 'CHALLENGE_REQUIRED' : settings.unenrolledUserState;
    case 'REVIEW':
      return 'REVIEW_REQUIRED';
    case 'BLOCK':
      return 'BLOCK';
  }
}
