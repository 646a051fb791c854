import { historyKey, type HistoryQuestion } from './history-question.ts';
import type { Needs } from './inputs.ts';
import type { ListItem, ValueLists } from './rule-set.ts';

/** What compiled conditions of one rule set share: the positions of their inputs, and the value lists as sets. */
export interface Linker {
  readonly needs: Needs;
  factIndex(path: string): number;
  historyIndex(question: HistoryQuestion): number;
  list(alias: string): readonly ListItem[] | undefined;
  listAsSet(alias: string): ReadonlySet<unknown> | undefined;
}

/** Grows as conditions are compiled with it. */
export function createLinker(lists: ValueLists): Linker {
  const paths: string[] = [];
  const history: { key: string; question: HistoryQuestion }[] = [];
  const positions = new Map<string, number>();
  const sets = new Map<string, ReadonlySet<unknown>>();

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

    listAsSet(alias) {
      const list = lists.get(alias);
      if (list === undefined) return undefined;
      const set = sets.get(alias) ?? new Set<unknown>(list);
      sets.set(alias, set);
      return set;
    },
  };
}
