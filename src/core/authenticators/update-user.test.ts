import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { updateUser } from './update-user.ts';
import type { UserAttributes, UserPatch } from './update-user.ts';

const stored: UserAttributes = {
  email: 'old@example.com',
  emailVerified: true,
  phoneNumber: '+6427000000',
  phoneNumberVerified: true,
  username: 'alice',
  displayName: 'Alice',
  locale: 'en-NZ',
  custom: { tier: 1 },
};

const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(fc.option(value, { nil: null }), { nil: undefined });
const anyPatch: fc.Arbitrary<UserPatch> = fc.record({
  email: maybe(fc.constantFrom('old@example.com', 'new@example.com')),
  emailVerified: maybe(fc.boolean()),
  phoneNumber: maybe(fc.constantFrom('+6427000000', '+6427111111')),
  phoneNumberVerified: maybe(fc.boolean()),
  username: maybe(fc.string()),
  displayName: maybe(fc.string()),
  locale: maybe(fc.constant('de')),
  custom: maybe(fc.constant({ tier: 2 })),
});

describe('a patch of a user', () => {
  test('without members changes nothing', () => expect(updateUser(stored, {})).toEqual(stored));

  test('sets given values, clears null ones and leaves the rest', () => {
    expect(updateUser(stored, { username: 'bob', displayName: null, custom: { a: 1 } })).toEqual({
      ...stored,
      username: 'bob',
      displayName: null,
      custom: { a: 1 },
    });
  });

  test.each<[string, UserPatch, boolean]>([
    ['a new address', { email: 'new@example.com' }, false],
    ['the same address', { email: 'old@example.com' }, true],
    ['an address in another case, which is another one', { email: 'Old@example.com' }, false],
    ['a new address with the flag', { email: 'new@example.com', emailVerified: true }, true],
    ['the flag withdrawn', { emailVerified: false }, false],
    ['the flag null', { emailVerified: null }, false],
    ['no address', { email: null }, false],
    ['no address but the flag', { email: null, emailVerified: true }, false],
  ])('%s leaves the verified flag %s', (_what, patch, verified) => {
    expect(updateUser(stored, patch).emailVerified).toBe(verified);
  });

  test('never marks a contact as verified that is missing, or that changed without a new flag', () => {
    fc.assert(
      fc.property(anyPatch, (patch) => {
        const after = updateUser(stored, patch);
        if (after.email === null) expect(after.emailVerified).toBe(false);
        if (after.phoneNumber === null) expect(after.phoneNumberVerified).toBe(false);
        if (after.emailVerified) expect(after.email === stored.email || patch.emailVerified === true).toBe(true);
        if (after.phoneNumberVerified)
          expect(after.phoneNumber === stored.phoneNumber || patch.phoneNumberVerified === true).toBe(true);
      }),
    );
  });

  test('has the same result when it is applied twice', () => {
    fc.assert(
      fc.property(anyPatch, (patch) => {
        const once = updateUser(stored, patch);
        expect(updateUser(once, patch)).toEqual(once);
      }),
    );
  });
});
