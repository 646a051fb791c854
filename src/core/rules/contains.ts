import { steps } from './steps.ts';
import { spendSteps, type Inputs } from './inputs.ts';
import { toText } from './to-text.ts';
import { isList, UNKNOWN, type Truth, type Value } from './value.ts';

/** `in`: strict for a list, a substring for a text, false for everything else and if the value sought is null. */
export function contains(container: Value, value: Value, inputs: Inputs): Truth {
  if (value === null) return false;
  if (container === UNKNOWN) return UNKNOWN;
  if (isList(container)) return listContains(container, value, inputs);
  if (typeof container !== 'string' || container === '') return false;
  const part = toText(value, inputs);
  if (part === null || part === UNKNOWN) return part === UNKNOWN ? UNKNOWN : false;
  spendSteps(inputs, steps.ofTextSearch(container, part));
  return container.includes(part);
}

function listContains(list: readonly Value[], value: Value, inputs: Inputs): Truth {
  if (list.length === 0) return false;
  if (value === UNKNOWN) return UNKNOWN;
  spendSteps(inputs, list.length * (typeof value === 'string' ? 1 + steps.ofText(value) : 1));
  if (list.indexOf(value) !== -1) return true;
  return list.includes(UNKNOWN) ? UNKNOWN : false;
}
