/** The closed list of management-and-rules 4.5, with the permitted number of arguments for each. */
export const operators = {
  if: [2, Infinity],
  and: [0, Infinity],
  or: [0, Infinity],
  '!': [1, 1],
  '!!': [1, 1],
  '==': [2, 2],
  '===': [2, 2],
  '!=': [2, 2],
  '!==': [2, 2],
  '<': [2, 3],
  '<=': [2, 3],
  '>': [2, 3],
  '>=': [2, 3],
  in: [2, 2],
  inCidr: [2, 2],
  all: [2, 2],
  some: [2, 2],
  none: [2, 2],
  map: [2, 2],
  filter: [2, 2],
  reduce: [2, 3],
  merge: [0, Infinity],
  max: [1, Infinity],
  min: [1, Infinity],
  '+': [1, Infinity],
  '-': [1, 2],
  '*': [1, Infinity],
  '/': [2, 2],
  '%': [2, 2],
  cat: [1, Infinity],
  substr: [2, 3],
} as const satisfies Record<string, readonly [min: number, max: number]>;

export type Operator = keyof typeof operators;

/** These run their second argument once per item of a list, and there `var` reads from the item. */
export const itemOperators: ReadonlySet<Operator> = new Set(['all', 'some', 'none', 'map', 'filter', 'reduce']);
