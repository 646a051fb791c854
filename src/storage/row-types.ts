/**
 * How statements, parameters and rows are converted between JavaScript and PostgreSQL, for both drivers: everything in
 * text format, except bytes sent as parameters. pg's global type table is left alone, so that other users of `pg` in
 * the same process are not affected.
 */
import { types } from 'pg';
import { serialize } from 'pg-protocol';
import { memberName } from './sql.ts';
import type { SqlValue, Statement } from './sql.ts';

/** Turns the text of one column, never NULL, into its JavaScript value. */
type Decoder = (text: string) => unknown;

type TypeId = Parameters<typeof types.getTypeParser>[0];

function builtIn(oid: number): Decoder {
  return types.getTypeParser(oid as TypeId, 'text') as Decoder;
}

// The numbers are rows of pg_type, which PostgreSQL never changes (src/include/catalog/pg_type.dat).
const TEXT_ARRAY = 1009;
const TIMESTAMPTZ = 1184;

const toText: Decoder = (text) => text;
const decodeTextArray = builtIn(TEXT_ARRAY);
const decodeDate = builtIn(TIMESTAMPTZ);

function arrayOf(decodeElement: Decoder): Decoder {
  return (text) =>
    (decodeTextArray(text) as (string | null)[]).map((element) => (element === null ? null : decodeElement(element)));
}

function twoDigits(text: string, at: number): number {
  return (text.charCodeAt(at) - 48) * 10 + text.charCodeAt(at + 1) - 48;
}

/** Milliseconds since the epoch; smaller fractions are cut off. `infinity` becomes `Infinity`. */
function decodeTimestamp(text: string): number {
  const length = text.length;
  // The format on every connection, because it is set to UTC and ISO: `2026-01-31 23:59:58.123456+00`, the fraction
  // without trailing zeros. This is on the hot path; the general parser below costs ten times as much.
  if (length >= 22 && text.charCodeAt(4) === 45 && text.charCodeAt(10) === 32 && text.endsWith('+00')) {
    let milliseconds = 0;
    for (let at = 20, unit = 100; unit >= 1 && at < length - 3; at += 1, unit /= 10) {
      milliseconds += (text.charCodeAt(at) - 48) * unit;
    }
    const year = twoDigits(text, 0) * 100 + twoDigits(text, 2);
    // Date.UTC reads the years 0 to 99 as 1900 to 1999.
    if (year >= 100) {
      return Date.UTC(
        year,
        twoDigits(text, 5) - 1,
        twoDigits(text, 8),
        twoDigits(text, 11),
        twoDigits(text, 14),
        twoDigits(text, 17),
        milliseconds,
      );
    }
  }
  const value = decodeDate(text);
  return value instanceof Date ? value.getTime() : Number(value);
}

const decoders = new Map<number, Decoder>([
  [20, Number], // int8: exact up to 2^53, more than any count or size here
  [1016, arrayOf(Number)],
  [1700, Number], // numeric
  [1231, arrayOf(Number)],
  [TIMESTAMPTZ, decodeTimestamp],
  [1185, arrayOf(decodeTimestamp)],
  // A date and a timestamp without zone do not name an instant; pg would read both in the process's own zone.
  [1082, toText],
  [1182, decodeTextArray],
  [1114, toText],
  [1115, decodeTextArray],
]);

/** The decoder of a column type, by the type's OID. Types without one arrive as text. */
function decoderOf(oid: number): Decoder {
  return decoders.get(oid) ?? builtIn(oid);
}

/** The columns of a statement's rows, determined once and kept while the statement is prepared. */
export interface RowShape {
  /** As TypeScript spells them: `user_id` is `userId`. */
  readonly names: readonly string[];
  readonly decoders: readonly Decoder[];
  /** A row with every column NULL: copied, so that all rows of a statement share one hidden class. */
  readonly empty: Readonly<Record<string, unknown>>;
}

