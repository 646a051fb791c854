import { expect, test } from 'vitest';
import { maskEmail, maskPhoneNumber } from './mask-contact.ts';

test.each([
  ['jane@example.com', 'j•••@example.com'],
  ['j@example.com', 'j•••@example.com'],
  ['"a@b"@example.com', '"•••@example.com'],
  ['😀x@example.com', '😀•••@example.com'],
])('of %s the first character and the domain are left', (email, masked) => {
  expect(maskEmail(email)).toBe(masked);
});

test('of a phone number three digits are left', () => {
  expect(maskPhoneNumber('+6427123456')).toBe('•••456');
});
