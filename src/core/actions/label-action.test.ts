import { expect, test } from 'vitest';
import { labelAction } from './label-action.ts';

test.each([
  ['sign-in', 'Sign in'],
  ['transferMoney', 'Transfer money'],
  ['TRANSFER_money2Ann', 'TRANSFER money2 ann'],
  ['change-IBAN', 'Change IBAN'],
  ['payA', 'Pay a'],
  ['--', '--'],
  ['x', 'X'],
])('an action %s is called %s', (code, label) => {
  expect(labelAction(code)).toBe(label);
});
