/** What the builder offers: facts with their operators, and values that fit those. */
import { builderFieldsTexts } from '#portal-texts/rules.ts';
import { fill } from '../../kit/fill.ts';
import type { Vocabulary } from '../../api/types.ts';
import { isGroup, isPast } from './condition-tree.ts';
import type { Literal, PastValue, TreeGroup, TreeRule } from './condition-tree.ts';

export type Kind = 'boolean' | 'number' | 'text' | 'list' | 'address' | 'any';

export interface BuilderField {
  readonly name: string;
  readonly label: string;
  readonly kind: Kind;
  readonly heading: string;
}

const kinds: Readonly<Record<string, Kind>> = {
  string: 'text',
  text: 'text',
  number: 'number',
  boolean: 'boolean',
  multiselect: 'list',
  'array of strings': 'list',
};

const headings: Readonly<Record<string, string>> = builderFieldsTexts.headings;

const past: readonly BuilderField[] = [
  {
    name: 'actionCount',
    label: builderFieldsTexts.numberOfEarlierActions,
    kind: 'number',
    heading: builderFieldsTexts.thePast,
  },
  {
    name: 'distinctCount',
    label: builderFieldsTexts.numberOfDifferent,
    kind: 'number',
    heading: builderFieldsTexts.thePast,
  },
  { name: 'customSum', label: builderFieldsTexts.sumOfADataPoint, kind: 'number', heading: builderFieldsTexts.thePast },
  {
    name: 'minutesSince',
    label: builderFieldsTexts.minutesSinceTheLast,
    kind: 'number',
    heading: builderFieldsTexts.thePast,
  },
];

/** The fields, with those that a tree names and nobody knows. */
export function fieldsOf({ facts, dataPoints }: Vocabulary, tree: TreeGroup): readonly BuilderField[] {
  const known: BuilderField[] = [
    ...dataPoints.map(({ name, dataType }) => ({
      name: `custom.${name}`,
      label: `custom.${name}`,
      kind: kinds[dataType] ?? 'any',
      heading: builderFieldsTexts.yourData,
    })),
    ...dataPoints
      .filter(({ modelType }) => modelType === 'user')
      .map(({ name, dataType }) => ({
        name: `user.custom.${name}`,
        label: `user.custom.${name}`,
        kind: kinds[dataType] ?? 'any',
        heading: builderFieldsTexts.yourData,
      })),
    ...facts.map(({ path, type }) => ({
      name: path,
      label: path,
      kind: path === 'ip.ipAddress' ? ('address' as const) : (kinds[type] ?? 'any'),
      heading: headings[path.split('.')[0] ?? ''] ?? builderFieldsTexts.otherHeading,
    })),
    ...past,
  ];
  const named = new Set(known.map(({ name }) => name));
  const others = [...new Set(namesIn(tree))].filter((name) => !named.has(name));
  const unknown = others.map((name) => ({
    name,
    label: name,
    kind: 'any' as const,
    heading: builderFieldsTexts.namedHere,
  }));
  // A data point of the action and one of the user may have one name.
  return [...new Map([...known, ...unknown].map((field) => [field.name, field])).values()];
}

function namesIn({ rules }: TreeGroup): readonly string[] {
  return rules.flatMap((part) => (isGroup(part) ? namesIn(part) : part.field === '' ? [] : [part.field]));
}

const words: Readonly<Record<string, string>> = builderFieldsTexts.operators;
export const operatorWords = (operator: string) => words[operator] ?? operator;

const set = ['isSet', 'isNotSet'];
const lists = ['inList', 'notInList'];
const texts = ['==', '!=', 'oneOf', 'notOneOf', 'contains', 'notContains'];
const numbers = ['==', '!=', '>', '>=', '<', '<=', 'between'];
const operators: Readonly<Record<Kind, readonly string[]>> = {
  boolean: ['isTrue', 'isFalse', ...set],
  number: [...numbers, ...lists, ...set],
  text: [...texts, ...lists, ...set],
  list: ['anyOf', 'allOf', 'noneOf', ...set],
  address: ['==', '!=', 'inCidr', 'notInCidr', 'oneOf', 'notOneOf', ...lists, ...set],
  any: Object.keys(words),
};