/** Reads a RowDescription message. */
export function rowShape(fields: readonly { readonly name: string; readonly dataTypeID: number }[]): RowShape {
  // Here, where shapes are made, new names cost nothing for a row.
  const names = fields.map((field) => memberName(field.name));
  return {
    names,
    decoders: fields.map((field) => decoderOf(field.dataTypeID)),
    empty: Object.fromEntries(names.map((name) => [name, null])),
  };
}

/** Turns the texts of one DataRow message into a row. @throws if a text is not valid for its type. */
export function decodeRow(shape: RowShape, texts: readonly (string | null)[]): Record<string, unknown> {
  const row = { ...shape.empty };
  const { names, decoders: decode } = shape;
  for (let column = 0; column < names.length; column += 1) {
    const text = texts[column];
    const name = names[column];
    const decodeColumn = decode[column];
    if (text !== null && text !== undefined && name !== undefined && decodeColumn !== undefined) {
      row[name] = decodeColumn(text);
    }
  }
  return row;
}

type Element = string | number | boolean | Buffer | null;

function encodeArray(elements: readonly Element[]): string {
  let text = '{';
  for (let index = 0; index < elements.length; index += 1) {
    const element = elements[index] ?? null;
    if (index > 0) text += ',';
    if (element === null) text += 'NULL';
    else if (typeof element === 'string') text += `"${element.replace(/["\\]/g, '\\$&')}"`;
    else if (typeof element === 'object') text += `"\\\\x${element.toString('hex')}"`;
    else text += String(element);
  }
  return `${text}}`;
}

/** Turns a parameter into what a Bind message carries: text, or bytes in binary format. */
function encodeValue(value: SqlValue): string | Buffer | null {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (value === null || Buffer.isBuffer(value)) return value;
  if (Array.isArray(value)) return encodeArray(value as readonly Element[]);
  // An `undefined` written as NULL would hide the caller's mistake in a column.
  throw new TypeError(`A statement's parameter cannot be ${typeof value === 'object' ? 'an object' : typeof value}.`);
}

/** What a connection remembers of a statement it has prepared. */
export interface Prepared {
  readonly text: string;
  /** Null for a statement that returns no rows. */
  readonly shape: RowShape | null;
}

/** Refuses a name that already belongs to another text on this connection: its rows would be the other statement's. */
function requireSameText(prepared: Prepared, statement: Statement<unknown>): void {
  if (prepared.text !== statement.text) throw new TypeError(`Two statements are called ${statement.name}.`);
}

const describePortal = serialize.describe({ type: 'P' });
const execute = serialize.execute();
const sync = serialize.sync();

/** A statement with the values of one call. */
export interface StatementCall {
  readonly statement: Statement<unknown>;
  readonly values: readonly SqlValue[];
}

/**
 * The messages that run statements, as one buffer: in one transaction, which ends with the last of them. The first call
 * on a connection also prepares a statement and asks for its columns. Later ones need not ask, because the server
 * refuses a plan whose columns have changed (0A000). Without `prepared`, every call is prepared for itself alone, under
 * no name.
 * @throws {TypeError} for a parameter that no column can store.
 */
export function writeCalls(
  calls: readonly StatementCall[],
  prepared: ReadonlyMap<string, Prepared> | undefined,
): Buffer {
  const messages: Buffer[] = [];
  const preparing = new Set<string>();
  for (const { statement, values } of calls) {
    const { name, text } = statement;
    if (prepared === undefined) {
      const bind = serialize.bind({ values: values as SqlValue[], valueMapper: encodeValue });
      messages.push(serialize.parse({ text }), bind, describePortal, execute);
      continue;
    }
    const known = prepared.get(name);
    if (known !== undefined) requireSameText(known, statement);
    const bind = serialize.bind({ statement: name, values: values as SqlValue[], valueMapper: encodeValue });
    if (known !== undefined || preparing.has(name)) {
      messages.push(bind, execute);
      continue;
    }
    preparing.add(name);
    messages.push(
      // Closing a name that does not exist is no error, and a name left by an earlier, failed call could not be reused.
      serialize.close({ type: 'S', name }),
      serialize.parse({ name, text }),
      bind,
      describePortal,
      execute,
    );
  }
  messages.push(sync);
  return Buffer.concat(messages);
}
