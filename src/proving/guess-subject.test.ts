/** Worry: one count stands for two contacts, or two for one. */
import { expect, test } from 'vitest';
import { emailContact } from '../core/authenticators/contact.ts';
import type { Contact } from '../core/authenticators/contact.ts';
import { secretKey } from '../runtime/crypto.ts';
import type { Tenant } from '../storage/published.ts';
import { contactGuesses, userGuesses } from './guess-subject.ts';

const tenant = { tenantId: 't', codeKey: secretKey(Buffer.alloc(32, 1)) } as Tenant;
const phone = (value: string): Contact => ({ kind: 'phoneNumber', value });
const own = (userId: string, contact: Partial<Record<'email' | 'phone_number', string>>, slot = '') =>
  userGuesses(
    {
      tenant,
      key: { userId },
      verified: [
        { authenticator_id: 'a', verification_method: 'SMS', slot, email: null, phone_number: null, ...contact },
      ],
    },
    'SMS',
  ).subject;

test('ruling 43: contacts of nobody have a count each, e-mail and telephone alike, one for all spellings of a mailbox', () => {
  const subjects = [phone('+6421000001'), phone('+6421000002'), emailContact('ann@example.com')].map(
    (contact) => contactGuesses(tenant, contact, 'SMS').subject,
  );
  expect(new Set(subjects).size).toBe(3);
  expect(contactGuesses(tenant, emailContact('ANN@Example.com'), 'SMS').subject).toBe(subjects[2]);
  expect(contactGuesses(tenant, phone('+6421000001'), 'SMS').userId).toBeUndefined();
});

test('ruling 43: a contact of a user’s is counted for this user, whichever authenticator it is of; what has none for itself', () => {
  expect(own('ann', { phone_number: '+6421000001' }, 'successor')).toBe(own('ann', { phone_number: '+6421000001' }));
  const all = [
    own('ann', { phone_number: '+6421000001' }),
    own('ann', { phone_number: '+6421000002' }),
    own('bob', { phone_number: '+6421000001' }),
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
