import { expect, test } from 'vitest';
import { maskEmail, maskPhoneNumber } from './mask-contact.ts';

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
