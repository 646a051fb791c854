import type { Inputs } from './inputs.ts';
import { isTruthy } from './is-truthy.ts';
import { UNKNOWN, type Truth, type Unknown, type Value } from './value.ts';

/** A compiled condition, asked for its value or only for its truth. `item` is what an item operator is looking at. */
export type Closure<Result> = (inputs: Inputs, item: Value) => Result;
export type Read = Closure<Value>;
export type Test = Closure<Truth>;

/**
 * Strong Kleene logic. Asked for truth, `false and unknown` is false. Asked for a value it is unknown: JsonLogic gives
 * back the first false *value*, and whether that is the unknown one nobody can tell.
 */
export const logic = {
  not(test: Test): Test {
    return (inputs, item) => {
      const truth = test(inputs, item);
      return truth === UNKNOWN ? UNKNOWN : !truth;
    };
  },

  every(tests: readonly Test[]): Test {
    return (inputs, item) => {
      let result: Truth = tests.length > 0; // An empty group matches nothing.
      for (const test of tests) {
        const truth = test(inputs, item);
        if (truth === false) return false;
        if (truth === UNKNOWN) result = UNKNOWN;
      }
      return result;
    };
  },

  some(tests: readonly Test[]): Test {
    return (inputs, item) => {
      let result: Truth = false;
      for (const test of tests) {
        const truth = test(inputs, item);
        if (truth === true) return true;
        if (truth === UNKNOWN) result = UNKNOWN;
      }
      return result;
    };
  },

  /** The first value whose truth is the one that ends the search (`and`: false, `or`: true), else the last value. */
  firstValue(reads: readonly Read[], ending: boolean): Read {
    return (inputs, item) => {
      let value: Value = null;
      for (const read of reads) {
        value = read(inputs, item);
        const truth = isTruthy(value);
        if (truth === UNKNOWN || truth === ending) return value;
      }
      return value;
    };
  },

  /** `if`, for values and for truths: unknown only if the answer hangs on it. */
  choose<Result>(test: Test, yes: Closure<Result>, no: Closure<Result>): Closure<Result | Unknown> {
    return (inputs, item) => {
      const truth = test(inputs, item);
      if (truth !== UNKNOWN) return truth ? yes(inputs, item) : no(inputs, item);
      const answer = yes(inputs, item);
      return answer === no(inputs, item) ? answer : UNKNOWN;
    };
  },
};
