import type { HistoryQuestion } from './history-question.ts';
import { readPath } from './read-path.ts';
import type { Evidence } from './rule-set.ts';
import { UNKNOWN, type Unknown, type Value } from './value.ts';

/** What rules read, each thing once: the caller gets exactly this and nothing else. */
export interface Needs {
  /** Paths into the fact document. Value lists are not among them. */
  readonly paths: readonly string[];
  readonly history: readonly { readonly key: string; readonly question: HistoryQuestion }[];
}

/** The needs, read. Conditions are compiled to read them by position, which is what makes a hundred rules cheap. */
export interface Inputs {
  readonly facts: readonly (Value | undefined)[];
  readonly history: readonly (number | null | Unknown)[];
  /** Steps that one rule may still take over lists and texts. */
  stepsLeft: number;
}

// Two lists of 300 items against each other, or one of 10,000 items ten times; about 10 ms.
export const stepsMax = 100_000;

/** Reads each path and answer once. One that throws is unknown. */
export function compileInputs(needs: Needs): (evidence: Evidence) => Inputs {
  const paths = needs.paths.map((path) => path.split('.'));
  return ({ facts, history }) => ({
    facts: paths.map((names) => readOrUnknown(facts, names)),
    history: needs.history.map(({ key }) => {
      const answer = history.get(key);
      return answer === undefined ? UNKNOWN : answer;
    }),
    stepsLeft: stepsMax,
  });
}

function readOrUnknown(facts: Evidence['facts'], names: readonly string[]): Value | undefined {
  try {
    return readPath(facts, names);
  } catch {
    return UNKNOWN;
  }
}

/** Throws when a rule has done too much, which makes it unknown: no rule may stall the server or fill its memory (A73). */
export function spendSteps(inputs: Inputs, steps: number): void {
  inputs.stepsLeft -= steps;
  if (inputs.stepsLeft < 0) throw new RangeError('the rule takes too many steps');
}
