import { expect, test } from 'vitest';
import { maskContactsWithin, maskEmail, maskIfContact, maskPhoneNumber } from './mask-contact.ts';

test.each([
  ['jane@example.com', 'j•••@example.com'],
  ['j@example.com', 'j•••@example.com'],
  ['"a@b"@example.com', '"•••@example.com'],
  ['😀x@example.com', '😀•••@example.com'],
])('%s keeps its first character and the domain', (email, masked) => {
  expect(maskEmail(email)).toBe(masked);
});

test('a phone number keeps three digits', () => {
  expect(maskPhoneNumber('+6427123456')).toBe('•••456');
});

test.each([
  ['jane@example.com', 'j•••@example.com'],
  ['+64 27 123 456', '•••456'],
  ['0271234567', '•••567'],
  ['jane', 'jane'],
  ['jane2026', 'jane2026'],
  ['', ''],
])('the name %s is shown as %s to whoever may not see contacts', (name, shown) => {
  expect(maskIfContact(name)).toBe(shown);
});

test('contacts are masked wherever they stand in a response, and nothing else changes', () => {
  const given = {
    words: ['Rule "A" matched because user.email ("jane@example.com") == "jane@example.com".'],
    facts: [{ path: 'user.phoneNumber', value: '+6427123456', at: '2026-01-15T10:00:00.000Z', count: 12, isIt: true }],
    list: { 'bob@example.org': ['0044 20 7946 0958', 'x+y@example.com...'], none: null },
    odd: 'jane doe 12',
  };
  const masked = maskContactsWithin(given, ['jane doe 12']);
  expect(masked).toEqual({
    words: ['Rule "A" matched because user.email ("j•••@example.com") == "j•••@example.com".'],
    facts: [{ path: 'user.phoneNumber', value: '•••456', at: '2026-01-15T10:00:00.000Z', count: 12, isIt: true }],
    list: { 'b•••@example.org': ['•••958', 'x•••@example.com...'], none: null },
    odd: '••• 12',
  });
});

test('what was masked stays as it is', () => {
  expect(maskContactsWithin(['j•••@example.com', '•••456'], ['jane@example.com'])).toEqual([
    'j•••@example.com',
    '•••456',
  ]);
});
