/**
 * The test that most rules are made of, one fact against a constant, as one function. It answers what the parts answer
 * that conditions are compiled to otherwise, and spares the calls between them, which are most of what a rule costs.
 */
import type { comparisons } from './comparisons.ts';
import type { Inputs } from './inputs.ts';
import type { Test } from './logic.ts';
import type { Truth, Value } from './value.ts';

type Comparison = (left: Value, right: Value, inputs: Inputs) => Truth;

/** `compare` is the operator's own and answers whatever is not two values of one plain type. */
export function compileFactTest(
  operator: keyof typeof comparisons,
  compare: Comparison,
  index: number,
  constant: string | number | boolean,
): Test {
  if (typeof constant === 'number') return compileNumberTest(operator, compare, index, constant);
  if (operator === '==' || operator === '===') {
    return (inputs) => {
      const fact = inputs.facts[index];
      return typeof fact === typeof constant ? fact === constant : compare(fact ?? null, constant, inputs);
    };
  }
  return (inputs) => compare(inputs.facts[index] ?? null, constant, inputs);
}

// One function each: a shared one would have to be told the operator, and that is a call again.
function compileNumberTest(
  operator: keyof typeof comparisons,
  compare: Comparison,
  index: number,
  constant: number,
): Test {
  switch (operator) {
    case '<':
      return (inputs) => {
        const fact = inputs.facts[index];
        return typeof fact === 'number' ? fact < constant : compare(fact ?? null, constant, inputs);
      };
    case '<=':
      return (inputs) => {
        const fact = inputs.facts[index];
        return typeof fact === 'number' ? fact <= constant : compare(fact ?? null, constant, inputs);
      };
    case '>':
      return (inputs) => {
        const fact = inputs.facts[index];
        return typeof fact === 'number' ? fact > constant : compare(fact ?? null, constant, inputs);
      };
    case '>=':
      return (inputs) => {
        const fact = inputs.facts[index];
        return typeof fact === 'number' ? fact >= constant : compare(fact ?? null, constant, inputs);
      };
    case '==':
    case '===':
      return (inputs) => {
        const fact = inputs.facts[index];
        return typeof fact === 'number' ? fact === constant : compare(fact ?? null, constant, inputs);
      };
    case '!=':
    case '!==':
      return (inputs) => {
        const fact = inputs.facts[index];
        return typeof fact === 'number' ? fact !== constant : compare(fact ?? null, constant, inputs);
      };
  }
}
