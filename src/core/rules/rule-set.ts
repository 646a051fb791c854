import type { Unknown, Value } from './value.ts';

// Both lists run from the mildest to the strictest (I5, ruling 10); comparisons use the position.
export const outcomes = ['ALLOW', 'CHALLENGE', 'REVIEW', 'BLOCK'] as const;
export const assurances = ['low', 'restricted', 'medium', 'high'] as const;

export type Outcome = (typeof outcomes)[number];
export type Assurance = (typeof assurances)[number];

/** What an action or a rule may demand of a challenge. Null and absent both mean no demand. */
export interface Demands {
  readonly verificationMethods?: readonly string[] | null | undefined;
  readonly defaultVerificationMethod?: string | null | undefined;
  readonly promptToEnrollVerificationMethods?: readonly string[] | null | undefined;
  readonly minimumAssurance?: Assurance | null | undefined;
}

export interface Action extends Demands {
  readonly actionCode: string;
  readonly defaultUserActionResult: Outcome;
}

export interface Rule extends Demands {
  readonly ruleId: string;
  readonly name: string;
  readonly isActive: boolean;
  /** 0 is evaluated first and wins. */
  readonly priority: number;
  readonly type: Outcome;
  /** JsonLogic as it was sent. Absent, null and `{}` always match. */
  readonly conditions?: unknown;
}

export type ListItem = string | number;

/** Value lists by alias. */
export type ValueLists = ReadonlyMap<string, readonly ListItem[]>;

export interface RuleSet {
  readonly rules: readonly Rule[];
  readonly lists: ValueLists;
}

/** Everything a decision depends on besides the rule set. The same evidence always gives the same decision. */
export interface Evidence {
  /** The fact document of management-and-rules 4.4, without `lists`. */
  readonly facts: { readonly [fact: string]: Value | undefined };
  /** Answers by the key of the history question; a missing answer counts as unknown. */
  readonly history: ReadonlyMap<string, number | null | Unknown>;
  /**
   * Paths of facts that only a track provides, before there was one: they are unknown, and rules that read them wait
   * for it.
   */
  readonly awaited?: readonly string[] | undefined;
}

export interface User {
  /** Whether the user could pass a challenge of this action now (ruling 17: verified, built, enabled, allowed, not locked). */
  readonly hasUsableAuthenticator: boolean;
}
