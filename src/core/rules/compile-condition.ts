import { calculations } from './calculations.ts';
import { comparisons } from './comparisons.ts';
import { compileFactTest } from './compile-fact-test.ts';
import type { Condition, Missing, Operation, Reference } from './condition.ts';
import { contains } from './contains.ts';
import { costOf } from './cost-of.ts';
import { steps } from './steps.ts';
import { spendSteps } from './inputs.ts';
import { ipRanges, isIpAddress } from './ip-ranges.ts';
import { isTruthy } from './is-truthy.ts';
import { itemIndex, type ItemIndex } from './item-index.ts';
import { items } from './items.ts';
import type { Linker } from './linker.ts';
import { listAlias } from './list-alias.ts';
import { itemOperators } from './operators.ts';
import { logic, type Closure, type CompiledCondition, type Read, type Test } from './logic.ts';
import { readPath } from './read-path.ts';
import { isList, UNKNOWN, type Truth, type Unknown, type Value } from './value.ts';

/**
 * No text becomes code: all functions are defined here. The paths, history questions and lists that the condition reads
 * are registered with the linker.
 */
export function compileCondition(condition: Condition, linker: Linker): CompiledCondition {
  const compiled = compilePart(condition, linker);
  linker.onCompiled?.(condition, compiled);
  return compiled;
}

function compilePart(condition: Condition, linker: Linker): CompiledCondition {
  switch (condition.kind) {
    case 'value': {
      const { value } = condition;
      return valued(() => value);
    }
    case 'array': {
      const parts = condition.items.map((item) => compileCondition(item, linker));
      return valued((inputs, item) => parts.map(({ read }) => read(inputs, item)));
    }
    case 'reference':
      return valued(compileReference(condition, linker));
    case 'missing':
      return valued(compileMissing(condition, linker));
    case 'history': {
      const index = linker.historyIndex(condition.question);
      return valued((inputs) => inputs.history[index] ?? null);
    }
    case 'operation':
      return compileOperation(condition, linker);
  }
}

function valued(read: Read): CompiledCondition {
  return { read, test: (inputs, item) => isTruthy(read(inputs, item)) };
}

function truthful(test: Test): CompiledCondition {
  return { read: test, test };
}

const nothing = valued(() => null);

function compileOperation({ operator, args }: Operation, linker: Linker): CompiledCondition {
  const parts = args.map((arg) => compileCondition(arg, linker));
  const [first = nothing, second = nothing, third] = parts;
  const reads = parts.map(({ read }) => read);
  const tests = parts.map(({ test }) => test);
  const itemSteps = itemOperators.has(operator) && args[1] !== undefined ? costOf(args[1]) : 0;

  switch (operator) {
    case 'and':
      return { test: logic.every(tests), read: logic.firstValue(reads, false) };
    case 'or':
      return { test: logic.some(tests), read: logic.firstValue(reads, true) };
    case 'if':
      return { test: compileIf(tests, tests, () => false), read: compileIf(tests, reads, () => null) };
    case '!':
      return truthful(logic.not(first.test));
    case '!!':
      return truthful(first.test);

    case '==':
    case '!=':
    case '===':
    case '!==':
    case '<':
    case '<=':
    case '>':
    case '>=':
      return truthful(compileFactComparison(operator, args, linker) ?? compileComparison(operator, reads));

    case 'in':
      return truthful(compileIn(args[0], first.read, second.read, fixedIndex(args[1], linker), linker));
    case 'inCidr':
      return truthful(compileInCidr(first.read, second.read, fixedIndex(args[1], linker)));

    case 'some':
      return truthful((inputs, item) => items.some(first.read(inputs, item), second.test, itemSteps, inputs));
    case 'none':
      return truthful(
        logic.not((inputs, item) => items.some(first.read(inputs, item), second.test, itemSteps, inputs)),
      );
    case 'all':
      return truthful((inputs, item) => items.all(first.read(inputs, item), second.test, itemSteps, inputs));
    case 'map':
      return valued((inputs, item) => items.map(first.read(inputs, item), second.read, itemSteps, inputs));
    case 'filter':
      return valued((inputs, item) => items.filter(first.read(inputs, item), second.test, itemSteps, inputs));
    case 'reduce':
      return valued((inputs, item) =>
        items.reduce(first.read(inputs, item), second.read, third?.read(inputs, item), itemSteps, inputs),
      );

    case '+':
    case '-':
    case '*':
    case '/':
    case '%':
    case 'max':
    case 'min':
    case 'cat':
    case 'substr':
    case 'merge': {
      const calculate = calculations[operator];
      return valued((inputs, item) => {
        const values = reads.map((read) => read(inputs, item));
        return calculate(values, inputs);
      });
    }
  }
}

function compileReference({ path, from, fallback }: Reference, linker: Linker): Read {
  const { read: readFallback } = fallback === null ? nothing : compileCondition(fallback, linker);

  if (from === 'item') {
    const names = path === '' ? [] : path.split('.');
    return (inputs, item) => {
      const value = readPath(item, names);
      return value === undefined ? readFallback(inputs, item) : value;
    };
  }

  const alias = listAlias(path);
  if (alias !== null) {
    const [, , ...names] = path.split('.');
    const value = readPath(linker.list(alias), names);
    return value === undefined ? readFallback : () => value;
  }

  const index = linker.factIndex(path);
  return (inputs, item) => {
    const value = inputs.facts[index];
    return value === undefined ? readFallback(inputs, item) : value;
  };
}