/** The operators of a field. Of the past, an answer is a number, and nothing else is there. */
export function operatorsOf(name: string, kind: Kind): readonly string[] {
  return isPast(name) ? [...numbers, ...(name === 'minutesSince' ? set : [])] : operators[kind];
}

const unary = new Set(['isSet', 'isNotSet', 'isTrue', 'isFalse']);
const manies = new Set(['oneOf', 'notOneOf', 'anyOf', 'allOf', 'noneOf', 'inCidr', 'notInCidr']);

/** How the value of an operator is entered. */
export function shapeOf(operator: string): 'none' | 'one' | 'two' | 'many' | 'list' {
  if (unary.has(operator)) return 'none';
  if (operator === 'between') return 'two';
  if (manies.has(operator)) return 'many';
  return operator === 'inList' || operator === 'notInList' ? 'list' : 'one';
}

const pastDefaults: Readonly<Record<string, readonly Literal[]>> = {
  actionCount: ['user', '*', 60, '*'],
  distinctCount: ['ip', 'user', 1440],
  customSum: ['', 'user', '*', 1440],
  minutesSince: ['challengeSucceeded'],
};

/** The tree with values that fit their operators, after a fact or an operator was changed. */
export function fitValues(tree: TreeGroup): TreeGroup {
  return { ...tree, rules: tree.rules.map((part) => (isGroup(part) ? fitValues(part) : fitRule(part))) };
}

function fitRule(rule: TreeRule): TreeRule {
  const { field, operator, value } = rule;
  if (!isPast(field)) return { ...rule, value: fit(operator, isPastValue(value) ? value.than : value) };
  const asked = isPastValue(value) ? value.asked : undefined;
  const defaults = pastDefaults[field] ?? [];
  const than = fit(operator, isPastValue(value) ? value.than : value);
  return { ...rule, value: { asked: asked?.length === defaults.length ? asked : defaults, than } };
}

export function isPastValue(value: unknown): value is PastValue {
  return typeof value === 'object' && value !== null && 'asked' in value;
}

function fit(operator: string, value: unknown): unknown {
  const scalar = (given: unknown) => (typeof given === 'string' || typeof given === 'number' ? given : '');
  switch (shapeOf(operator)) {
    case 'none':
      return null;
    case 'two':
      return Array.isArray(value) && value.length === 2 ? value : [scalar(value), ''];
    case 'many':
      return Array.isArray(value) ? value : scalar(value) === '' ? [] : [scalar(value)];
    case 'list':
      return typeof value === 'string' ? value : '';
    case 'one':
      return Array.isArray(value) ? scalar(value[0]) : scalar(value);
  }
}

/** What is missing before a tree can be saved, in words; empty if nothing is. */
export function gapsIn(tree: TreeGroup, kindOf: (name: string) => Kind, isWhole = true): readonly string[] {
  if (tree.rules.length === 0) return isWhole && tree.not !== true ? [] : [builderFieldsTexts.emptyGroup];
  return tree.rules.flatMap((part) => (isGroup(part) ? gapsIn(part, kindOf, false) : gapOf(part, kindOf(part.field))));
}

function gapOf({ field, operator, value }: TreeRule, kind: Kind): readonly string[] {
  if (field === '') return [builderFieldsTexts.noFact];
  const than = isPastValue(value) ? value.than : value;
  const needsNumber = isPast(field) || kind === 'number';
  if (isPastValue(value) && value.asked.some((item) => item === ''))
    return [fill(builderFieldsTexts.partMissing, { field })];
  switch (shapeOf(operator)) {
    case 'none':
      return [];
    case 'list':
      return than === '' ? [fill(builderFieldsTexts.noList, { field })] : [];
    case 'many':
      return Array.isArray(than) && than.length > 0 ? [] : [fill(builderFieldsTexts.noValues, { field })];
    case 'two':
      return Array.isArray(than) && than.every((item) => typeof item === 'number')
        ? []
        : [fill(builderFieldsTexts.notTwoNumbers, { field })];
    case 'one':
      if (needsNumber && than === '') return [fill(builderFieldsTexts.noNumber, { field })];
      return ['>', '>=', '<', '<='].includes(operator) && than === ''
        ? [fill(builderFieldsTexts.noValue, { field })]
        : [];
  }
}
