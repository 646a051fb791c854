import { describe, expect, test } from 'vitest';
import { fillMessage } from './fill-message.ts';

describe('a message about an action', () => {
  const values = { action: { amount: 250, payee: 'Ann', tags: ['a', 'b'] }, user: { tier: 'gold' } };

  test('shows the values that it names', () => {
    expect(fillMessage('Send {{action.amount}} to {{ action.payee }} ({{user.tier}}, {{action.tags}})', values)).toBe(
      'Send 250 to Ann (gold, a, b)',
    );
  });

  test('is not shown at all if a value is missing, whatever else it names', () => {
    for (const name of ['action.missing', 'user.payee', 'action.constructor', 'action.__proto__']) {
      expect(fillMessage(`Send {{action.amount}} to {{${name}}}`, values)).toBeUndefined();
    }
  });

  test('keeps values from changing the direction of the text around them (A79)', () => {
    const filled = fillMessage('To {{action.payee}}!', { action: { payee: '\u202eelgoog\u2066\n' }, user: {} });
    expect(filled).toBe('To  elgoog  !');
  });
});
