import type { Condition, Operation, Reference } from './condition.ts';
import { listAlias } from './list-alias.ts';
import { previewValue } from './preview-value.ts';

type Readable = Extract<Condition, { kind: 'reference' | 'history' }>;

/** The value found for a fact or a history question, as text; null to name it without one. */
export type Show = (condition: Readable) => string | null;

const charactersMax = 80;
const infix: ReadonlySet<string> = new Set(['==', '===', '!=', '!==', '<', '<=', '>', '>=', '+', '-', '*', '/', '%']);

/** A condition as a claim, or as its denial: `custom.amount (2001) > 2000`, `custom.amount (5) is not > 2000`. */
export function describeClaim(condition: Condition, holds: boolean, show: Show): string {
  const describe = (part: Condition | undefined) => (part === undefined ? '' : describeCondition(part, show));
  if (condition.kind === 'missing') return `${holds ? 'something' : 'nothing'} is ${describe(condition)}`;
  if (condition.kind !== 'operation') return `${describe(condition)} counts as ${holds}`;

  const [first, second, third] = condition.args;
  const is = holds ? 'is' : 'is not';
  switch (condition.operator) {
    case 'in':
      return `${describe(first)} ${is} in ${describe(second)}`;
    case 'inCidr':
      return `${describe(first)} ${is} in the ranges ${describe(second)}`;
    case '==':
    case '===':
    case '!=':
    case '!==':
    case '<':
    case '<=':
    case '>':
    case '>=': {
      const operator = holds ? condition.operator : `is not ${condition.operator}`;
      if (third === undefined) return `${describe(first)} ${operator} ${describe(second)}`;
      return `${describe(first)} ${operator} ${describe(second)} ${condition.operator} ${describe(third)}`;
    }
    default:
      return `${describe(condition)} counts as ${holds}`;
  }
}

/** A condition as a value: a path, a literal, a calculation. */
export function describeCondition(condition: Condition, show: Show): string {
  switch (condition.kind) {
    case 'value':
      // Cut before it is turned into text: a list of thousands may appear in many places.
      return shorten(JSON.stringify(previewValue(condition.value)));
    case 'array':
      return `[${describeAll(condition.items, show)}]`;
    case 'reference':
      return withValue(describeReference(condition), show(condition));
    case 'history': {
      const { operator, ...members } = condition.question;
      return withValue(`${operator}(${Object.values(members).join(', ')})`, show(condition));
    }
    case 'missing':
      return `missing of ${condition.references.map(describeReference).join(', ')}`;
    case 'operation':
      return describeOperation(condition, show);
  }
}

function describeOperation({ operator, args }: Operation, show: Show): string {
  if (!infix.has(operator) || args.length === 1) return `${operator}(${describeAll(args, show)})`;
  return `(${args.map((arg) => describeCondition(arg, show)).join(` ${operator} `)})`;
}

function describeAll(conditions: readonly Condition[], show: Show): string {
  return conditions.map((condition) => describeCondition(condition, show)).join(', ');
}

function describeReference({ path, from }: Reference): string {
  if (from === 'item') return path === '' ? 'item' : `item.${path}`;
  const alias = listAlias(path);
  return alias === null ? path : `the list "${alias}"`;
}

function withValue(name: string, value: string | null): string {
  return value === null ? name : `${name} (${shorten(value)})`;
}

function shorten(text: string): string {
  return text.length > charactersMax ? `${text.slice(0, charactersMax)}...` : text;
}
