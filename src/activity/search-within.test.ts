import { expect, test } from 'vitest';
import { virtualRuntime } from '../runtime/virtual-runtime.ts';
import { searchWithin } from './search-within.ts';

/** Searches ids from `from` down to 1 for those that are `wanted`, where reading a batch takes `batchMs`. */
async function searchIds(from: number, limit: number, wanted: (id: number) => boolean, batchMs = 0, isSifted = true) {
  const runtime = virtualRuntime();
  let read = 0;
  const found = await searchWithin<{ id: string }>(runtime.clock, {
    endId: String(from + 1),
    limit,
    isSifted,
    idOf: ({ id }) => id,
    async read(endId, batch, max) {
      await runtime.advance(batchMs);
      const ids = Array.from({ length: Math.min(batch, Number(endId) - 1) }, (_, index) => Number(endId) - 1 - index);
      read += ids.length;
      const rows = ids.filter(wanted).slice(0, max);
      return { rows: rows.map((id) => ({ id: String(id) })), scanned: ids.length, lastId: ids.at(-1)?.toString() };
    },
  });
  return { ...found, rows: found.rows.map(({ id }) => Number(id)), read };
}

test('a search reads 50,000 rows at most, and goes on where it ended', async () => {
  const found = await searchIds(120_000, 5, (id) => id === 3);
  expect(found).toEqual({ rows: [], nextId: '70001', isCutShort: true, read: 50_000 });
});

test('a search ends after two seconds, with what it has found', async () => {
  const found = await searchIds(120_000, 5, (id) => id === 119_999, 700);
  expect(found).toEqual({ rows: [119_999], nextId: '105001', isCutShort: true, read: 15_000 });
});

test('a page that is full goes on after its last row, and one that ends with the list does not', async () => {
  expect(await searchIds(10, 5, () => true)).toMatchObject({ rows: [10, 9, 8, 7, 6], nextId: '6', isCutShort: false });
  expect(await searchIds(5, 5, () => true)).toMatchObject({ rows: [5, 4, 3, 2, 1], nextId: undefined });
  expect(await searchIds(0, 5, () => true)).toMatchObject({ rows: [], nextId: undefined });
});

test('where every row is wanted, no more are read than asked for and one', async () => {
  expect(await searchIds(10_000, 5, () => true, 0, false)).toMatchObject({ read: 6 });
});
