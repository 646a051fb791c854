import type { Condition, Reference } from './condition.ts';
import { historyParameters, type HistoryQuestion } from './history-question.ts';
import { parseIpRange } from './ip-ranges.ts';
import { ruleBudgets } from './rule-budgets.ts';
import { itemOperators, operators, type Operator } from './operators.ts';
import type { Json } from './value.ts';

export interface Problem {
  /** JSON pointer (RFC 6901) into the conditions. */
  readonly place: string;
  /** One sentence that says what to do. */
  readonly message: string;
}

/** The most that 64 KiB can hold: the shortest part is a digit with its comma. */
export const conditionPartsMax = ruleBudgets.conditionBytes.max / 2;

/** With the number of parts that were checked: operations, values, paths, items of lists. */
export type CheckedCondition = { readonly parts: number } & (
  { readonly ok: true; readonly condition: Condition } | { readonly ok: false; readonly problems: readonly Problem[] }
);

// Ruling 30.
const bytesMax = ruleBudgets.conditionBytes.max;
const levelsMax = ruleBudgets.conditionLevels.max;
const operationsMax = ruleBudgets.conditionOperations.max;
// People read no more, and a megabyte of mistakes must not become many megabytes of sentences.
const problemsMax = 20;

/**
 * A placeholder for a broken part, which never matches. It lets the walk continue, so that all problems are found at
 * once.
 */
const broken: Condition = { kind: 'value', value: null, place: '' };

/**
 * Reads JsonLogic as management-and-rules 4.5 narrows it. It is refused or understood as a whole: a part that is not
 * understood is never treated as data, because data is true. Absent, null and `{}` always match. At most `partsMax`
 * parts are checked, plus one. Never throws.
 */
export function checkCondition(conditions: unknown, partsMax = conditionPartsMax): CheckedCondition {
  if (conditions === undefined || conditions === null) return { ok: true, condition: always, parts: 1 };
  const known = typeof conditions === 'object' ? understood.get(conditions) : undefined;
  if (known !== undefined && known.parts <= partsMax) return known;

  const check: Check = { problems: [], parts: 0, partsMax, operations: 0, isStopped: false };
  if (!isObject(conditions)) {
    addProblem(
      check,
      '',
      'Write the conditions as one JSON object, for example {"==": [{"var": "device.isNew"}, true]}.',
    );
    return { ok: false, problems: check.problems, parts: 1 };
  }
  const condition = Object.keys(conditions).length === 0 ? always : readPart(check, conditions, '', 'facts', 1);

  // After the walk, which has proven that there is no cycle and nothing that JSON cannot express.
  if (check.problems.length === 0 && utf8Length(JSON.stringify(conditions)) > bytesMax) addProblem(check, '', tooLong);
  const { problems, parts } = check;
  if (problems.length > 0) return { ok: false, problems, parts };
  const checked: CheckedCondition = { ok: true, condition, parts };
  understood.set(conditions, checked);
  return checked;
}

/** Conditions come from JSON and never change, and one change of a rule set reads them several times. */
const understood = new WeakMap<object, CheckedCondition>();

const always: Condition = { kind: 'value', value: true, place: '' };
const tooLong = `Shorten the conditions to ${bytesMax} bytes of JSON; put long lists into value lists.`;

interface Check {
  readonly problems: Problem[];
  parts: number;
  readonly partsMax: number;
  operations: number;
  /** Set by the first limit that is exceeded; the rest is not checked, however large it is. */
  isStopped: boolean;
}

type Scope = Reference['from'];

function readPart(check: Check, part: unknown, place: string, scope: Scope, level: number): Condition {
  if (check.isStopped) return broken;
  if (!count(check, 1)) return stop(check, '', tooLong);
  if (part === null || typeof part === 'boolean' || typeof part === 'string')
    return { kind: 'value', value: part, place };
  if (typeof part === 'number') {
    // JSON text such as 1e400 arrives as Infinity, which cannot be written back.
    if (Number.isFinite(part)) return { kind: 'value', value: part, place };
    return addProblem(check, place, 'Write a number that a double can hold.');
  }
  if (level > levelsMax) return stop(check, place, `Nest the conditions at most ${levelsMax} levels deep.`);
  if (Array.isArray(part)) return readArray(check, part, place, scope, level);
  if (isObject(part)) return readObject(check, part, place, scope, level);
  return addProblem(check, place, 'Write JSON here.');
}

