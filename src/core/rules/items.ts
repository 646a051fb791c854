import { spendSteps, type Inputs } from './inputs.ts';
import type { Read, Test } from './logic.ts';
import { isList, UNKNOWN, type Truth, type Value } from './value.ts';

/** The operators that look at each item of a list. */
export const items = {
  some(list: Value, test: Test, inputs: Inputs): Truth {
    if (list === UNKNOWN) return UNKNOWN;
    let result: Truth = false;
    for (const item of asList(list, inputs)) {
      const truth = test(inputs, item);
      if (truth === true) return true;
      if (truth === UNKNOWN) result = UNKNOWN;
    }
    return result;
  },

  /** JsonLogic: all of nothing is false. */
  all(list: Value, test: Test, inputs: Inputs): Truth {
    if (list === UNKNOWN) return UNKNOWN;
    let result: Truth = isList(list) && list.length > 0;
    for (const item of asList(list, inputs)) {
      const truth = test(inputs, item);
      if (truth === false) return false;
      if (truth === UNKNOWN) result = UNKNOWN;
    }
    return result;
  },

  map(list: Value, read: Read, inputs: Inputs): Value {
    return list === UNKNOWN ? UNKNOWN : asList(list, inputs).map((item) => read(inputs, item));
  },

  /** Unknown if it is unknown for one item whether it stays. */
  filter(list: Value, test: Test, inputs: Inputs): Value {
    if (list === UNKNOWN) return UNKNOWN;
    const kept: Value[] = [];
    for (const item of asList(list, inputs)) {
      const truth = test(inputs, item);
      if (truth === UNKNOWN) return UNKNOWN;
      if (truth) kept.push(item);
    }
    return kept;
  },

  reduce(list: Value, read: Read, initial: Value, inputs: Inputs): Value {
    if (list === UNKNOWN) return UNKNOWN;
    return asList(list, inputs).reduce((accumulator, current) => read(inputs, { accumulator, current }), initial);
  },
};

function asList(value: Value, inputs: Inputs): readonly Value[] {
  if (!isList(value)) return [];
  spendSteps(inputs, value.length);
  return value;
}
