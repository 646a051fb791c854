import fc from 'fast-check';
import { createRequire } from 'node:module';
import { describe, expect, test } from 'vitest';
import { checkCondition } from './check-condition.ts';
import { compileCondition } from './compile-condition.ts';
import { compileRules } from './compile-rules.ts';
import type { Condition } from './condition.ts';
import { describeDecision } from './describe-decision.ts';
import { evaluateRules, testRules } from './evaluate-rules.ts';
import { explainRules } from './explain-rules.ts';
import { compileInputs } from './inputs.ts';
import { createLinker } from './linker.ts';
import { recordEvidence, restoreEvidence } from './recorded-evidence.ts';
import { assurances, outcomes, type Action, type Evidence, type Rule, type ValueLists } from './rule-set.ts';
import { UNKNOWN, type Json, type Unknown, type Value } from './value.ts';

// The package has no types.
interface JsonLogic {
  apply(conditions: unknown, data: unknown): unknown;
  add_operation(name: string, operation: (...args: never[]) => unknown): void;
}
const require = createRequire(import.meta.url);
const before = require('json-logic-js') as JsonLogic;
// A second copy, which is modified below.
Reflect.deleteProperty(require.cache, require.resolve('json-logic-js'));
const reference = require('json-logic-js') as JsonLogic;

/**
 * All differences between our conditions and json-logic-js (management-and-rules 4.5, ruling 38). Each difference
 * removes operands and leaves the calculation to the original.
 */
const isNumber = (value: unknown) => typeof value === 'number' && !Number.isNaN(value);
const isDecimal = (value: unknown) =>
  isNumber(value) || (typeof value === 'string' && /^\s*[+-]?[\d.]*\d[\d.]*\s*$/.test(value) && !/\..*\./.test(value));
const isText = (value: unknown): boolean =>
  value !== null && value !== undefined && (!Array.isArray(value) || value.every(isText));

function differ(
  name: string,
  compute: (original: (...args: unknown[]) => unknown, ...args: unknown[]) => unknown,
): void {
  const original = (...args: unknown[]) =>
    before.apply({ [name]: args.map((_, index) => ({ var: String(index) })) }, args);
  reference.add_operation(name, (...args: never[]) => compute(original, ...args));
}

// Null stays null, and so does anything that is not a number where one is needed.
for (const name of ['+', '-', '*', '/', '%', 'max', 'min'])
  differ(name, (original, ...args) => {
    const result = args.every(isDecimal) ? original(...args.map(Number)) : null;
    return isNumber(result) ? result : null;
  });
differ('cat', (original, ...args) => (args.every(isText) ? original(...args) : null));
differ('substr', (original, text, ...numbers) =>
  isText(text) && numbers.every(isDecimal) ? original(text, ...numbers.map(Number)) : null,
);

// Comparisons are false for values that are neither numbers nor texts; all four of them take a third argument.
for (const name of ['<', '<=', '>', '>='])
  differ(name, (original, ...args) =>
    args.slice(1).every((right, index) => {
      const pair = [args[index], right];
      if (pair.every(isDecimal)) return original(...pair.map(Number));
      return pair.every((value) => typeof value === 'string') && original(...pair);
    }),
  );

// Between two types a number is needed, except for the text of a list.
for (const name of ['==', '!='])
  differ(name, (original, left, right) => {
    const hasNumber = typeof left === 'number' || typeof right === 'number';
    const areUnlike = typeof left !== typeof right;
    const isRefused = hasNumber
      ? !isDecimal(left) || !isDecimal(right)
      : [left, right].some((value) => typeof value === 'boolean' || !isText(value));
    return areUnlike && isRefused ? name === '!=' : original(left, right);
  });
differ('in', (original, value, container) => {
  const isSought = typeof container === 'string' ? isText(value) : value !== null;
  return isSought && original(value, container);
});

// Operators that make a value from a list make null from anything else. They are not functions there, so the condition
// is rewritten.
reference.add_operation('isList', (value: unknown) => Array.isArray(value));
function asReference(conditions: unknown): unknown {
  if (Array.isArray(conditions)) return conditions.map(asReference);
  if (typeof conditions !== 'object' || conditions === null) return conditions;
  const [operator = '', args] = Object.entries(conditions)[0] ?? [];
  const call = { [operator]: asReference(args) };
  if (!['map', 'filter', 'reduce'].includes(operator)) return call;
  const [list, , ...initial] = args as unknown[];
  const given = initial.map((value) => ({ '!==': [asReference(value), null] }));
  return { if: [{ and: [{ isList: [asReference(list)] }, ...given] }, call, null] };
}