function readArray(check: Check, parts: readonly unknown[], place: string, scope: Scope, level: number): Condition {
  if (!count(check, 0, parts.length)) return stop(check, '', tooLong);
  const items = Array.from(parts, (part, index) => readPart(check, part, `${place}/${index}`, scope, level + 1));
  const values: Json[] = [];
  for (const item of items) {
    if (item.kind !== 'value') return { kind: 'array', items, place };
    values.push(item.value);
  }
  return { kind: 'value', value: values, place };
}

function readObject(check: Check, part: object, place: string, scope: Scope, level: number): Condition {
  const names = Object.keys(part);
  const [operator] = names;
  if (operator === undefined) return { kind: 'value', value: {}, place };
  if (names.length > 1)
    return addProblem(check, place, 'Use exactly one operator per object; join several with "and" or "or".');
  check.operations += 1;
  if (check.operations > operationsMax)
    return stop(check, place, `Use at most ${operationsMax} operations in one rule.`);

  const given = (part as Readonly<Record<string, unknown>>)[operator];
  const operationPlace = `${place}/${pointerStep(operator)}`;
  const call: Call = {
    operator,
    // {"!": x} is JsonLogic's short form of {"!": [x]}.
    args: Array.isArray(given) ? Array.from(given) : [given],
    place,
    placeOf: (index) => (Array.isArray(given) ? `${operationPlace}/${index}` : operationPlace),
    scope,
    level,
  };
  if (operator === 'var') return readVar(check, call);
  if (operator === 'missing') return readMissing(check, call);
  if (operator === 'missing_some') return readMissingSome(check, call);
  if (historyParameters.has(operator)) return readHistory(check, call);
  return readOperation(check, call);
}

/** RFC 6901 §3. Most operators need no escaping. */
function pointerStep(name: string): string {
  return /[~/]/.test(name) ? name.replaceAll('~', '~0').replaceAll('/', '~1') : name;
}

/** An object with one key, as operator and arguments. */
interface Call {
  readonly operator: string;
  readonly args: readonly unknown[];
  readonly place: string;
  readonly placeOf: (index: number) => string;
  readonly scope: Scope;
  readonly level: number;
}

function readOperation(check: Check, { operator, args, place, placeOf, scope, level }: Call): Condition {
  if (!isOperator(operator))
    return addProblem(check, place, `Use an operator that exists; ${shorten(operator)} does not.`);

  const [min, max] = operators[operator];
  if (args.length < min || args.length > max)
    return addProblem(check, place, `Give ${JSON.stringify(operator)} ${describeArity(min, max)}.`);
  if (!count(check, 0, args.length)) return stop(check, '', tooLong);
  const argScope = (index: number) => (itemOperators.has(operator) && index === 1 ? 'item' : scope);
  const parts = args.map((arg, index) => readPart(check, arg, placeOf(index), argScope(index), level + 1));
  if (operator === 'inCidr' && !check.isStopped) checkCidrs(check, args[1], placeOf(1));
  return { kind: 'operation', operator, args: parts, place };
}

/** The path must be a literal, so that the facts that a rule needs are known before it runs. */
function readVar(check: Check, { args, place, placeOf, scope, level }: Call): Condition {
  const [path, fallback] = args;
  if (args.length > 2 || !isPath(path, scope))
    return addProblem(
      check,
      place,
      'Give "var" the path of one fact as text, and perhaps a value for when it is missing.',
    );
  return {
    kind: 'reference',
    from: scope,
    path: String(path),
    fallback: args.length === 1 ? null : readPart(check, fallback, placeOf(1), scope, level + 1),
    place,
  };
}

/** JsonLogic takes the paths as arguments or as one list. */
function readMissing(check: Check, call: Call): Condition {
  const [first] = call.args;
  return readPaths(check, call, Array.isArray(first) ? first : call.args, null);
}

