import type { Inputs } from './inputs.ts';
import { toNumber } from './to-number.ts';

/** Negative if the left text comes first, 0 if neither does: plain decimals by their number, others as text. */
export function orderTexts(left: string, right: string, inputs: Inputs): number {
  const a = toNumber(left, inputs);
  const b = toNumber(right, inputs);
  if (typeof a !== 'number' || typeof b !== 'number') return compare(left, right);
  // Numbers that a double would round are sent as texts (F29), and rounding never swaps two of them.
  return a === b ? orderDigits(left.trim(), right.trim()) : compare(a, b);
}

/** Two decimals with the same double. */
function orderDigits(left: string, right: string): number {
  const [a, b] = [digitsOf(left), digitsOf(right)];
  const [isNegative, isOtherNegative] = [left.startsWith('-'), right.startsWith('-')];
  if (isNegative !== isOtherNegative) {
    const areBothZero = [a.whole, a.fraction, b.whole, b.fraction].every((digits) => digits === '');
    return areBothZero ? 0 : isNegative ? -1 : 1;
  }
  const magnitude =
    compare(a.whole.length, b.whole.length) || compare(a.whole, b.whole) || compare(a.fraction, b.fraction);
  return isNegative ? -magnitude : magnitude;
}

function digitsOf(text: string): { readonly whole: string; readonly fraction: string } {
  const [whole = '', fraction = ''] = text.split('.');
  // The end of a fraction is cut without a pattern, which would scan every run of zeros on its way.
  let end = fraction.length;
  while (fraction[end - 1] === '0') end -= 1;
  return { whole: whole.replace(/^[+-]?0*/, ''), fraction: fraction.slice(0, end) };
}

function compare<Comparable extends string | number>(left: Comparable, right: Comparable): number {
  if (left === right) return 0;
  return left < right ? -1 : 1;
}
