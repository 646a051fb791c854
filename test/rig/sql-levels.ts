/** Splits a statement into its queries, for rules that are about one query at a time. */

/** One query of a statement: its own text, in which every query inside it is only `()`. */
export interface Level {
  readonly text: string;
}

/** The queries of a statement, without comments and with empty string literals. */
export function levelsOf(statement: string): readonly Level[] {
  const levels: Level[] = [];
  const own = withoutQueries(withoutLiterals(statement), levels);
  levels.push(...parts(own));
  return levels;
}

/** In one line, without comments and the contents of strings, which say nothing of the query. */
export function withoutLiterals(statement: string): string {
  return statement
    .replaceAll(/--[^\n]*/g, '')
    .replaceAll(/\$\$.*?\$\$/gs, "''")
    .replaceAll(/'(?:[^']|'')*'/g, "''")
    .replaceAll(/\s+/g, ' ')
    .toLowerCase();
}

const isQuery = /^\(\s*(?:select|with|insert|update|delete)\b/;

function withoutQueries(text: string, levels: Level[]): string {
  let own = '';
  for (let at = 0; at < text.length; at += 1) {
    if (text[at] !== '(') {
      own += text[at];
      continue;
    }
    const end = endOfGroup(text, at);
    const inside = withoutQueries(text.slice(at + 1, end), levels);
    // A group that begins with a query of its own, as in `(select … order by …) union all …`.
    if (isQuery.test(text.slice(at, end))) {
      levels.push(...parts(inside));
      own += '()';
    } else own += `(${inside})`;
    at = end;
  }
  return own;
}

function endOfGroup(text: string, start: number): number {
  let depth = 0;
  for (let at = start; at < text.length; at += 1) {
    if (text[at] === '(') depth += 1;
    if (text[at] === ')') depth -= 1;
    if (depth === 0) return at;
  }
  throw new Error(`A group of this text does not end: ${text.slice(start, start + 60)}`);
}

function parts(text: string): readonly Level[] {
  return text.split(/\bunion(?: all)?\b/).map((part) => ({ text: part }));
}

/** A table of a query, under the name that its columns have there. */
export interface Mention {
  readonly table: string;
  readonly alias: string;
}

const noAlias = new Set('where set on using values select left join cross order limit group union for as'.split(' '));

/** The tables that a query itself reads or writes. */
export function mentionsOf({ text }: Level, tables: readonly string[]): readonly Mention[] {
  const mention = new RegExp(
    String.raw`(?:\b(?:from|join|into|update|using)|,)\s+(${tables.join('|')})\b(?!\s*[.=])(?:\s+(?:as\s+)?(\w+))?`,
    'g',
  );
  return [...text.matchAll(mention)].map(([, table = '', alias = table]) => ({
    table,
    alias: noAlias.has(alias) ? table : alias,
  }));
}

/** Whether the query compares this column of the table with a value, or with the same column of another table. */
export function isBound({ text }: Level, { alias }: Mention, column: string, isAlone: boolean): boolean {
  const name = isAlone ? String.raw`(?:${alias}\.)?${column}` : String.raw`${alias}\.${column}`;
  const other = String.raw`(?:\$\d+|\w+\.\w+|\(\)|any\()`;
  return new RegExp(String.raw`(?<![\w.])${name}\s*=\s*${other}|${other}\s*=\s*${name}(?!\w)`).test(text);
}
