import { steps } from './steps.ts';
import { spendSteps, type Inputs } from './inputs.ts';
import { orderTexts } from './order-texts.ts';
import { toNumber } from './to-number.ts';
import { toText } from './to-text.ts';
import { UNKNOWN, type Truth, type Value } from './value.ts';

type Comparison = (left: Value, right: Value, inputs: Inputs) => Truth;

/** Only null equals null, and nothing is smaller or larger than null (management-and-rules 4.5, ruling 38). */
export const comparisons = {
  '==': equals,
  '!=': (left, right, inputs) => not(equals(left, right, inputs)),
  '===': isSame,
  '!==': (left, right, inputs) => not(isSame(left, right, inputs)),
  '<': ordering((left, right) => left < right),
  '<=': ordering((left, right) => left <= right),
  '>': ordering((left, right) => left > right),
  '>=': ordering((left, right) => left >= right),
} satisfies Record<string, Comparison>;

/**
 * Loose, as JsonLogic specifies: an amount sent as "2001" equals 2001. If one side is a number, the other must be one
 * too.
 */
function equals(left: Value, right: Value, inputs: Inputs): Truth {
  if (left === UNKNOWN || right === UNKNOWN) return UNKNOWN;
  // Two objects are equal only if they are the same object.
  if (left === null || right === null || typeof left === typeof right) return isSame(left, right, inputs);
  if (typeof left === 'number') return left === toNumber(right, inputs);
  if (typeof right === 'number') return right === toNumber(left, inputs);
  if (typeof left === 'boolean' || typeof right === 'boolean') return false;
  // A text and an array or object.
  const a = toText(left, inputs);
  const b = toText(right, inputs);
  return a === null || b === null ? false : isSame(a, b, inputs);
}

function isSame(left: Value, right: Value, inputs: Inputs): Truth {
  if (left === UNKNOWN || right === UNKNOWN) return UNKNOWN;
  // Texts of different lengths differ without a comparison.
  if (typeof left === 'string' && typeof right === 'string' && left.length === right.length)
    spendSteps(inputs, steps.ofText(left));
  return left === right;
}

function ordering(holds: (left: number, right: number) => boolean): Comparison {
  return (left, right, inputs) => {
    // The usual case, and the one that F21 measures.
    if (typeof left === 'number' && typeof right === 'number') return holds(left, right);
    // Checked before unknown: beside a value that has no order, the result is certain.
    if (!hasOrder(left) || !hasOrder(right)) return false;
    if (left === UNKNOWN || right === UNKNOWN) return UNKNOWN;
    if (typeof left === 'string' && typeof right === 'string') return holds(orderTexts(left, right, inputs), 0);
    const a = toNumber(left, inputs);
    const b = toNumber(right, inputs);
    return typeof a === 'number' && typeof b === 'number' && holds(a, b);
  };
}

/** Whether anything can be smaller or larger: than a number, a text, or a value that could turn out to be one. */
function hasOrder(value: Value): boolean {
  return typeof value === 'number' || typeof value === 'string' || value === UNKNOWN;
}

function not(truth: Truth): Truth {
  return truth === UNKNOWN ? UNKNOWN : !truth;
}
