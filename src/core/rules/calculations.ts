import { spendSteps, type Inputs } from './inputs.ts';
import { joinTexts, toPrimitive } from './to-primitive.ts';
import { isList, UNKNOWN, type Primitive, type Value } from './value.ts';

type Calculation = (args: readonly Value[], inputs: Inputs) => Value;

/** The operators that make a value out of values; what touches an unknown is unknown. As json-logic-js 2.0.5 computes. */
export const calculations = {
  '+': numeric((terms) => terms.reduce<number>((sum, term) => sum + parse(term), 0)),
  // The reference gives a single factor back as it came, text and all.
  '*': (args, inputs) => (args.length === 1 ? (args[0] ?? null) : product(args, inputs)),
  '-': numeric(([a = null, b]) => (b === undefined ? -Number(a) : Number(a) - Number(b))),
  '/': numeric(([a, b]) => Number(a) / Number(b)),
  '%': numeric(([a, b]) => Number(a) % Number(b)),
  max: numeric((numbers) => Math.max(...numbers.map(Number))),
  min: numeric((numbers) => Math.min(...numbers.map(Number))),
  cat: (args, inputs) => joinTexts(args, '', inputs),
  substr,
  merge,
} satisfies Record<string, Calculation>;

const product = numeric((factors) => Number(factors.reduce((result, factor) => parse(result) * parse(factor))));

function numeric(calculate: (primitives: readonly Primitive[]) => number): Calculation {
  return (args, inputs) => {
    const primitives: Primitive[] = [];
    for (const arg of args) {
      const primitive = toPrimitive(arg, inputs);
      if (primitive === UNKNOWN) return UNKNOWN;
      primitives.push(primitive);
    }
    return calculate(primitives);
  };
}

// Sums and products read "12 apples" as 12 and null as no number; the other operators read them the other way round.
function parse(primitive: Primitive): number {
  return Number.parseFloat(String(primitive));
}

function substr(args: readonly Value[], inputs: Inputs): Value {
  const [source, start, length] = args.map((arg) => toPrimitive(arg, inputs));
  if (source === UNKNOWN || start === UNKNOWN || length === UNKNOWN) return UNKNOWN;
  const text = String(source);
  const from = Number(start);
  if (length === undefined) return text.substr(from);
  // A negative length leaves that many characters out at the end.
  if (Number(length) < 0) return text.substr(from).slice(0, Number(length));
  return text.substr(from, Number(length));
}

function merge(args: readonly Value[], inputs: Inputs): Value {
  if (args.includes(UNKNOWN)) return UNKNOWN;
  const lists = args.map((arg): readonly Value[] => (isList(arg) ? arg : [arg]));
  // Before the list is made: a rule that doubles a list forty times must not get to the fortieth.
  for (const list of lists) spendSteps(inputs, list.length);
  return lists.flat();
}
