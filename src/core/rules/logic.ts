import type { Inputs } from './inputs.ts';
import { isTruthy } from './is-truthy.ts';
import { UNKNOWN, type Truth, type Unknown, type Value } from './value.ts';

/**
 * A compiled condition, evaluated for its value or only for its truth. `item` is the current item of an item operator.
 */
export type Closure<Result> = (inputs: Inputs, item: Value) => Result;
export type Read = Closure<Value>;
export type Test = Closure<Truth>;

/** A condition as closures, evaluated for its value or for its truth. */
export interface CompiledCondition {
  readonly read: Read;
  readonly test: Test;
}

/**
 * Strong Kleene logic. As a truth, `false and unknown` is false. As a value it is unknown: JsonLogic returns the first
 * false *value*, and that could be the unknown one.
 */
export const logic = {
  not(test: Test): Test {
    return (inputs, item) => {
      const truth = test(inputs, item);
      return truth === UNKNOWN ? UNKNOWN : !truth;
    };
  },

  every(tests: readonly Test[]): Test {
    const [a, b, c, d, ...more] = tests;
    if (a !== undefined && more.length === 0) return everyOfFour(a, b, c, d);
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
    const [a, b, c, d, ...more] = tests;
    if (a !== undefined && more.length === 0) return someOfFour(a, b, c, d);
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

  /** The first value whose truth ends the search (`and`: false, `or`: true), or else the last value. */
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

  /** `if`, for values and for truths: unknown only if the result depends on it. */
  choose<Result>(test: Test, yes: Closure<Result>, no: Closure<Result>): Closure<Result | Unknown> {
    return (inputs, item) => {
      const truth = test(inputs, item);
      if (truth !== UNKNOWN) return truth ? yes(inputs, item) : no(inputs, item);
      const answer = yes(inputs, item);
      return answer === no(inputs, item) ? answer : UNKNOWN;
    };
  },
};

// Most groups have at most four parts. A loop over the parts is a third of a rule's cost.
function everyOfFour(a: Test, b: Test | undefined, c: Test | undefined, d: Test | undefined): Test {
  return (inputs, item) => {
    const first = a(inputs, item);
    if (first === false) return false;
    const second = b === undefined || b(inputs, item);
    if (second === false) return false;
    const third = c === undefined || c(inputs, item);
    if (third === false) return false;
    const fourth = d === undefined || d(inputs, item);
    if (fourth === false) return false;
    return first === true && second === true && third === true ? fourth : UNKNOWN;
  };
}

function someOfFour(a: Test, b: Test | undefined, c: Test | undefined, d: Test | undefined): Test {
  return (inputs, item) => {
    const first = a(inputs, item);
    if (first === true) return true;
    const second = b !== undefined && b(inputs, item);
    if (second === true) return true;
    const third = c !== undefined && c(inputs, item);
    if (third === true) return true;
    const fourth = d !== undefined && d(inputs, item);
    if (fourth === true) return true;
    return first === false && second === false && third === false ? fourth : UNKNOWN;
  };
}
