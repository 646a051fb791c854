import { isPlainDecimal } from '../rules/is-plain-decimal.ts';
import { isList, UNKNOWN } from '../rules/value.ts';
import type { Value } from '../rules/value.ts';

export type DataPointType = 'text' | 'number' | 'boolean' | 'multiselect';

/** What a tenant has declared about a member of `custom`. */
export interface DataPoint {
  readonly name: string;
  readonly dataType: DataPointType;
  readonly modelType: 'action' | 'user';
}

/** The declared types by name, for each source of values. */
export interface DataPointTypes {
  /** For `custom` of track. */
  readonly sent: ReadonlyMap<string, DataPointType>;
  /** For the user's, as `user.custom`. */
  readonly stored: ReadonlyMap<string, DataPointType>;
  /** For the user's, where they replace values that track did not send. */
  readonly inherited: ReadonlyMap<string, DataPointType>;
}

export function dataPointTypes(points: readonly DataPoint[]): DataPointTypes {
  const of = (model: DataPoint['modelType']) =>
    points.flatMap(({ name, dataType, modelType }): [string, DataPointType][] =>
      modelType === model ? [[name, dataType]] : [],
    );
  const [action, user] = [of('action'), of('user')];
  return { sent: new Map([...user, ...action]), stored: new Map(user), inherited: new Map([...action, ...user]) };
}

type Custom = Readonly<Record<string, Value>>;

/**
 * The values, with those that do not have their declared type as unknown (ruling 37), and the names of those. Null fits
 * every type.
 */
export function readDataPoints(
  custom: Custom,
  types: ReadonlyMap<string, DataPointType>,
): { readonly values: Custom; readonly unreadable: readonly string[] } {
  const unreadable: string[] = [];
  for (const [name, type] of types) {
    const value = Object.hasOwn(custom, name) ? (custom[name] ?? null) : null;
    if (value !== null && !fits[type](value)) unreadable.push(name);
  }
  if (unreadable.length === 0) return { values: custom, unreadable };
  const values = Object.entries(custom).map(([name, value]) => [name, unreadable.includes(name) ? UNKNOWN : value]);
  return { values: Object.fromEntries(values) as Custom, unreadable };
}

const fits: Readonly<Record<DataPointType, (value: Value) => boolean>> = {
  text: (value) => typeof value === 'string',
  number: (value) =>
    typeof value === 'number' || (typeof value === 'string' && isPlainDecimal(value) && Number.isFinite(Number(value))),
  boolean: (value) => typeof value === 'boolean',
  multiselect: (value) => isList(value) && value.every((item) => typeof item === 'string'),
};
