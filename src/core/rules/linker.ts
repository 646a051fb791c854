import type { Condition } from './condition.ts';
import { historyKey, type HistoryQuestion } from './history-question.ts';
import type { Needs } from './inputs.ts';
import type { CompiledCondition } from './logic.ts';
import { UNKNOWN, type Value } from './value.ts';

/** What the compiled conditions of one rule set share: the positions of their inputs, and the value lists. */
export interface Linker {
  /** Called with every part of a condition as it is compiled. */
  readonly onCompiled?: (part: Condition, compiled: CompiledCondition) => void;
  readonly needs: Needs;
  factIndex(path: string): number;
  historyIndex(question: HistoryQuestion): number;
  list(alias: string): Value | undefined;
}

/** Every list is unknown: a result that is certain then is certain for any lists. */
export function createBlindLinker(): Linker {
  return { ...createLinker(new Map()), list: () => UNKNOWN };
}

/** Grows as conditions are compiled with it. A list may be unknown, or have unknown items. */
export function createLinker(lists: ReadonlyMap<string, Value>): Linker {
  const paths: string[] = [];
  const history: { key: string; question: HistoryQuestion }[] = [];
  const positions = new Map<string, number>();

  return {
    needs: { paths, history },

    factIndex(path) {
      const name = `fact ${path}`;
      const index = positions.get(name) ?? paths.push(path) - 1;
      positions.set(name, index);
      return index;
    },

    historyIndex(question) {
      const key = historyKey(question);
      const name = `history ${key}`;
      const index = positions.get(name) ?? history.push({ key, question }) - 1;
      positions.set(name, index);
      return index;
    },

    list: (alias) => lists.get(alias),
  };
}
