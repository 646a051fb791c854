import type { HistoryQuestion } from './history-question.ts';
import type { Operator } from './operators.ts';
import type { Json } from './value.ts';

/** A checked condition. `place` is the JSON pointer of the part in its source text. */
export type Condition =
  | { readonly kind: 'value'; readonly value: Json; readonly place: string }
  | { readonly kind: 'array'; readonly items: readonly Condition[]; readonly place: string }
  | Reference
  | { readonly kind: 'history'; readonly question: HistoryQuestion; readonly place: string }
  | Missing
  | Operation;

/** `var`. Reads the fact document, or inside an item operator the current item. */
export interface Reference {
  readonly kind: 'reference';
  readonly from: 'facts' | 'item';
  readonly path: string;
  readonly fallback: Condition | null;
  readonly place: string;
}

/** `missing`, and with `needed` also `missing_some`: false as long as that many of the paths exist. */
export interface Missing {
  readonly kind: 'missing';
  readonly references: readonly Reference[];
  readonly needed: number | null;
  readonly place: string;
}

export interface Operation {
  readonly kind: 'operation';
  readonly operator: Operator;
  readonly args: readonly Condition[];
  readonly place: string;
}
