/** Worry: two contacts share one count, or one contact has two. */
import { expect, test } from 'vitest';
import { emailContact } from '../core/authenticators/contact.ts';
import type { Contact } from '../core/authenticators/contact.ts';
import { secretKey } from '../runtime/crypto.ts';
import type { Tenant } from '../storage/published.ts';
import { slots } from '../core/authenticators/slot.ts';
import type { Slot } from '../core/authenticators/slot.ts';
import { contactGuesses, userGuesses } from './guess-subject.ts';

const tenant = { tenantId: 't', codeKey: secretKey(Buffer.alloc(32, 1)) } as Tenant;
const phone = (value: string): Contact => ({ kind: 'phoneNumber', value });
const own = (userId: string, contact: Partial<Record<'email' | 'phoneNumber', string>>, slot: Slot = slots.own) =>
  userGuesses(
    {
      tenant,
      key: { userId },
      verified: [{ authenticatorId: 'a', verificationMethod: 'SMS', slot, email: null, phoneNumber: null, ...contact }],
    },
    'SMS',
  ).subject;

test('ruling 43: each contact without a user has its own count, for e-mail and telephone, one for all spellings of a mailbox', () => {
  const subjects = [phone('+6421000001'), phone('+6421000002'), emailContact('ann@example.com')].map(
    (contact) => contactGuesses(tenant, contact, 'SMS').subject,
  );
  expect(new Set(subjects).size).toBe(3);
  expect(contactGuesses(tenant, emailContact('ANN@Example.com'), 'SMS').subject).toBe(subjects[2]);
  expect(contactGuesses(tenant, phone('+6421000001'), 'SMS').userId).toBeUndefined();
});

test('ruling 43: a user’s contact is counted for this user, whichever authenticator has it; one without a contact for itself', () => {
  expect(own('ann', { phoneNumber: '+6421000001' }, 'successor')).toBe(own('ann', { phoneNumber: '+6421000001' }));
  const all = [
    own('ann', { phoneNumber: '+6421000001' }),
    own('ann', { phoneNumber: '+6421000002' }),
    own('bob', { phoneNumber: '+6421000001' }),
    own('ann', { email: 'ann@example.com' }),
    own('ann', {}),
    userGuesses({ tenant, key: { userId: 'ann' }, verified: [] }, 'SMS').subject,
    userGuesses({ tenant, key: { userId: 'bob' }, verified: [] }, 'SMS').subject,
    contactGuesses(tenant, phone('+6421000001'), 'SMS').subject,
  ];
  expect(new Set(all).size).toBe(all.length);
  expect(own('bob', {})).toBe(own('ann', {}));
  expect(own('ann', {})).toBe('authenticator:a');
});
