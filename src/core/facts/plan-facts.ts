import { UNKNOWN } from '../rules/value.ts';
import type { Value } from '../rules/value.ts';
import type { Fact, FactInputs, HistoryPart } from './fact.ts';
import { facts } from './facts.ts';

/** The facts that a rule set needs, worked out once per version: nothing else is computed, read or recorded. */
export interface FactPlan {
  readonly historyParts: ReadonlySet<HistoryPart>;
  /** The fact document for the rules. A fact that throws is unknown (ruling 8). */
  gather(inputs: FactInputs): { readonly [fact: string]: Value };
}

/** Plans for the paths that conditions read. */
export function planFacts(paths: readonly string[]): FactPlan {
  const needed = facts.filter((fact) => paths.some((path) => concerns(path, fact)));
  const computed = needed.map((fact) => ({
    names: prefixOf(fact).split('.'),
    members: fact.path.endsWith('.*') ? membersRead(paths, prefixOf(fact)) : null,
    compute: fact.compute,
  }));
  return {
    historyParts: new Set(needed.flatMap((fact) => fact.needs ?? [])),
    gather(inputs) {
      const document: Record<string, Value> = {};
      for (const { names, members, compute } of computed) {
        const value = computeOrUnknown(compute, inputs);
        put(document, names, members === null ? value : pick(value, members));
      }
      return document;
    },
  };
}

function prefixOf(fact: Fact): string {
  return fact.path.replace(/\.\*$/, '');
}

/** Whether reading `path` reads the fact: the fact itself, one of its members, or an object that contains it. */
function concerns(path: string, fact: Fact): boolean {
  const prefix = prefixOf(fact);
  return path === '' || path === prefix || path.startsWith(`${prefix}.`) || prefix.startsWith(`${path}.`);
}

/** The members of a free object that are read; null if all of it is. */
function membersRead(paths: readonly string[], prefix: string): ReadonlySet<string> | null {
  const members = new Set<string>();
  for (const path of paths) {
    if (path === '' || path === prefix || prefix.startsWith(`${path}.`)) return null;
    const [member] = path.startsWith(`${prefix}.`) ? path.slice(prefix.length + 1).split('.') : [];
    if (member !== undefined) members.add(member);
  }
  return members;
}

function computeOrUnknown(compute: Fact['compute'], inputs: FactInputs): Value {
  try {
    return compute(inputs);
  } catch {
    return UNKNOWN;
  }
}

// Entries rather than assignment: a member called __proto__ is data like any other (A71).
function pick(value: Value, members: ReadonlySet<string>): Value {
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).filter(([name]) => members.has(name)));
}

// The names come from our own list, never from a caller, so plain objects are safe here.
function put(document: Record<string, Value>, names: readonly string[], value: Value): void {
  let at = document;
  for (const name of names.slice(0, -1)) at = (at[name] ??= {}) as Record<string, Value>;
  const last = names.at(-1);
  if (last !== undefined) at[last] = value;
}
