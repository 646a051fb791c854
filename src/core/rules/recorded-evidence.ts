import type { Evidence } from './rule-set.ts';
import { isList, UNKNOWN, type Json, type Unknown, type Value } from './value.ts';

/** Evidence as plain JSON, stored with the decision that depends on it. */
export interface RecordedEvidence {
  readonly facts: { readonly [fact: string]: Json };
  readonly history: { readonly [key: string]: number | null };
  /** Values that JSON cannot express, by JSON pointer into this record, which has null in their place. */
  readonly exceptions: { readonly [place: string]: ExceptionName };
  readonly awaited?: readonly string[];
}

const exceptions = {
  unknown: UNKNOWN,
  NaN: Number.NaN,
  Infinity: Number.POSITIVE_INFINITY,
  '-Infinity': Number.NEGATIVE_INFINITY,
  '-0': -0,
} as const satisfies Record<string, number | Unknown>;

type ExceptionName = keyof typeof exceptions;

export function recordEvidence({ facts, history, awaited }: Evidence): RecordedEvidence {
  const noted: [string, ExceptionName][] = [];
  // Built as a pointer only if there is something to note: this runs for every decision.
  const place: (string | number)[] = ['facts'];
  const write = (value: Value): Json => {
    const name = exceptionName(value);
    if (name !== null) {
      noted.push([pointer(place), name]);
      return null;
    }
    if (isList(value)) return value.map((item, index) => writeAt(index, item));
    if (typeof value === 'object' && value !== null) return writeMembers(value);
    return typeof value === 'symbol' ? null : value;
  };
  const writeAt = (step: string | number, value: Value): Json => {
    place.push(step);
    const written = write(value);
    place.pop();
    return written;
  };
  const writeMembers = (members: { readonly [name: string]: Value | undefined }) => {
    const written: [string, Json][] = [];
    for (const name of Object.keys(members)) {
      const member = members[name];
      if (member !== undefined) written.push([name, writeAt(name, member)]);
    }
    return Object.fromEntries(written);
  };

  const written = writeMembers(facts);
  place[0] = 'history';
  const answers = Array.from(history, ([key, answer]): [string, number | null] => {
    const value = writeAt(key, answer);
    return [key, typeof value === 'number' ? value : null];
  });
  return {
    facts: written,
    history: Object.fromEntries(answers),
    exceptions: Object.fromEntries(noted),
    ...(awaited === undefined ? {} : { awaited }),
  };
}

/** Restores the recorded evidence: `explainRules` decides the same with it. */
export function restoreEvidence({ facts, history, exceptions: noted, awaited }: RecordedEvidence): Evidence {
  const names = new Map(Object.entries(noted));
  const read = (value: Json, place: string): Value => {
    const name = names.get(place);
    if (name !== undefined) return exceptions[name];
    if (Array.isArray(value)) return value.map((item: Json, index) => read(item, `${place}/${index}`));
    return typeof value === 'object' && value !== null ? readMembers(value as RecordedEvidence['facts'], place) : value;
  };
  const readMembers = (members: RecordedEvidence['facts'], place: string): Evidence['facts'] =>
    Object.fromEntries(
      Object.entries(members).map(([name, member]): [string, Value] => [
        name,
        read(member, `${place}/${escape(name)}`),
      ]),
    );

  const answers = Object.entries(history).map(([key, answer]): [string, number | null | Unknown] => {
    const name = names.get(`/history/${escape(key)}`);
    return [key, name === undefined ? answer : exceptions[name]];
  });
  return { facts: readMembers(facts, '/facts'), history: new Map(answers), awaited };
}

function exceptionName(value: Value): ExceptionName | null {
  if (value === UNKNOWN) return 'unknown';
  if (typeof value !== 'number') return null;
  if (Object.is(value, -0)) return '-0';
  if (Number.isFinite(value)) return null;
  return Number.isNaN(value) ? 'NaN' : value > 0 ? 'Infinity' : '-Infinity';
}

function pointer(place: readonly (string | number)[]): string {
  return place.map((step) => `/${escape(String(step))}`).join('');
}

/** RFC 6901 §3. */
function escape(name: string): string {
  return name.replaceAll('~', '~0').replaceAll('/', '~1');
}
