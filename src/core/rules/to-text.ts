import { steps } from './steps.ts';
import { spendSteps, type Inputs } from './inputs.ts';
import { isList, UNKNOWN, type Unknown, type Value } from './value.ts';

/**
 * JavaScript's text of a JSON value, without its detours: an own `toString` or a null prototype of an object that came
 * over the wire changes nothing here. Null has no text, and neither has a list with a null in it (ruling 38).
 */
export function toText(value: Value, inputs: Inputs): string | null | Unknown {
  if (typeof value === 'string' || value === null || value === UNKNOWN) return value;
  if (typeof value !== 'object') return String(value);
  return isList(value) ? joinTexts(value, ',', inputs) : '[object Object]';
}

/** Null if one of the values is, else unknown if one of them is. */
export function joinTexts(values: readonly Value[], separator: string, inputs: Inputs): string | null | Unknown {
  let text = '';
  let isUnknown = false;
  for (const [index, value] of values.entries()) {
    const part = toText(value, inputs);
    if (part === null) return null;
    if (part === UNKNOWN) {
      isUnknown = true;
      continue;
    }
    // An array that a rule built can hold one array many times over, so the text may be far larger than the rule.
    spendSteps(inputs, 1 + steps.ofText(part));
    text += index > 0 ? separator + part : part;
  }
  return isUnknown ? UNKNOWN : text;
}
