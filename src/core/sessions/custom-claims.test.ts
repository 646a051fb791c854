import { expect, test } from 'vitest';
import { customClaims } from './custom-claims.ts';

const user = {
  email: 'jane@example.com',
  email_verified: true,
  phone_number: null,
  phone_number_verified: false,
  username: 'jane',
  display_name: null,
  locale: null,
  custom: { tier: 'gold', limits: { daily: 500 }, roles: ['a', 'b'], zero: 0, no: false, nothing: null },
};

test('claims are copied from attributes, whatever JSON they are; what the user does not have is left out', () => {
  const paths = {
    tier: 'custom.tier',
    'https://example.com/daily': 'custom.limits.daily',
    roles: 'custom.roles',
    zero: 'custom.zero',
    no: 'custom.no',
    nothing: 'custom.nothing',
    gone: 'custom.gone.further',
    name: 'username',
    phone: 'phoneNumber',
    verified: 'emailVerified',
  };
  expect(customClaims(paths, user)).toEqual({
    tier: 'gold',
    'https://example.com/daily': 500,
    roles: ['a', 'b'],
    zero: 0,
    no: false,
    name: 'jane',
    verified: true,
  });
  expect(customClaims(paths, { ...user, custom: null, username: null })).toEqual({ verified: true });
});

test('nothing is found by inheritance (A73)', () => {
  for (const path of ['custom.constructor', 'custom.__proto__', 'custom.toString', 'custom.tier.constructor']) {
    expect(customClaims({ claim: path }, user)).toEqual({});
  }
});

test('a value of more than 256 characters is left out: no gateway would take the token', () => {
  const fits = { ...user, custom: { a: 'x'.repeat(254) } };
  expect(customClaims({ a: 'custom.a' }, fits)).toEqual({ a: 'x'.repeat(254) });
  expect(customClaims({ a: 'custom.a' }, { ...user, custom: { a: 'x'.repeat(255) } })).toEqual({});
});
