import { wireTime } from './wire-values.ts';

/** A stored row as an export shows it: times as text, and nothing that has no value. */
export function exportedRowView(row: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(row)
      .filter(([, value]) => value !== null)
      .map(([name, value]) => [name, isTime(name) && typeof value === 'number' ? wireTime(value) : value]),
  );
}

// Every column with a time is named so: created_at, held_until.
function isTime(name: string): boolean {
  return /(?:At|Until)$/.test(name);
}
