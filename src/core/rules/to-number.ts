import { isPlainDecimal } from './is-plain-decimal.ts';
import { steps } from './steps.ts';
import { spendSteps, type Inputs } from './inputs.ts';
import { UNKNOWN, type Unknown, type Value } from './value.ts';

/**
 * What stands where a number is needed: a number, or a plain decimal text. Anything else is null, as if it were missing:
 * a data point that somebody filled wrongly must not count as nought (ruling 38).
 */
export function toNumber(value: Value, inputs: Inputs): number | null | Unknown {
  if (typeof value === 'number') return Number.isNaN(value) ? null : value;
  if (typeof value === 'string') {
    spendSteps(inputs, steps.ofNumber(value));
    return isPlainDecimal(value) ? Number(value) : null;
  }
  return value === UNKNOWN ? UNKNOWN : null;
}
