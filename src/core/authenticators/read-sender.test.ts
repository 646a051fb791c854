import { describe, expect, test } from 'vitest';
import { readSender } from './read-sender.ts';

describe('the sender of mail', () => {
  test.each([
    ['login@example.com', '', 'login@example.com'],
    [' login@example.com ', '', 'login@example.com'],
    ['<login@example.com>', '', 'login@example.com'],
    ['Example <login@example.com>', 'Example', 'login@example.com'],
    ['Example Bank Ltd. <login@example.com>', 'Example Bank Ltd.', 'login@example.com'],
    ['"Example, Bank" <login@example.com>', 'Example, Bank', 'login@example.com'],
    ['Bücher & Söhne <login@bücher.example>', 'Bücher & Söhne', 'login@bücher.example'],
  ])('is read from %j', (text, name, address) => {
    expect(readSender(text)).toEqual({ name, address });
  });

  test.each([
    '',
    ' ',
    'Example Bank',
    'Example <>',
    'Example <login>',
    'Example <login@>',
    'Example <@example.com>',
    '<login@example.com',
    'login@example.com>',
    'Example login@example.com',
    'a@example.com, b@example.com',
    'Example <a@example.com>, Other <b@example.com>',
    'Team: a@example.com;',
    'Ann, Bob <a@example.com>',
    'bank@real.example <a@example.com>',
    '"bank@real.example" <a@example.com>',
    'Example\r\nBcc: x@example.com <a@example.com>',
    'Example <a@example.com>\r\nBcc: <x@example.com>',
    'a@example.com\nBcc: x@example.com',
    'Ex\u202eample <a@example.com>',
    `${'x'.repeat(200)} <a@example.com>`,
  ])('is missing in %j', (text) => {
    expect(readSender(text)).toBeUndefined();
  });
});
