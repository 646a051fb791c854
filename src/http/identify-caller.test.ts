import { describe, expect, test } from 'vitest';
import { Refusal } from '../contract/errors.ts';
import { identifyCaller } from './identify-caller.ts';

const directory = {
  callerByKey: (key: string) =>
    key === 'server-key' || key === 'schlüssel'
      ? { kind: 'server' }
      : key === 'management-key'
        ? { kind: 'management' }
        : undefined,
};

function basic(credentials: string): string {
  return `Basic ${Buffer.from(credentials).toString('base64')}`;
}

function identify(authorization: string | undefined, kind: 'server' | 'management' = 'server', waitSeconds = 0) {
  let failures = 0;
  const limit = {
    countFailure() {
      failures += 1;
      return waitSeconds;
    },
  };
  try {
    return { caller: identifyCaller(directory, limit, kind, authorization, '203.0.113.7'), failures };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { code: error.code, retryAfterSeconds: error.retryAfterSeconds, failures };
  }
}

describe('the holder of a key is known', () => {
  test.each([
    ['by the user name, with an empty password', basic('server-key:')],
    ['without the colon that some clients leave out', basic('server-key')],
    ['whatever the password is', basic('server-key:pass:word')],
    ['with the scheme in any case (RFC 9110 §11.1)', basic('server-key:').replace('Basic', 'bASIC')],
    ['with several spaces', basic('server-key:').replace(' ', '   ')],
    ['without padding', basic('server-key:').replace(/=+$/, '')],
    ['in UTF-8', basic('schlüssel:')],
  ])('%s', (_what, header) => {
    expect(identify(header)).toEqual({ caller: { kind: 'server' }, failures: 0 });
  });
});

describe('nobody is let in and the failure is counted', () => {
  test.each([
    ['without a header', undefined],
    ['with an empty header', ''],
    ['with the scheme alone', 'Basic'],
    ['with an empty key', basic(':')],
    ['with an unknown key', basic('server-kez:')],
    ['with a key that has more at its end', basic('server-keyx:')],
    ['with a blank at the end of the key', basic('server-key :')],
    ['with the key as the password', basic(':server-key')],
    ['with the bare key', 'server-key'],
    ['A33: with the key as a bearer token', 'Bearer server-key'],
    ['with two credentials', `${basic('server-key:')}, ${basic('server-key:')}`],
    ['with characters that are not base64', `Basic ${'\0'.repeat(3)}!!`],
    ['with a key of the other kind', basic('management-key:')],
  ])('%s', (_what, header) => {
    expect(identify(header)).toEqual({ code: 'unauthorized', retryAfterSeconds: undefined, failures: 1 });
  });

  test('with a server key where a management key is due', () => {
    expect(identify(basic('server-key:'), 'management')).toMatchObject({ code: 'unauthorized' });
    expect(identify(basic('management-key:'), 'management')).toMatchObject({ caller: { kind: 'management' } });
  });

  test('and after too many is told to wait', () => {
    expect(identify(undefined, 'server', 42)).toEqual({
      code: 'too_many_requests',
      retryAfterSeconds: 42,
      failures: 1,
    });
    // The holder of a good key never waits for a stranger behind the same address (ruling 5).
    expect(identify(basic('server-key:'), 'server', 42)).toEqual({ caller: { kind: 'server' }, failures: 0 });
  });
});
