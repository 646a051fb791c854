import { historyKey, type HistoryQuestion } from './history-question.ts';
import type { Needs } from './inputs.ts';
import type { ListItem, ValueLists } from './rule-set.ts';

/** What compiled conditions of one rule set share: the positions of their inputs, and the value lists. */
export interface Linker {
  readonly needs: Needs;
  factIndex(path: string): number;
  historyIndex(question: HistoryQuestion): number;
  list(alias: string): readonly ListItem[] | undefined;
}

/** Grows as conditions are compiled with it. */
export function createLinker(lists: ValueLists): Linker {
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
