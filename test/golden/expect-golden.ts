import { readFileSync, writeFileSync } from 'node:fs';
import { expect } from 'vitest';

/** Compares a text with the committed file of that name beside this one; `UPDATE_GOLDEN=1` rewrites the file instead. */
export function expectGolden(fileName: string, text: string): void {
  const file = new URL(fileName, import.meta.url);
  if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(file, text);
  // Does this fail for you? API callers will see the difference. If it is intended: UPDATE_GOLDEN=1 npx vitest run test
  expect(text).toBe(readFileSync(file, 'utf8'));
}
