import { steps } from './steps.ts';
import { spendSteps, type Inputs } from './inputs.ts';
import { toNumber } from './to-number.ts';
import { joinTexts, toText } from './to-text.ts';
import { isList, UNKNOWN, type Value } from './value.ts';

type Calculation = (args: readonly Value[], inputs: Inputs) => Value;

/**
 * The operators that compute a value from values. A null operand gives null, even beside an unknown one; otherwise an
 * unknown operand gives unknown (ruling 38). On numbers and texts they compute as json-logic-js 2.0.5 does.
 */
export const calculations = {
  '+': numeric((terms) => terms.reduce((sum, term) => sum + term, 0)),
  '*': numeric((factors) => factors.reduce((product, factor) => product * factor)),
  '-': numeric(([a = 0, b]) => (b === undefined ? -a : a - b)),
  '/': numeric(([a = 0, b = 0]) => a / b),
  '%': numeric(([a = 0, b = 0]) => a % b),
  max: numeric((numbers) => numbers.reduce((a, b) => Math.max(a, b))),
  min: numeric((numbers) => numbers.reduce((a, b) => Math.min(a, b))),
  cat: (args, inputs) => joinTexts(args, '', inputs),
  substr,
  merge,
} satisfies Record<string, Calculation>;

/** A result that is not a number, 0 / 0, is null. */
function numeric(calculate: (numbers: readonly number[]) => number): Calculation {
  return (args, inputs) => {
    const numbers: number[] = [];
    let isUnknown = false;
    for (const arg of args) {
      const number = toNumber(arg, inputs);
      if (number === null) return null;
      if (number === UNKNOWN) isUnknown = true;
      else numbers.push(number);
    }
    if (isUnknown) return UNKNOWN;
    const result = calculate(numbers);
    return Number.isNaN(result) ? null : result;
  };
}

function substr(args: readonly Value[], inputs: Inputs): Value {
  const [source = null, start = null, length] = args;
  const text = toText(source, inputs);
  const from = toNumber(start, inputs);
  const count = length === undefined ? undefined : toNumber(length, inputs);
  if (text === null || from === null || count === null) return null;
  if (text === UNKNOWN || from === UNKNOWN || count === UNKNOWN) return UNKNOWN;
  // A negative length omits that many characters at the end.
  const part = count !== undefined && count < 0 ? text.substr(from).slice(0, count) : text.substr(from, count);
  // The engine creates it without a copy; the operator that reads it pays.
  spendSteps(inputs, steps.ofText(part));
  return part;
}

/** The only one of these operators that keeps a null: it is an item of the list like any other. */
function merge(args: readonly Value[], inputs: Inputs): Value {
  if (args.includes(UNKNOWN)) return UNKNOWN;
  const lists = args.map((arg): readonly Value[] => (isList(arg) ? arg : [arg]));
  // Checked before the list is created: a rule that doubles a list forty times must not reach the fortieth.
  for (const list of lists) spendSteps(inputs, list.length);
  return lists.flat();
}
