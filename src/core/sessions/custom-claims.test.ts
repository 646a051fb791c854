import { expect, test } from 'vitest';
import { customClaims } from './custom-claims.ts';

const user = {
  email: 'jane@example.com',
  emailVerified: true,
  phoneNumber: null,
  phoneNumberVerified: false,
  username: 'jane',
  displayName: null,
  locale: null,
  custom: { tier: 'gold', limits: { daily: 500 }, roles: ['a', 'b'], zero: 0, no: false, nothing: null },
};

test('claims are copied from attributes of any JSON type; attributes that the user does not have are omitted', () => {
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

test('inherited members are never found (A73)', () => {
  for (const path of ['custom.constructor', 'custom.__proto__', 'custom.toString', 'custom.tier.constructor']) {
    expect(customClaims({ claim: path }, user)).toEqual({});
  }
});

test('a value of more than 256 characters is left out: no gateway would accept the token', () => {
  const fits = { ...user, custom: { a: 'x'.repeat(254) } };
  expect(customClaims({ a: 'custom.a' }, fits)).toEqual({ a: 'x'.repeat(254) });
  expect(customClaims({ a: 'custom.a' }, { ...user, custom: { a: 'x'.repeat(255) } })).toEqual({});
});
