/** Worry: a spreadsheet runs what a user of a tenant has put into a field. */
import { expect, test } from 'vitest';
import { csvCell, csvOf } from './csv.ts';

test.each([
  ...['=1+1', '+1', '-1', '@SUM(A1)', '|calc', '＝1', '＋1', '－1', '＠a', '｜a', '\0=1', ' =1', '\u00a0=1'],
  ...['\t=1', '\ta', '\r=1', '\ra', '\n=1', '\na', '\0a'],
])('%j begins with an apostrophe', (value) => {
  expect(csvCell(value).replace(/^"/, '')).toMatch(/^'/);
});

test('plain text stays as it is, and what RFC 4180 asks to quote is quoted', () => {
  expect(csvOf([['alice', '203.0.113.7', 'a,b', 'say "hi"', 'two\nlines', '']])).toBe(
    'alice,203.0.113.7,"a,b","say ""hi""","two\nlines",\r\n',
  );
});
