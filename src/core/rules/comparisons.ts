import type { Inputs } from './inputs.ts';
import { orderTexts } from './order-texts.ts';
import { toNumber } from './to-number.ts';
import { toText } from './to-text.ts';
import { UNKNOWN, type Truth, type Value } from './value.ts';

type Comparison = (left: Value, right: Value, inputs: Inputs) => Truth;

/** With null on a side nothing is equal but null, and nothing is smaller or larger (specification, part 4.5; ruling 38). */
export const comparisons = {
  '==': equals,
  '!=': (left, right, inputs) => not(equals(left, right, inputs)),
  '===': isSame,
  '!==': (left, right) => not(isSame(left, right)),
  '<': ordering((left, right) => left < right),
  '<=': ordering((left, right) => left <= right),
  '>': ordering((left, right) => left > right),
  '>=': ordering((left, right) => left >= right),
} satisfies Record<string, Comparison>;

/** Loose, as JsonLogic promises: an amount sent as "2001" equals 2001. A number beside anything else needs a number there. */
function equals(left: Value, right: Value, inputs: Inputs): Truth {
  if (left === UNKNOWN || right === UNKNOWN) return UNKNOWN;
  // Two objects are equal only when they are one.
  if (left === null || right === null || typeof left === typeof right) return left === right;
  if (typeof left === 'number') return left === toNumber(right);
  if (typeof right === 'number') return right === toNumber(left);
  if (typeof left === 'boolean' || typeof right === 'boolean') return false;
  // A text and an array or object.
  const a = toText(left, inputs);
  const b = toText(right, inputs);
  return a === UNKNOWN || b === UNKNOWN ? UNKNOWN : a === b;
}

function isSame(left: Value, right: Value): Truth {
  return left === UNKNOWN || right === UNKNOWN ? UNKNOWN : left === right;
}

function ordering(holds: (left: number, right: number) => boolean): Comparison {
  return (left, right) => {
    // The usual case, and the one that F21 measures.
    if (typeof left === 'number' && typeof right === 'number') return holds(left, right);
    // Before the look at unknown: beside what has no order the answer is certain.
    if (!hasOrder(left) || !hasOrder(right)) return false;
    if (left === UNKNOWN || right === UNKNOWN) return UNKNOWN;
    if (typeof left === 'string' && typeof right === 'string') return holds(orderTexts(left, right), 0);
    const a = toNumber(left);
    const b = toNumber(right);
    return typeof a === 'number' && typeof b === 'number' && holds(a, b);
  };
}

/** Whether there may be something smaller or larger: than a number, a text, or what could turn out to be one. */
function hasOrder(value: Value): boolean {
  return typeof value === 'number' || typeof value === 'string' || value === UNKNOWN;
}

function not(truth: Truth): Truth {
  return truth === UNKNOWN ? UNKNOWN : !truth;
}