function compileMissing({ references, needed }: Missing, linker: Linker): Read {
  const facts = references.map((reference) => ({ path: reference.path, read: compileReference(reference, linker) }));
  return (inputs, item) => {
    const missing: string[] = [];
    for (const { path, read } of facts) {
      const value = read(inputs, item);
      if (value === UNKNOWN) return UNKNOWN;
      if (value === null || value === '') missing.push(path);
    }
    return needed !== null && facts.length - missing.length >= needed ? [] : missing;
  };
}

/** Pairs of test and result, then perhaps a result for when no test holds. */
function compileIf<Result>(
  tests: readonly Test[],
  answers: readonly Closure<Result>[],
  otherwise: Closure<Result>,
): Closure<Result | Unknown> {
  const [test] = tests;
  const [last = otherwise, answer] = answers;
  if (test === undefined || answer === undefined) return last;
  return logic.choose<Result | Unknown>(test, answer, compileIf(tests.slice(2), answers.slice(2), otherwise));
}

/** The position of a fact that is read without a default; undefined for every other condition. */
function plainFact(condition: Condition | undefined, linker: Linker): number | undefined {
  if (condition?.kind !== 'reference' || condition.from !== 'facts' || condition.fallback !== null) return undefined;
  return listAlias(condition.path) === null ? linker.factIndex(condition.path) : undefined;
}

/** Undefined if it does not compare a fact with a constant. */
function compileFactComparison(
  operator: keyof typeof comparisons,
  [left, right, third]: readonly Condition[],
  linker: Linker,
): Test | undefined {
  if (third !== undefined || right?.kind !== 'value' || isList(right.value) || typeof right.value === 'object')
    return undefined;
  const index = plainFact(left, linker);
  return index === undefined ? undefined : compileFactTest(operator, comparisons[operator], index, right.value);
}

function compileComparison(operator: keyof typeof comparisons, reads: readonly Read[]): Test {
  const compare = comparisons[operator];
  const [left = nothing.read, right = nothing.read, third] = reads;
  const pair: Test = (inputs, item) => compare(left(inputs, item), right(inputs, item), inputs);
  // Between: {"<=": [1, x, 10]} holds if both neighbours do.
  return third === undefined ? pair : logic.every([pair, compileComparison(operator, [right, third])]);
}

function compileIn(
  sought: Condition | undefined,
  value: Read,
  container: Read,
  fixed: ItemIndex | undefined,
  linker: Linker,
): Test {
  if (fixed === undefined) return (inputs, item) => contains(container(inputs, item), value(inputs, item), inputs);
  const set = fixed.asSet();
  if (set.size === 0) return () => false;
  const index = plainFact(sought, linker);
  if (index !== undefined) {
    return (inputs) => {
      const fact = inputs.facts[index];
      return fact === UNKNOWN ? UNKNOWN : set.has(fact);
    };
  }
  return (inputs, item) => {
    const found = value(inputs, item);
    if (found === UNKNOWN) return UNKNOWN;
    if (typeof found === 'string') spendSteps(inputs, steps.ofText(found));
    return set.has(found);
  };
}

function compileInCidr(address: Read, ranges: Read, fixed: ItemIndex | undefined): Test {
  if (fixed !== undefined) {
    const isInRange = fixed.isInRange();
    return (inputs, item) => testAddress(address(inputs, item), isInRange);
  }
  return (inputs, item) => {
    const sought = address(inputs, item);
    const list = ranges(inputs, item);
    if (sought === null) return false;
    if (list === UNKNOWN) return UNKNOWN;
    if (!isList(list)) return false;
    spendSteps(inputs, steps.ofRanges(list));
    const truth = testAddress(sought, ipRanges(texts(list)));
    return truth === false && list.includes(UNKNOWN) ? UNKNOWN : truth;
  };
}

/** A value that is not an address was meant to be one, so whether it is in a range is unknown (ruling 37). */
function testAddress(address: Value, isInRange: (address: string) => boolean): Truth {
  if (address === null || address === '') return false;
  return typeof address === 'string' && isIpAddress(address) ? isInRange(address) : UNKNOWN;
}

function* texts(values: Iterable<unknown>): Iterable<string> {
  for (const value of values) if (typeof value === 'string') yield value;
}

/**
 * A list that is known when the rules are compiled is searched as a set, so 100,000 items cost as much as one (F21).
 */
function fixedIndex(container: Condition | undefined, linker: Linker): ItemIndex | undefined {
  if (container?.kind === 'value' && isList(container.value)) return itemIndex(container.value);
  if (container?.kind !== 'reference' || container.from !== 'facts') return undefined;
  const alias = listAlias(container.path);
  const items = alias !== null && container.path === `lists.${alias}` ? linker.list(alias) : undefined;
  return items !== undefined && isList(items) ? itemIndex(items) : undefined;
}
