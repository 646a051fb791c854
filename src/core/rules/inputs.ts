import type { HistoryQuestion } from './history-question.ts';
import { readPath } from './read-path.ts';
import type { Evidence } from './rule-set.ts';
import { UNKNOWN, type Unknown, type Value } from './value.ts';

/** What rules read, each once: the caller provides exactly this and nothing else. */
export interface Needs {
  /** Paths into the fact document. Value lists are not among them. */
  readonly paths: readonly string[];
  readonly history: readonly { readonly key: string; readonly question: HistoryQuestion }[];
}

/** The values of the needs. Compiled conditions read them by position, which makes a hundred rules cheap. */
export interface Inputs {
  readonly facts: readonly (Value | undefined)[];
  readonly history: readonly (number | null | Unknown)[];
  /** Steps that may still be taken over lists and texts. The steps that do not depend on data are already spent. */
  stepsLeft: number;
}

/** Reads each path and answer once. One that throws is unknown. */
export function compileInputs(needs: Needs): (evidence: Evidence, stepsLeft: number) => Inputs {
  const paths = needs.paths.map((path) => path.split('.'));
  return ({ facts, history }, stepsLeft) => ({
    facts: paths.map((names) => readOrUnknown(facts, names)),
    history: needs.history.map(({ key }) => {
      const answer = history.get(key);
      return answer === undefined ? UNKNOWN : answer;
    }),
    stepsLeft,
  });
}

/** Inputs without any knowledge: a result that is certain with them is certain whatever the facts are (I5). */
export function unknownInputs(needs: Needs, stepsLeft: number): Inputs {
  return { facts: needs.paths.map(() => UNKNOWN), history: needs.history.map(() => UNKNOWN), stepsLeft };
}

function readOrUnknown(facts: Evidence['facts'], names: readonly string[]): Value | undefined {
  try {
    return readPath(facts, names);
  } catch {
    return UNKNOWN;
  }
}

/**
 * Called before the work. Throws if too much has been done, which makes the rule unknown: no rule may stall the server
 * or fill its memory (A73).
 */
export function spendSteps(inputs: Inputs, steps: number): void {
  inputs.stepsLeft -= steps;
  if (inputs.stepsLeft < 0) throw new RangeError('it takes too many steps');
}
