import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Refusal } from '../../contract/errors.ts';
import { decodeBase32 } from './base32.ts';
import { readOtpUri } from './read-otp-uri.ts';

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

function base32(bytes: Uint8Array): string {
  let bits = '';
  for (const byte of bytes) bits += byte.toString(2).padStart(8, '0');
  return (bits.match(/.{1,5}/g) ?? [])
    .map((group) => alphabet.charAt(Number.parseInt(group.padEnd(5, '0'), 2)))
    .join('');
}

function refusal(uri: string): string {
  try {
    readOtpUri(uri);
    return 'none';
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return `${error.code}: ${error.message}`;
  }
}

describe('base32', () => {
  // RFC 4648 §10.
  test.each([
    ['MY======', 'f'],
    ['MZXQ====', 'fo'],
    ['MZXW6===', 'foo'],
    ['MZXW6YQ=', 'foob'],
    ['MZXW6YTB', 'fooba'],
    ['MZXW6YTBOI======', 'foobar'],
    ['mzxw 6ytb oi', 'foobar'],
  ])('%s is %s', (text, plain) => expect(decodeBase32(text)?.toString()).toBe(plain));

  test('gives back all bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 128 }), (bytes) => {
        expect(decodeBase32(base32(bytes))).toEqual(Buffer.from(bytes));
      }),
    );
  });

  test.each(['', '=', 'A', '0', '1', '8', 'MZXW6Y!', 'é'])('%j is none', (text) =>
    expect(decodeBase32(text)).toBeUndefined(),
  );
});

describe('an otpauth URI', () => {
  const secret = base32(Buffer.alloc(20, 7));

  test('gives the secret and the defaults of authenticator apps', () => {
    expect(readOtpUri(`otpauth://totp/Example:alice?secret=${secret}&issuer=Example`)).toEqual({
      algorithm: 'SHA1',
      digits: 6,
      periodSeconds: 30,
      secret: Buffer.alloc(20, 7),
    });
  });

  test('gives what it says, in any case', () => {
    expect(
      readOtpUri(`otpauth://totp/x?secret=${secret.toLowerCase()}&algorithm=sha512&digits=8&period=60`),
    ).toMatchObject({
      algorithm: 'SHA512',
      digits: 8,
      periodSeconds: 60,
    });
  });

  test.each([
    ['counter-based', `otpauth://hotp/x?secret=${secret}&counter=0`],
    ['not an otpauth URI', `https://totp/x?secret=${secret}`],
    ['no URI', secret],
    ['without a secret', 'otpauth://totp/x'],
    ['with an empty secret', 'otpauth://totp/x?secret='],
    ['with a secret that is too short', `otpauth://totp/x?secret=${base32(Buffer.alloc(9, 1))}`],
    ['with a secret that is too long', `otpauth://totp/x?secret=${base32(Buffer.alloc(129, 1))}`],
    ['with a secret that is not base32', 'otpauth://totp/x?secret=018901890189018901890189'],
    ['with an unknown algorithm', `otpauth://totp/x?secret=${secret}&algorithm=MD5`],
    ['with five digits', `otpauth://totp/x?secret=${secret}&digits=5`],
    ['with digits that are no number', `otpauth://totp/x?secret=${secret}&digits=6.0`],
    ['with another period', `otpauth://totp/x?secret=${secret}&period=1`],
  ])('%s is refused, and the refusal does not repeat it', (_what, uri) => {
    const message = refusal(uri);
    expect(message).toMatch(/^invalid_request: otpUri must /);
    expect(message).not.toContain(secret);
  });
});
