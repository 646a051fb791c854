import { Secret, TOTP } from 'otpauth';
import { describe, expect, test } from 'vitest';
import { decodeBase32, encodeBase32 } from './base32.ts';
import { readOtpUri } from './read-otp-uri.ts';
import { totp } from './totp.ts';
import { codeOf } from './totp-code.ts';

const rfc4226 = ['755224', '287082', '359152', '969429', '338314', '254676', '287922', '162583', '399871', '520489'];

test.each(rfc4226.map((expected, counter) => [counter, expected] as const))(
  'N42: RFC 4226 appendix D: count %i',
  (counter, expected) => {
    expect(codeOf(Buffer.from('12345678901234567890'), counter, 6, 'SHA1')).toBe(expected);
  },
);

// The seeds are as long as the hash, according to the errata of RFC 6238.
const seeds = {
  SHA1: '12345678901234567890',
  SHA256: '12345678901234567890123456789012',
  SHA512: '1234567890123456789012345678901234567890123456789012345678901234',
} as const;

test.each([
  [59, '94287082', '46119246', '90693936'],
  [1111111109, '07081804', '68084774', '25091201'],
  [1111111111, '14050471', '67062674', '99943326'],
  [1234567890, '89005924', '91819424', '93441116'],
  [2000000000, '69279037', '90698825', '38618901'],
  [20000000000, '65353130', '77737706', '47863826'],
])('N43: RFC 6238 appendix B: second %i', (seconds, sha1, sha256, sha512) => {
  const step = Math.floor(seconds / 30);
  expect(codeOf(Buffer.from(seeds.SHA1), step, 8, 'SHA1')).toBe(sha1);
  expect(codeOf(Buffer.from(seeds.SHA256), step, 8, 'SHA256')).toBe(sha256);
  expect(codeOf(Buffer.from(seeds.SHA512), step, 8, 'SHA512')).toBe(sha512);
});

test('bytes that are encoded as base32 decode to the same bytes', () => {
  expect(encodeBase32(Buffer.from('foobarfoob'))).toBe('MZXW6YTBOJTG633C');
  const bytes = Buffer.from('00ff107f80'.repeat(4), 'hex');
  expect(decodeBase32(encodeBase32(bytes))).toEqual(bytes);
});

describe('ruling 56: an app that was enrolled elsewhere', () => {
  const nowMs = 1_700_000_003_000;
  const cases = ([10, 20, 30, 45, 60, 90, 120] as const).flatMap((period) =>
    ([6, 7, 8] as const).flatMap((digits) =>
      (['SHA1', 'SHA256', 'SHA512'] as const).map((algorithm) => ({ period, digits, algorithm })),
    ),
  );

  test.each(cases)(
    'is read in its own time steps: $period s, $digits digits, $algorithm',
    ({ period, digits, algorithm }) => {
      const seed = seeds[algorithm];
      // An independent implementation computes the codes.
      const app = new TOTP({ secret: Secret.fromUTF8(seed), period, digits, algorithm });
      const uri = `otpauth://totp/x?secret=${app.secret.base32}&period=${period}&digits=${digits}&algorithm=${algorithm}`;
      const { secret, ...state } = readOtpUri(uri);
      const stored = { state, secret };
      const match = (steps: number) =>
        totp.counterCodes?.match(stored, app.generate({ timestamp: nowMs + steps * period * 1000 }), nowMs);
      const step = Math.floor(nowMs / 1000 / period);
      expect(totp.counterCodes?.digitsOf(stored.state)).toBe(digits);
      expect([-1, 0, 1].map(match)).toEqual([step - 1, step, step + 1]);
      expect([-2, 2].map(match)).toEqual([undefined, undefined]);
    },
  );
});