const primitive = fc.oneof(
  fc.constantFrom<Json>(null, true, false, 0, 1, 2, -1, 0.5, 10, '', '0', '1', '2', 'a', 'ab', 'NaN', '12 apples'),
  fc.constantFrom(' 2 ', '+1', '-1', '.5', '5.', '1.0', '.', '1,0', '1e2', '0x10', ' '),
  // F29
  fc.constantFrom(2 ** 53 - 1, 2 ** 53, 2 ** 53 + 2, -0, 1e308, '9007199254740993', '1e400', '-0'),
  fc.integer({ min: -3, max: 12 }),
);
const fact = fc.oneof(
  { weight: 1, arbitrary: fc.constantFrom(Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY) },
  { weight: 4, arbitrary: primitive },
  { weight: 2, arbitrary: fc.array(primitive, { maxLength: 3 }) },
  { weight: 1, arbitrary: fc.array(fc.record({ k: primitive }, { noNullPrototype: true }), { maxLength: 2 }) },
  { weight: 1, arbitrary: fc.array(fc.array(primitive, { maxLength: 2 }), { maxLength: 2 }) },
);
const facts = fc.record(
  {
    a: fact,
    b: fact,
    list: fact,
    custom: fc.record({ x: fact, y: fact }, { requiredKeys: [], noNullPrototype: true }),
  },
  { requiredKeys: [], noNullPrototype: true },
);
const factPath = fc.constantFrom('a', 'b', 'list', 'custom.x', 'custom.y', 'custom', 'gone', 'list.0', 'list.0.k');
const itemPath = fc.constantFrom('', 'k', 'current', 'accumulator', '0');

const lists: ValueLists = new Map([
  ['texts', ['a', '1', 'ab']],
  ['numbers', [0, 1, 2]],
  ['empty', []],
]);
const list = fc.constantFrom('texts', 'numbers', 'empty', 'gone').map((alias) => ({ var: `lists.${alias}` }));
const question = fc.constantFrom(
  { actionCount: ['user', '*', 60, '*'] },
  { distinctCount: ['country', 'user', 60] },
  { minutesSince: ['action'] },
);
const questionKeys = [
  '["actionCount","user","*",60,"*"]',
  '["distinctCount","country","user",60]',
  '["minutesSince","action"]',
];

/** Conditions over the paths; `item` is used inside item operators. */
function conditionOver(path: fc.Arbitrary<string>, item: fc.Arbitrary<unknown>, leaves: fc.Arbitrary<unknown>[]) {
  const operation = (operators: readonly string[], ...args: fc.Arbitrary<unknown>[]) =>
    fc.tuple(fc.constantFrom(...operators), fc.tuple(...args)).map(([operator, values]) => ({ [operator]: values }));
  const { part } = fc.letrec<{ part: unknown }>((tie) => {
    const some = fc.array(tie('part'), { minLength: 1, maxLength: 3 });
    const variadic = (operators: readonly string[]) =>
      fc.tuple(fc.constantFrom(...operators), some).map(([operator, values]) => ({ [operator]: values }));
    return {
      part: fc.oneof(
        { maxDepth: 4, depthSize: 'small' },
        path.map((text) => ({ var: text })),
        primitive,
        fc.array(primitive, { maxLength: 3 }),
        fc.tuple(path, primitive).map((values) => ({ var: values })),
        ...leaves,
        variadic(['and', 'or', 'if', '+', '*', 'max', 'min', 'cat', 'merge']),
        variadic(['and', 'or']),
        operation(['!', '!!', '-'], tie('part')),
        operation(['==', '!=', '===', '!==', '<', '<=', '>', '>=', 'in', '-', '/', '%'], tie('part'), tie('part')),
        operation(
          ['==', '<', '>=', 'in'],
          path.map((text) => ({ var: text })),
          primitive,
        ),
        operation(['<', '<=', '>', '>='], tie('part'), tie('part'), tie('part')),
        operation(['all', 'some', 'none', 'map', 'filter'], tie('part'), item),
        operation(['reduce'], tie('part'), item, tie('part')),
        operation(['substr'], tie('part'), fc.integer({ min: -3, max: 3 }), fc.integer({ min: -3, max: 3 })),
        fc.array(path, { minLength: 1, maxLength: 3 }).map((paths) => ({ missing: paths })),
        fc.array(path, { minLength: 1, maxLength: 3 }).map((paths) => ({ missing_some: [1, paths] })),
        fc.tuple(tie('part'), tie('part')),
      ),
    };
  });
  return part;
}

