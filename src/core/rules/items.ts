import { spendSteps, type Inputs } from './inputs.ts';
import type { Read, Test } from './logic.ts';
import { isList, UNKNOWN, type Truth, type Value } from './value.ts';

/**
 * The operators that read each item of a list, at a cost of `itemSteps` each. Those that compute a value from a list
 * give null if there is no list (ruling 38).
 */
export const items = {
  some(list: Value, test: Test, itemSteps: number, inputs: Inputs): Truth {
    if (list === UNKNOWN) return UNKNOWN;
    let result: Truth = false;
    for (const item of asList(list, itemSteps, inputs)) {
      const truth = test(inputs, item);
      if (truth === true) return true;
      if (truth === UNKNOWN) result = UNKNOWN;
    }
    return result;
  },

  /** JsonLogic: `all` of an empty list is false. */
  all(list: Value, test: Test, itemSteps: number, inputs: Inputs): Truth {
    if (list === UNKNOWN) return UNKNOWN;
    let result: Truth = isList(list) && list.length > 0;
    for (const item of asList(list, itemSteps, inputs)) {
      const truth = test(inputs, item);
      if (truth === false) return false;
      if (truth === UNKNOWN) result = UNKNOWN;
    }
    return result;
  },

  map(list: Value, read: Read, itemSteps: number, inputs: Inputs): Value {
    if (!isList(list)) return list === UNKNOWN ? UNKNOWN : null;
    return asList(list, itemSteps, inputs).map((item) => read(inputs, item));
  },

  /** Unknown if for any item it is unknown whether it stays. */
  filter(list: Value, test: Test, itemSteps: number, inputs: Inputs): Value {
    if (!isList(list)) return list === UNKNOWN ? UNKNOWN : null;
    const kept: Value[] = [];
    for (const item of asList(list, itemSteps, inputs)) {
      const truth = test(inputs, item);
      if (truth === UNKNOWN) return UNKNOWN;
      if (truth) kept.push(item);
    }
    return kept;
  },

  /** Without an `initial` value it begins with null; an `initial` that is null is a missing operand. */
  reduce(list: Value, read: Read, initial: Value | undefined, itemSteps: number, inputs: Inputs): Value {
    if (initial === null) return null;
    if (!isList(list)) return list === UNKNOWN ? UNKNOWN : null;
    if (initial === UNKNOWN) return UNKNOWN;
    return asList(list, itemSteps, inputs).reduce(
      (accumulator, current) => read(inputs, { accumulator, current }),
      initial ?? null,
    );
  },
};

function asList(value: Value, itemSteps: number, inputs: Inputs): readonly Value[] {
  if (!isList(value)) return [];
  spendSteps(inputs, value.length * (1 + itemSteps));
  return value;
}