function readMissingSome(check: Check, call: Call): Condition {
  const [needed, paths] = call.args;
  if (typeof needed !== 'number' || !Number.isInteger(needed) || !Array.isArray(paths) || call.args.length > 2)
    return addProblem(
      check,
      call.place,
      'Give "missing_some" the number of facts that must be there and the list of paths.',
    );
  return readPaths(check, call, paths, needed);
}

function readPaths(check: Check, { place, scope }: Call, paths: readonly unknown[], needed: number | null): Condition {
  if (!count(check, paths.length)) return stop(check, '', tooLong);
  const references: Reference[] = [];
  for (const path of paths) {
    if (!isPath(path, scope)) return addProblem(check, place, 'Give the paths of the facts as text.');
    references.push({ kind: 'reference', from: scope, path: String(path), fallback: null, place });
  }
  if (references.length === 0) return addProblem(check, place, 'Give the path of at least one fact.');
  return { kind: 'missing', references, needed, place };
}

function readHistory(check: Check, { operator, args, place, placeOf }: Call): Condition {
  const parameters = historyParameters.get(operator) ?? [];
  const names = parameters.map(({ name }) => name);
  if (args.length !== parameters.length)
    return addProblem(check, place, `Give "${operator}" exactly [${names.join(', ')}].`);

  const wrong = parameters.map(({ accepts }, index) => !accepts(args[index]));
  for (const [index, { expected, name }] of parameters.entries())
    if (wrong[index]) addProblem(check, placeOf(index), `Give ${expected} here, for the ${name} of "${operator}".`);
  if (wrong.includes(true)) return broken;

  const members = Object.fromEntries(names.map((name, index) => [name, args[index]]));
  // The arguments have just been checked against the table that the type was written from.
  return { kind: 'history', question: { operator, ...members } as HistoryQuestion, place };
}

/** Ranges in the rule itself are checked now; ranges of a value list are read when the rules are compiled. */
function checkCidrs(check: Check, cidrs: unknown, place: string): void {
  if (isObject(cidrs) && !Array.isArray(cidrs)) return;
  if (!Array.isArray(cidrs)) {
    addProblem(check, place, 'Give "inCidr" a list of ranges, for example ["203.0.113.0/24"].');
    return;
  }
  for (const [index, cidr] of cidrs.entries()) {
    if (typeof cidr === 'string' && parseIpRange(cidr) !== null) continue;
    addProblem(check, `${place}/${index}`, 'Write the range like 203.0.113.0/24 or 2001:db8::/32.');
  }
}

/** An empty path is the item itself; outside an item it would be the whole document, which no rule needs. */
function isPath(path: unknown, scope: Scope): path is string | number {
  return typeof path === 'number' || (typeof path === 'string' && (path !== '' || scope === 'item'));
}

function isOperator(text: string): text is Operator {
  return Object.hasOwn(operators, text);
}

/**
 * Accept only what JSON.parse creates: anything else, a Map for example, would look like the empty condition that
 * always matches.
 */
function isObject(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return Array.isArray(value) ? false : prototype === Object.prototype || prototype === null;
}

function addProblem(check: Check, place: string, message: string): Condition {
  if (!check.isStopped) check.problems.push({ place, message });
  if (check.problems.length >= problemsMax) check.isStopped = true;
  return broken;
}

/** False once there are more parts than are checked; those `ahead` are checked later, if they are not too many. */
function count(check: Check, parts: number, ahead = 0): boolean {
  check.parts += parts;
  if (check.parts + ahead <= check.partsMax) return true;
  check.parts = check.partsMax + 1;
  return false;
}

function stop(check: Check, place: string, message: string): Condition {
  addProblem(check, place, message);
  check.isStopped = true;
  return broken;
}

function describeArity(min: number, max: number): string {
  const argument = (count: number) => (count === 1 ? '1 argument' : `${count} arguments`);
  if (max === Infinity) return `at least ${argument(min)}`;
  return min === max ? argument(min) : `${min} to ${argument(max)}`;
}

function shorten(text: string): string {
  return JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}...` : text);
}

function utf8Length(text: string): number {
  return new TextEncoder().encode(text).length;
}
