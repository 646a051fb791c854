import type { Inputs } from './inputs.ts';
import { toPrimitive } from './to-primitive.ts';
import { UNKNOWN, type Truth, type Value } from './value.ts';

type Comparison = (left: Value, right: Value, inputs: Inputs) => Truth;
type Comparable = string | number | boolean;

/** JavaScript's comparisons, but with null on a side nothing is smaller or larger (specification, part 4.5). */
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

function equals(left: Value, right: Value, inputs: Inputs): Truth {
  if (left === UNKNOWN || right === UNKNOWN) return UNKNOWN;
  // Null equals nothing but null, and two objects are equal only when they are one.
  if (left === null || right === null || (typeof left === 'object' && typeof right === 'object')) return left === right;
  const a = toPrimitive(left, inputs);
  const b = toPrimitive(right, inputs);
  if (a === UNKNOWN || b === UNKNOWN) return UNKNOWN;
  // eslint-disable-next-line eqeqeq -- loose is what JsonLogic promises: an amount sent as "2001" equals 2001
  return a == b;
}

function isSame(left: Value, right: Value): Truth {
  return left === UNKNOWN || right === UNKNOWN ? UNKNOWN : left === right;
}

function ordering(holds: (left: Comparable, right: Comparable) => boolean): Comparison {
  return (left, right, inputs) => {
    // Before the look at unknown: beside a null the answer is certain.
    if (left === null || right === null) return false;
    // The usual case, and the one that F21 measures.
    if (typeof left === 'number' && typeof right === 'number') return holds(left, right);
    const a = toPrimitive(left, inputs);
    const b = toPrimitive(right, inputs);
    if (a === UNKNOWN || b === UNKNOWN) return UNKNOWN;
    return a !== null && b !== null && holds(a, b);
  };
}

function not(truth: Truth): Truth {
  return truth === UNKNOWN ? UNKNOWN : !truth;
}