const itemCondition = conditionOver(itemPath, primitive, []);
/** With one zero: the reference reads operands by `parseFloat`, which loses the sign of -0, and nothing compares by it. */
function unsigned(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(unsigned);
  return value === 0 ? 0 : value;
}

/** The top level of conditions is an object. */
const condition = conditionOver(factPath, itemCondition, [list]).map((part) => ({ '!!': [part] }));
const conditionWithHistory = conditionOver(factPath, itemCondition, [list, question]).map((part) => ({ and: [part] }));

function checked(conditions: unknown): Condition {
  const result = checkCondition(conditions);
  // The generator sometimes nests deeper than a rule may.
  fc.pre(result.ok);
  return result.ok ? result.condition : { kind: 'value', value: null, place: '' };
}

describe('F29: conditions have the same results as in json-logic-js 2.0.5, except for the documented differences', () => {
  test('value and truth agree for any condition and data', () => {
    fc.assert(
      fc.property(condition, facts, (conditions, data) => {
        const [inner] = conditions['!!'];
        const linker = createLinker(lists);
        const { test: truth, read } = compileCondition(checked({ and: [inner] }), linker);
        const inputs = () => compileInputs(linker.needs)({ facts: data, history: new Map() }, Infinity);
        const referenceData = { ...data, lists: Object.fromEntries(lists) };

        expect(unsigned(read(inputs(), null))).toEqual(unsigned(reference.apply(asReference(inner), referenceData)));
        expect(truth(inputs(), null)).toBe(reference.apply(asReference(conditions), referenceData));
      }),
      { numRuns: 10_000 },
    );
  });
});

const hidden = fc.infiniteStream(fc.nat({ max: 3 }));

describe('ruling 38: null stays null through operators', () => {
  // What may follow from null: only that something is missing. Excluded: `!`, `!=`, `none`, `if` and `missing`, which
  // test for absence; `or` and the results of conditions as operands; and lists that are built with a null in them.
  const constant = primitive.filter((value) => value !== null);
  const { claim } = fc.letrec<{ claim: unknown; number: unknown; list: unknown }>((tie) => {
    const call = (operators: readonly string[], ...args: fc.Arbitrary<unknown>[]) =>
      fc.tuple(fc.constantFrom(...operators), fc.tuple(...args)).map(([operator, values]) => ({ [operator]: values }));
    const several = fc.array(tie('number'), { minLength: 1, maxLength: 3 });
    const read = factPath.map((path) => ({ var: path }));
    return {
      claim: fc.oneof(
        { maxDepth: 4 },
        call(['<', '<=', '>', '>='], tie('number'), tie('number')),
        call(['<', '<=', '>', '>='], tie('number'), tie('number'), tie('number')),
        call(['==', '==='], tie('number'), constant),
        call(['in'], tie('number'), fc.oneof(list, read, fc.array(primitive, { maxLength: 3 }))),
        call(['some', 'all'], tie('list'), itemCondition),
        fc.array(tie('claim'), { minLength: 1, maxLength: 3 }).map((claims) => ({ and: claims })),
        fc.array(tie('claim'), { minLength: 1, maxLength: 3 }).map((claims) => ({ or: claims })),
      ),
      number: fc.oneof(
        { maxDepth: 3 },
        read,
        constant,
        several.chain((args) =>
          fc.constantFrom('+', '*', 'max', 'min', 'cat').map((operator) => ({ [operator]: args })),
        ),
        call(['-', '/', '%'], tie('number'), tie('number')),
        call(['substr'], tie('number'), tie('number')),
        call(['reduce'], tie('list'), itemCondition, tie('number')),
      ),
      list: fc.oneof({ maxDepth: 2 }, read, call(['map', 'filter'], tie('list'), itemCondition)),
    };
  });

  // Mostly what rules are written for, so that most of them are true for some data.
  const plain = fc.oneof(
    { weight: 3, arbitrary: fc.integer({ min: -3, max: 12 }) },
    { weight: 2, arbitrary: fc.constantFrom('1', '10', '-2.5', 'a', 'ab') },
    { weight: 2, arbitrary: fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 3 }) },
    { weight: 1, arbitrary: fact },
  );
  const plainFacts = fc.record(
    { a: plain, b: plain, list: plain, custom: fc.record({ x: plain, y: plain }, { noNullPrototype: true }) },
    { noNullPrototype: true },
  );

  test('removing a value never makes a condition true', () => {
    let turnedFalse = 0;
    fc.assert(
      fc.property(claim, plainFacts, hidden, (conditions, data, stream) => {
        const linker = createLinker(lists);
        const { test: truth } = compileCondition(checked({ and: [conditions] }), linker);
        const truthOf = (of: Evidence) => truth(compileInputs(linker.needs)(of, Infinity), null);
        const areAllKnown = stream.next().value !== 0;
        const known = withUnknowns(
          { facts: data, history: new Map() },
          () => !areAllKnown && stream.next().value === 0,
        );
        const was = truthOf(known);
        for (const name of Object.keys(data)) {
          const is = truthOf({ ...known, facts: { ...known.facts, [name]: null } });
          if (is === true) expect(was).toBe(true);
          if (was === true && is === false) turnedFalse += 1;
        }
      }),
      { numRuns: 5_000 },
    );
    // Otherwise the generator makes nothing that a missing value could change.
    expect(turnedFalse).toBeGreaterThan(50);
  });
});

