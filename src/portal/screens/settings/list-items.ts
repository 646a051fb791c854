/** What operators paste or open as a file, as items of a list. */
import type { ValueList } from '../../api/types.ts';

export type Item = NonNullable<ValueList['valueListItems']>[number];

interface ReadItems {
  readonly items: readonly Item[];
  /** Lines that cannot be items. */
  readonly refused: readonly string[];
}

export const itemsMax = 10_000;
const charactersMax = 1_000;
const plainNumber = /^-?\d+(?:\.\d+)?(?:e[+-]?\d+)?$/i;

/** One item a line; of a CSV file the first column. Empty lines are left out, and so is what comes twice. */
export function readItems(text: string, itemType: ValueList['itemType'], isCsv = false): ReadItems {
  const items = new Set<Item>();
  const refused: string[] = [];
  for (const line of text.replace(/^\uFEFF/, '').split(/\r\n|\n|\r/)) {
    const cell = (isCsv ? firstCell(line) : line).trim();
    if (cell === '') continue;
    if (itemType === 'number') {
      const number = Number(cell);
      if (plainNumber.test(cell) && Number.isFinite(number)) items.add(number);
      else refused.push(cell);
    } else if (cell.length > charactersMax) refused.push(cell);
    else items.add(cell);
  }
  return { items: [...items], refused };
}

function firstCell(line: string): string {
  const quoted = /^\s*"((?:[^"]|"")*)"/.exec(line)?.[1];
  return quoted === undefined ? (line.split(/[,;\t]/)[0] ?? '') : quoted.replaceAll('""', '"');
}

/** What saving would add and remove. */
export function differenceOf(before: readonly Item[], after: readonly Item[]) {
  const [had, has] = [new Set(before), new Set(after)];
  return {
    added: [...has].filter((item) => !had.has(item)),
    removed: [...had].filter((item) => !has.has(item)),
  };
}
