import { describe, expect, test } from 'vitest';
import { changesOf, isShown, labelOf, withValue } from './described-values.ts';
import type { Field } from './described-values.ts';

const text = (name: string, more: object = {}): Field => ({ name, meaning: '', kind: 'text', ...more }) as Field;
const fields: readonly Field[] = [
  { name: 'smsProvider', meaning: '', kind: 'choice', options: ['TWILIO', 'BIRD', 'WEBHOOK'], isClearable: true },
  text('webhookUrl', { isClearable: true }),
  {
    name: 'twilio',
    meaning: '',
    kind: 'group',
    isClearable: true,
    providers: ['TWILIO'],
    fields: [
      text('token', { isSecret: true, isClearable: true }),
      text('sid', { isClearable: true }),
      text('from', { isClearable: true }),
    ],
  },
  text('name'),
];

describe('what is saved of a form', () => {
  test('is what differs: cleared members are null, and those that cannot be cleared are left out', () => {
    const stored = { smsProvider: 'TWILIO', name: 'Bank' };
    expect(changesOf(fields, stored, stored)).toEqual({});
    expect(changesOf(fields, stored, withValue(stored, 'name', 'Shop'))).toEqual({ name: 'Shop' });
    expect(changesOf(fields, stored, withValue(stored, 'smsProvider', undefined))).toEqual({ smsProvider: null });
    expect(changesOf(fields, stored, withValue(stored, 'name', undefined))).toEqual({});
  });

  test('of a group all members, so that it is right whether groups merge or are replaced; a secret only if it was typed', () => {
    const stored = { smsProvider: 'TWILIO', twilio: { sid: 'AC1', from: 'Bank' } };
    const held = { ...stored, twilio: { sid: 'AC2' } };
    expect(changesOf(fields, stored, held)).toEqual({ twilio: { sid: 'AC2', from: null } });
    expect(changesOf(fields, stored, { ...stored, twilio: { ...stored.twilio, token: 's' } })).toEqual({
      twilio: { token: 's', sid: 'AC1', from: 'Bank' },
    });
    expect(changesOf(fields, stored, { smsProvider: 'TWILIO' })).toEqual({ twilio: null });
  });

  test('has nothing of what the chosen provider does not have, though it was typed before', () => {
    const held = { smsProvider: 'BIRD', webhookUrl: 'https://a.example', twilio: { token: 's' } };
    expect(changesOf(fields, {}, held)).toEqual({ smsProvider: 'BIRD' });
    const [, webhookUrl, twilio] = fields as [Field, Field, Field];
    expect([webhookUrl, twilio].map((field) => isShown(field, { smsProvider: 'TWILIO' }, fields))).toEqual([
      false,
      true,
    ]);
    // Where there is no provider to choose, credentials stand for themselves.
    expect(isShown(twilio, {}, [twilio])).toBe(true);
  });

  test('does not depend on the order of members', () => {
    const group: Field = { name: 'g', meaning: '', kind: 'group', fields: [text('a'), text('b')] };
    expect(changesOf([group], { g: { a: '1', b: '2' } }, { g: { b: '2', a: '1' } })).toEqual({});
  });
});

test.each([
  ['smsCountryCodes', 'SMS country codes'],
  ['webhookUrl', 'Webhook URL'],
  ['isHiddenToUser', 'Hidden to user'],
  ['whatsAppProvider', 'WhatsApp provider'],
  ['submissionRateLimitConfiguration', 'Submission rate limit'],
])('%s is written as %s', (name, label) => {
  expect(labelOf(name)).toBe(label);
});
