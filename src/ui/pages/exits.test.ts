import { describe, expect, test } from 'vitest';
import { exitUrl } from './exits.ts';
import type { ExitParts } from './exits.ts';

const parts: ExitParts = {
  isPopup: false,
  nativeScheme: undefined,
  redirectUrl: undefined,
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
  ])('from %s adds the token to what is there (7.6)', (given, expected) => {
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

  test('is nowhere where the backend named none, but for an app with its own scheme, which is the known one', () => {
    expect(exitUrl(parts, 't')).toBeUndefined();
    expect(exitUrl({ ...parts, nativeScheme: 'authsignal' }, 't')).toBe('authsignal://auth?token=t');
    expect(exitUrl({ ...parts, nativeScheme: 'evil' }, 't')).toBeUndefined();
    expect(exitUrl({ ...parts, nativeScheme: 'javascript' }, 't')).toBeUndefined();
  });
});