const methods = fc.option(fc.subarray(['PASSKEY', 'EMAIL_OTP', 'SMS'], { minLength: 1 }), { nil: undefined });
const outcome = fc.constantFrom(...outcomes);
const minimumAssurance = fc.option(fc.constantFrom(...assurances), { nil: undefined });

const rules = fc
  .array(
    fc.record({ type: outcome, conditions: conditionWithHistory, verificationMethods: methods, minimumAssurance }),
    {
      minLength: 1,
      maxLength: 4,
    },
  )
  .map((made) =>
    made.map((rule, priority): Rule => ({
      ...rule,
      ruleId: `r${priority}`,
      name: `R${priority}`,
      isActive: true,
      priority,
    })),
  );
const action: fc.Arbitrary<Action> = fc.record({
  actionCode: fc.constant('test'),
  defaultUserActionResult: outcome,
  verificationMethods: methods,
});
const history = fc
  .tuple(...questionKeys.map(() => fc.option(fc.integer({ min: 0, max: 4 }))))
  .map(
    (answers) =>
      new Map<string, number | null | Unknown>(questionKeys.map((key, index) => [key, answers[index] ?? null])),
  );
const evidence: fc.Arbitrary<Evidence> = fc.record({ facts, history });

/** The same evidence with some of it unknown; `gone` marks a fact that was never there to be read. */
function withUnknowns({ facts: known, history: answers }: Evidence, isHidden: () => boolean): Evidence {
  const hide = (value: Value): Value => {
    if (isHidden()) return UNKNOWN;
    if (Array.isArray(value)) return value.map(hide);
    if (typeof value === 'object' && value !== null) return hideMembers(value as Evidence['facts']);
    return value;
  };
  const hideMembers = (members: Evidence['facts']): Evidence['facts'] =>
    Object.fromEntries(Object.entries(members).map(([name, value]): [string, Value] => [name, hide(value ?? null)]));
  return {
    facts: { ...hideMembers(known), ...(isHidden() ? { gone: UNKNOWN } : {}) },
    history: new Map([...answers].map(([key, answer]) => [key, isHidden() ? UNKNOWN : answer])),
  };
}

describe('I5 F30: unknown values never make a decision milder', () => {
  test('a rule keeps its status or becomes unknown, and the outcome is at least the true one or CHALLENGE', () => {
    let raised = 0;
    fc.assert(
      fc.property(rules, action, evidence, hidden, (ruleSet, settings, truth, stream) => {
        const compiled = compileRules({ rules: ruleSet, lists });
        fc.pre(compiled.problems.length === 0);
        const seen = withUnknowns(truth, () => stream.next().value === 0);
        const rank = (of: Evidence, hasUsableAuthenticator: boolean) =>
          outcomes.indexOf(evaluateRules(compiled, of, settings, { hasUsableAuthenticator }).outcome);

        const after = evaluateRules(compiled, seen, settings, { hasUsableAuthenticator: true });
        const was = testRules(compiled, truth);
        for (const [index, is] of testRules(compiled, seen).entries()) if (is !== UNKNOWN) expect(is).toBe(was[index]);

        expect(rank(seen, true)).toBeGreaterThanOrEqual(Math.min(rank(truth, true), outcomes.indexOf('CHALLENGE')));
        expect(rank(seen, false)).toBeGreaterThanOrEqual(rank(truth, false));
        if (after.isStricterByUnknown) raised += 1;
      }),
      { numRuns: 5_000 },
    );
    // Otherwise the generator hides nothing that matters, and this test proves nothing.
    expect(raised).toBeGreaterThan(200);
  });
});

