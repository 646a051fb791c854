/**
 * Between the JSON text of conditions and the tree that the builder draws. A condition is drawn only if writing what was read
 * gives the stored text again, character for character; every other one stays text, so that opening a rule changes nothing.
 */

export type Literal = string | number | boolean | null;

/** One comparison: a fact, or a question about the past with its parameters, an operator, and what it is compared with. */
export interface TreeRule {
  readonly id?: string | undefined;
  /** Path of a fact, or the name of an operator about the past. */
  readonly field: string;
  readonly operator: string;
  /** A literal, two of them for `between`, a list of them, or the alias of a value list; of the past, a {@link PastValue}. */
  readonly value: unknown;
}

/** The value of a comparison of the past: what is asked, and what the answer is compared with. */
export interface PastValue {
  readonly asked: readonly Literal[];
  readonly than: unknown;
}

export interface TreeGroup {
  readonly id?: string | undefined;
  readonly combinator: string;
  readonly not?: boolean | undefined;
  readonly rules: readonly (TreeRule | TreeGroup)[];
  /** Of the whole condition alone: it is one comparison without a group, or `{}`. */
  readonly isBare?: boolean | undefined;
}

/** The questions about the past, and how many parameters each has. */
export const pastParameters: Readonly<Record<string, number>> = {
  actionCount: 4,
  distinctCount: 3,
  customSum: 4,
  minutesSince: 1,
};

const comparisons = new Set(['==', '!=', '>', '>=', '<', '<=']);

export const isGroup = (part: TreeRule | TreeGroup): part is TreeGroup => 'rules' in part;
export const isPast = (field: string) => Object.hasOwn(pastParameters, field);

/** The tree of a condition; undefined if it cannot be drawn. `isListFact` says which facts are lists of texts. */
export function readCondition(text: string | null, isListFact: (path: string) => boolean): TreeGroup | undefined {
  if (text === null) return { combinator: 'and', rules: [] };
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return undefined;
  }
  const tree = readWhole(json, isListFact);
  return tree !== undefined && writeCondition(tree) === text ? tree : undefined;
}

function readWhole(json: unknown, isListFact: (path: string) => boolean): TreeGroup | undefined {
  if (isObject(json) && Object.keys(json).length === 0) return { combinator: 'and', rules: [], isBare: true };
  const group = readGroup(json, isListFact);
  if (group !== undefined) return group;
  const rule = readRule(json, isListFact);
  return rule === undefined ? undefined : { combinator: 'and', rules: [rule], isBare: true };
}

function readGroup(json: unknown, isListFact: (path: string) => boolean): TreeGroup | undefined {
  const [operator, given] = operationOf(json) ?? [];
  if (operator === '!' && !Array.isArray(given)) {
    const inner = readGroup(given, isListFact);
    return inner === undefined || inner.not === true ? undefined : { ...inner, not: true };
  }
  if ((operator !== 'and' && operator !== 'or') || !Array.isArray(given)) return undefined;
  const rules: (TreeRule | TreeGroup)[] = [];
  for (const part of given) {
    // "Contains all" is written as a group, so it comes first.
    const read = readRule(part, isListFact) ?? readGroup(part, isListFact);
    if (read === undefined) return undefined;
    rules.push(read);
  }
  return { combinator: operator, rules };
}

function readRule(json: unknown, isListFact: (path: string) => boolean): TreeRule | undefined {
  const [operator, given] = operationOf(json) ?? [];
  if (operator === '!' && !Array.isArray(given)) {
    const inner = readRule(given, isListFact);
    const negated = inner === undefined ? undefined : negations[inner.operator];
    return inner === undefined || negated === undefined ? undefined : { ...inner, operator: negated };
  }
  if (!Array.isArray(given) || operator === undefined) return undefined;
  const args = given as readonly unknown[];
  const [first, second, third] = args;
  if (operator === '<=' && args.length === 3) {
    return typeof first === 'number' && typeof third === 'number' ? of(second, 'between', [first, third]) : undefined;
  }
  if (operator === 'and') return readAll(args, isListFact);
  if (args.length !== 2) return undefined;
  if (comparisons.has(operator)) return readComparison(operator, first, second);
  switch (operator) {
    case 'in':
      if (typeof first === 'string') return of(second, 'contains', first);
      if (areLiterals(second)) return of(first, 'oneOf', second);
      return of(first, 'inList', listOf(second));
    case 'inCidr':
      return areLiterals(second) ? of(first, 'inCidr', second) : undefined;
    case 'some':
    case 'none': {
      const [inner, among] = operationOf(second) ?? [];
      const [item, items] = inner === 'in' && Array.isArray(among) && among.length === 2 ? (among as unknown[]) : [];
      if (pathOf(item) !== '' || !areLiterals(items)) return undefined;
      return of(first, operator === 'some' ? 'anyOf' : 'noneOf', items);
    }
    default:
      return undefined;
  }
}

