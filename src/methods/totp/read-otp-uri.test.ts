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

  test.each(['', '=', 'A', '0', '1', '8', 'MZXW6Y!', 'é'])('%j is not base32', (text) =>
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

  test('returns what it contains, in any case', () => {
    expect(
      readOtpUri(`otpauth://totp/x?secret=${secret.toLowerCase()}&algorithm=sha512&digits=8&period=60`),
    ).toMatchObject({
      algorithm: 'SHA512',
      digits: 8,
      periodSeconds: 60,
    });
  });

  test.each<[spelling: string, uri: string, expected: object]>([
    ['the scheme and the type in any case', `OTPAUTH://TOTP/x?secret=${secret}`, {}],
    ['names and values in capitals, as in small QR codes', `OTPAUTH://TOTP/X?SECRET=${secret}&DIGITS=8`, { digits: 8 }],
    ['no label', `otpauth://totp?secret=${secret}`, {}],
    ['an empty label', `otpauth://totp/?secret=${secret}`, {}],
    ['a label that is badly escaped', `otpauth://totp/100%:a%E9lice?secret=${secret}&issuer=100%`, {}],
    ['a label with spaces and an address', `otpauth://totp/My Bank:a@b.example?secret=${secret}`, {}],
    ['spaces and ends of lines around it', ` \notpauth://totp/x?secret=${secret}\r\n`, {}],
    ['members that say nothing', `otpauth://totp/x?secret=${secret}&algorithm=&digits=&period=&issuer=&image=`, {}],
    ['members that are not of it', `otpauth://totp/x?secret=${secret}&counter=7&image=https://x.example/i.png&x`, {}],
    [
      '& escaped as in a page',
      `otpauth://totp/x?secret=${secret}&amp;digits=7&amp;period=60`,
      { digits: 7, periodSeconds: 60 },
    ],
    ['a member twice, and the same', `otpauth://totp/x?secret=${secret}&digits=8&digits=&DIGITS=8`, { digits: 8 }],
    ['a secret in groups', `otpauth://totp/x?secret=${secret.toLowerCase().replace(/.{4}/g, '$& ')}`, {}],
    ['a secret with dashes', `otpauth://totp/x?secret=${secret.replace(/.{4}/g, '$&-')}`, {}],
    ['a secret with + for spaces', `otpauth://totp/x?secret=${secret.replace(/.{4}/g, '$&+')}`, {}],
    ['a secret with long dashes and marks', `otpauth://totp/x?secret=${secret.replace(/.{8}/g, '$&–\u200b')}`, {}],
    ['a padded secret', `otpauth://totp/x?secret=${secret}======`, {}],
    ['a padded secret, escaped', `otpauth://totp/x?secret=${secret}%3D%3d`, {}],
    ...['10', '15', '20', '45', '90', '120', '030', ' 30 '].map((period): [string, string, object] => [
      `a period of ${period}`,
      `otpauth://totp/x?secret=${secret}&period=${period}`,
      { periodSeconds: Number(period) },
    ]),
    ...Object.entries({
      SHA1: ['sha1', 'SHA-1', 'HmacSHA1', 'hmac-sha1'],
      SHA256: ['SHA-256', 'sha256', 'HmacSHA256', 'HMAC-SHA-256', 'hmac_sha256', 'sha%2D256'],
      SHA512: ['Sha512', 'sha-512', 'HmacSHA512'],
    }).flatMap(([algorithm, spellings]) =>
      spellings.map((spelling): [string, string, object] => [
        `the algorithm ${spelling}`,
        `otpauth://totp/x?secret=${secret}&algorithm=${spelling}`,
        { algorithm },
      ]),
    ),
  ])('ruling 56: is read with %s', (_spelling, uri, expected) => {
    expect(readOtpUri(uri)).toEqual({
      algorithm: 'SHA1',
      digits: 6,
      periodSeconds: 30,
      secret: Buffer.alloc(20, 7),
      ...expected,
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
    ...['9', '0', '-30', '121', '1e2', '30.5', '0x1e', '30s', '99999', 'NaN'].map((period) => [
      `with a period of ${period}`,
      `otpauth://totp/x?secret=${secret}&period=${period}`,
    ]),
    ['with nine digits', `otpauth://totp/x?secret=${secret}&digits=9`],
    ['with the algorithm SHA', `otpauth://totp/x?secret=${secret}&algorithm=SHA`],
    ['with the algorithm SHA384', `otpauth://totp/x?secret=${secret}&algorithm=SHA384`],
    ['with two secrets', `otpauth://totp/x?secret=${secret}&secret=${base32(Buffer.alloc(20, 8))}`],
    ['with two periods', `otpauth://totp/x?secret=${secret}&period=30&period=60`],
    ['of codes of letters', `otpauth://totp/Steam:x?secret=${secret}&encoder=steam`],
    ['counter-based, in capitals', `OTPAUTH://HOTP/x?secret=${secret}&counter=0`],
    ['with a secret that is badly escaped', `otpauth://totp/x?secret=${secret}%ZZ`],
    ['with letters that only look like base32', `otpauth://totp/x?secret=${secret}ıſ`],
    ['an export of several', `otpauth-migration://offline?data=${secret}`],
    ['with a port', `otpauth://totp:80/x?secret=${secret}`],
  ])('%s is refused, and the refusal does not repeat it', (_what, uri) => {
    const message = refusal(uri);
    expect(message).toMatch(/^invalid_request: otpUri must /);
    expect(message).not.toContain(secret);
  });
});
