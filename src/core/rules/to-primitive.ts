import { spendSteps, type Inputs } from './inputs.ts';
import { isList, UNKNOWN, type Primitive, type Unknown, type Value } from './value.ts';

/**
 * JavaScript's ToPrimitive for JSON, without its detours: an own `toString` or a null prototype of an object that came
 * over the wire changes nothing here. Unknown if a part of an array is.
 */
export function toPrimitive(value: Value, inputs: Inputs): Primitive | Unknown {
  if (typeof value !== 'object' || value === null) return value;
  return isList(value) ? joinTexts(value, ',', inputs) : '[object Object]';
}

/** Array.prototype.join: null is an empty text. */
export function joinTexts(values: readonly Value[], separator: string, inputs: Inputs): string | Unknown {
  let text = '';
  for (const [index, value] of values.entries()) {
    const part = toPrimitive(value, inputs);
    if (part === UNKNOWN) return UNKNOWN;
    const partText = part === null ? '' : String(part);
    // An array that a rule built can hold one array many times over, so the text may be far larger than the rule.
    spendSteps(inputs, 1 + partText.length / 64);
    text += index > 0 ? separator + partText : partText;
  }
  return text;
}