function readComparison(operator: string, subject: unknown, value: unknown): TreeRule | undefined {
  if (value === null) {
    const named = ({ '!=': 'isSet', '==': 'isNotSet' } as Record<string, string>)[operator];
    return named === undefined ? undefined : of(subject, named, null);
  }
  if (typeof value === 'boolean')
    return operator === '==' ? of(subject, value ? 'isTrue' : 'isFalse', null) : undefined;
  return typeof value === 'number' || typeof value === 'string' ? of(subject, operator, value) : undefined;
}

/** `{"and": [{"in": ["a", V]}, {"in": ["b", V]}]}` of a fact that is a list. */
function readAll(parts: readonly unknown[], isListFact: (path: string) => boolean): TreeRule | undefined {
  const items: string[] = [];
  let path: string | undefined;
  for (const part of parts) {
    const [operator, given] = operationOf(part) ?? [];
    if (operator !== 'in' || !Array.isArray(given) || given.length !== 2) return undefined;
    const [item, subject] = given as unknown[];
    const found = pathOf(subject);
    if (typeof item !== 'string' || found === undefined || (path !== undefined && found !== path)) return undefined;
    path = found;
    items.push(item);
  }
  return path === undefined || items.length < 2 || !isListFact(path)
    ? undefined
    : { field: path, operator: 'allOf', value: items };
}

/** The rule about a subject; undefined if that is neither a fact nor a question about the past. */
function of(subject: unknown, operator: string, value: unknown): TreeRule | undefined {
  if (value === undefined) return undefined;
  const path = pathOf(subject);
  if (path !== undefined) return path === '' ? undefined : { field: path, operator, value };
  const [question, asked] = operationOf(subject) ?? [];
  if (question === undefined || !isPast(question) || !areLiterals(asked)) return undefined;
  if (asked.length !== pastParameters[question]) return undefined;
  return { field: question, operator, value: { asked, than: value } satisfies PastValue };
}

/** The text of a condition; null for one that always matches. */
export function writeCondition(tree: TreeGroup): string | null {
  const { rules, isBare = false, not = false } = tree;
  const [only] = rules;
  if (only === undefined && !not) return isBare ? '{}' : null;
  if (isBare && !not && rules.length === 1 && only !== undefined && !isGroup(only))
    return JSON.stringify(writeRule(only));
  return JSON.stringify(writePart(tree));
}

function writePart(part: TreeRule | TreeGroup): unknown {
  if (!isGroup(part)) return writeRule(part);
  const group = { [part.combinator]: part.rules.map(writePart) };
  return part.not === true ? { '!': group } : group;
}

function writeRule({ field, operator, value: given }: TreeRule): unknown {
  const { asked, than } = isPast(field) ? (given as PastValue) : { asked: [], than: given };
  const subject = isPast(field) ? { [field]: asked } : { var: field };
  const positive = positives[operator];
  if (positive !== undefined) return { '!': writeTest(positive, subject, than) };
  return writeTest(operator, subject, than);
}

function writeTest(operator: string, subject: unknown, value: unknown): unknown {
  switch (operator) {
    case 'isSet':
      return { '!=': [subject, null] };
    case 'isNotSet':
      return { '==': [subject, null] };
    case 'isTrue':
      return { '==': [subject, true] };
    case 'isFalse':
      return { '==': [subject, false] };
    case 'between': {
      const [from, to] = value as readonly number[];
      return { '<=': [from, subject, to] };
    }
    case 'oneOf':
      return { in: [subject, value] };
    case 'contains':
      return { in: [value, subject] };
    case 'inList':
      return { in: [subject, { var: `lists.${String(value)}` }] };
    case 'inCidr':
      return { inCidr: [subject, value] };
    case 'anyOf':
      return { some: [subject, { in: [{ var: '' }, value] }] };
    case 'noneOf':
      return { none: [subject, { in: [{ var: '' }, value] }] };
    case 'allOf':
      return { and: (value as readonly string[]).map((item) => ({ in: [item, subject] })) };
    default:
      return { [operator]: [subject, value] };
  }
}

const negations: Readonly<Record<string, string>> = {
  oneOf: 'notOneOf',
  contains: 'notContains',
  inList: 'notInList',
  inCidr: 'notInCidr',
};
const positives: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(negations).map(([positive, negative]) => [negative, positive]),
);

function isObject(json: unknown): json is Readonly<Record<string, unknown>> {
  return typeof json === 'object' && json !== null && !Array.isArray(json);
}

/** The operator and the arguments of an object with one key. */
function operationOf(json: unknown): readonly [string, unknown] | undefined {
  const entries = isObject(json) ? Object.entries(json) : [];
  return entries.length === 1 ? entries[0] : undefined;
}

function pathOf(json: unknown): string | undefined {
  const [operator, path] = operationOf(json) ?? [];
  return operator === 'var' && typeof path === 'string' ? path : undefined;
}

function listOf(json: unknown): string | undefined {
  const path = pathOf(json);
  return path?.startsWith('lists.') === true && path.length > 6 ? path.slice(6) : undefined;
}

function areLiterals(json: unknown): json is readonly Literal[] {
  return Array.isArray(json) && json.every((item) => typeof item !== 'object');
}
