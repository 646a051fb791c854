import { describe, expect, test } from 'vitest';
import { exitUrl } from './exits.ts';
import type { ExitParts } from './exits.ts';

const parts: ExitParts = {
  isPopup: false,
  nativeScheme: undefined,
  redirectUrl: undefined,
  states: [],
  expectedOrigins: [],
  expectsLocalhost: false,
};
const leavingTo = (redirectUrl: string) => exitUrl({ ...parts, redirectUrl }, 't.o.k');

describe('the way back', () => {
  test.each([
    ['https://app.example/', 'https://app.example/?token=t.o.k'],
    ['https://app.example/a?b=1#c', 'https://app.example/a?b=1&token=t.o.k#c'],
    ['https://app.example/?token=old&x=1', 'https://app.example/?token=t.o.k&x=1'],
    ['authsignal://auth', 'authsignal://auth?token=t.o.k'],
    ['com.example.app:/back?x=1', 'com.example.app:/back?x=1&token=t.o.k'],
  ])('from %s adds the token to the existing query (client-api 7.6)', (given, expected) => {
    expect(leavingTo(given)).toBe(expected);
  });

  test.each([
    'javascript:alert(1)',
    'data:text/html,x',
    'vbscript:x',
    'blob:https://a/b',
    'file:///etc',
    'about:blank',
  ])('A57, A58: is never %s, even if it was stored', (given) => {
    expect(leavingTo(given)).toBeUndefined();
  });

  test.each([
    [['xyz'], 'https://app.example/?a=1', 'https://app.example/?a=1&state=xyz&token=t.o.k'],
    [['x&token=evil#?<'], 'https://app.example/', 'https://app.example/?state=x%26token%3Devil%23%3F%3C&token=t.o.k'],
    // The backend's own state stays.
    [['xyz'], 'https://app.example/?state=own', 'https://app.example/?state=own&token=t.o.k'],
    [['xyz'], 'https://app.example/?state=', 'https://app.example/?state=&token=t.o.k'],
    [['one', 'two'], 'https://app.example/', 'https://app.example/?token=t.o.k'],
    [[''], 'https://app.example/', 'https://app.example/?token=t.o.k'],
    [['x'.repeat(2_049)], 'https://app.example/', 'https://app.example/?token=t.o.k'],
  ])('ruling 51: passes the state %j of its address on to %s', (states, redirectUrl, expected) => {
    expect(exitUrl({ ...parts, redirectUrl, states }, 't.o.k')).toBe(expected);
    const longest = 'x'.repeat(2_048);
    expect(exitUrl({ ...parts, redirectUrl: 'https://a.b/', states: [longest] }, 't')).toContain(`state=${longest}&`);
  });

  test('does not exist if the backend set none, except for an app with its own scheme, which must be the known one', () => {
    expect(exitUrl(parts, 't')).toBeUndefined();
    expect(exitUrl({ ...parts, nativeScheme: 'authsignal' }, 't')).toBe('authsignal://auth?token=t');
    expect(exitUrl({ ...parts, nativeScheme: 'evil' }, 't')).toBeUndefined();
    expect(exitUrl({ ...parts, nativeScheme: 'javascript' }, 't')).toBeUndefined();
  });
});