describe('an explanation states the decision and its reasons', () => {
  const explained = fc.tuple(rules, action, evidence, hidden, fc.boolean());

  test('always agrees with the evaluation, and its leaves determine the status of their rule', () => {
    fc.assert(
      fc.property(explained, ([ruleSet, settings, truth, stream, hasUsableAuthenticator]) => {
        const compiled = compileRules({ rules: ruleSet, lists });
        fc.pre(compiled.problems.length === 0);
        const seen = withUnknowns(truth, () => stream.next().value === 0);
        const explanation = explainRules(compiled, seen, settings, { hasUsableAuthenticator });
        expect(explanation.decision).toEqual(evaluateRules(compiled, seen, settings, { hasUsableAuthenticator }));

        for (const [index, { status, leaves, fault }] of explanation.rules.entries()) {
          const root = compiled.rules[index]?.condition;
          if (root === null || root === undefined || leaves === null || fault !== null) continue;
          const results = new Map(leaves.map(({ place, result }) => [place, result]));
          expect(foldLeaves(root, results)).toBe(status === 'unknown' ? 'unknown' : status === 'matched');
          // The decisive leaves alone determine the status.
          if (status === 'unknown') continue;
          for (const { place, isDecisive } of leaves) if (!isDecisive) results.set(place, 'unknown');
          expect(foldLeaves(root, results)).toBe(status === 'matched');
        }
        expect(() => JSON.stringify(explanation)).not.toThrow();
        for (const sentence of describeDecision(explanation)) expect(sentence).toMatch(/^[A-Z].*\.$/s);
      }),
      { numRuns: 3_000 },
    );
  });

  test('evidence that was converted to JSON and back gives the same explanation', () => {
    const odd = fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -0);
    fc.assert(
      fc.property(explained, odd, ([ruleSet, settings, truth, stream, hasUsableAuthenticator], number) => {
        const compiled = compileRules({ rules: ruleSet, lists });
        const seen = withUnknowns(
          { ...truth, facts: { ...truth.facts, b: { 'a/b~c': [number] }, a: number } },
          () => stream.next().value === 0,
        );
        const record = JSON.parse(JSON.stringify(recordEvidence(seen))) as ReturnType<typeof recordEvidence>;
        expect(restoreEvidence(record)).toEqual(seen);
        expect(explainRules(compiled, restoreEvidence(record), settings, { hasUsableAuthenticator })).toEqual(
          explainRules(compiled, seen, settings, { hasUsableAuthenticator }),
        );
      }),
      { numRuns: 1_000 },
    );
  });
});

type Result = boolean | 'unknown';

/** Kleene logic again, written from its truth tables and not from the engine. */
function foldLeaves(part: Condition, results: ReadonlyMap<string, Result>): Result {
  const leaf = results.get(part.place);
  const isGroup = part.kind === 'operation' && ['and', 'or', '!', '!!', 'if'].includes(part.operator);
  if (!isGroup) return leaf ?? 'unknown';

  const truths = part.args.map((arg) => foldLeaves(arg, results));
  switch (part.operator) {
    case 'and':
      if (truths.includes(false)) return false;
      return truths.includes('unknown') ? 'unknown' : truths.length > 0;
    case 'or':
      if (truths.includes(true)) return true;
      return truths.includes('unknown') ? 'unknown' : false;
    case '!': {
      const [truth = 'unknown'] = truths;
      return truth === 'unknown' ? 'unknown' : !truth;
    }
    case 'if':
      return foldIf(truths);
    default:
      return truths[0] ?? 'unknown';
  }
}

function foldIf(truths: readonly Result[]): Result {
  const [first = false, second, ...rest] = truths;
  if (second === undefined) return first;
  if (first === true) return second;
  if (first === false) return foldIf(rest);
  return second === foldIf(rest) ? second : 'unknown';
}
