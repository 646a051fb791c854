import { expect, test } from 'vitest';
import { assuranceOf } from './assurance-of.ts';

test.each([
  ['EMAIL_OTP', 'low', 'low'],
  ['EMAIL_MAGIC_LINK', 'low', 'low'],
  ['RECOVERY_CODE', 'low', 'low'],
  ['SMS', 'restricted', 'restricted'],
  ['WHATSAPP', 'restricted', 'restricted'],
  ['AUTHENTICATOR_APP', 'medium', 'medium'],
  ['PASSKEY', 'medium', 'high'],
  ['SECURITY_KEY', 'medium', 'high'],
  ['DEVICE', 'medium', 'high'],
  // Methods that ruling 10 does not name have the lowest assurance, and so does a success that nothing proved.
  ['IDVERSE', 'low', 'low'],
  ['constructor', 'low', 'low'],
  [null, 'low', 'low'],
])('%s has the assurance "%s", or with the user verified "%s" (ruling 10)', (method, plain, verified) => {
  expect(assuranceOf(method)).toBe(plain);
  expect(assuranceOf(method, 'verified')).toBe(verified);
});
