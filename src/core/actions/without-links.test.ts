/** Worry: whoever chooses a payee's name sends people to a page of theirs, in a mail or text that the tenant sent. */
import { expect, test } from 'vitest';
import { withoutLinks } from './without-links.ts';

test.each([
  ['evil.example/win', 'evil. example/win'],
  ['https://evil.example', 'https: //evil. example'],
  ['http://192.0.2.1/win', 'http: //192. 0. 2. 1/win'],
  ['192.0.2.1', '192. 0. 2. 1'],
  ['ann@evil.example', 'ann@evil. example'],
  ['www.evil.example', 'www. evil. example'],
  ['evil\u3002example', 'evil\u3002 example'],
  ['evil\uff0eexample', 'evil\uff0e example'],
  ['evil.\u200bexample', 'evil. \u200bexample'],
  ['evil.4chan', 'evil. 4chan'],
  ['пример.рф', 'пример. рф'],
])('of %j nothing is a link', (value, written) => {
  expect(withoutLinks(value)).toBe(written);
});

test.each(['250', '1.250,00 EUR', '12.5', 'Ann & Ben Ltd.', 'Ann B. Smith', '14:30', 'a/b', '1.250.000'])(
  '%j stays as it is',
  (value) => {
    expect(withoutLinks(value)).toBe(value);
  },
);
