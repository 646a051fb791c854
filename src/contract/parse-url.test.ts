import { expect, test } from 'vitest';
import { parseUrl } from './parse-url.ts';

test('a URL with non-ASCII letters stays valid however often it is parsed', () => {
  const answers = new Set<string | undefined>();
  for (let count = 0; count < 20_000; count += 1) answers.add(parseUrl('https://b\u00fccher.example/')?.hostname);
  expect([...answers]).toEqual(['xn--bcher-kva.example']);
  expect(parseUrl('https://')).toBeUndefined();
});
