import { withPlainDigits } from '../../core/challenges/read-code.ts';

// Crockford's base 32: no I, L, O or U, so that no two characters look alike on paper.
const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const bytesPerCode = 10;
const charactersPerCode = (bytesPerCode * 8) / 5;

/**
 * The number of codes in a set, and the random bytes that it is made from. 80 bits per code (NIST SP 800-63B-4
 * §4.2.1.1: at least 64).
 */
export const recoveryCodeCount = 10;
export const recoveryCodeSetBytes = recoveryCodeCount * bytesPerCode;

/**
 * A set of recovery codes as users read them: four groups of four characters. `random` has {@link recoveryCodeSetBytes}
 * bytes.
 */
export function recoveryCodesFrom(random: Uint8Array): readonly string[] {
  const codes: string[] = [];
  for (let start = 0; start < recoveryCodeSetBytes; start += bytesPerCode) {
    let bits = 0n;
    for (const byte of random.subarray(start, start + bytesPerCode)) bits = (bits << 8n) | BigInt(byte);
    let characters = '';
    for (let shift = 75n; shift >= 0n; shift -= 5n) characters += alphabet.charAt(Number((bits >> shift) & 31n));
    codes.push((characters.match(/.{4}/g) ?? []).join('-'));
  }
  return codes;
}

/**
 * The normal form of a code that is hashed: upper case, with look-alikes read as Crockford specifies, and without
 * characters that are not in the alphabet, so that separators, quotes and full stops around it do not matter
 * (ruling 45). Undefined if that is not a complete code.
 */
export function readRecoveryCode(given: string): string | undefined {
  const folded = withPlainDigits(given.normalize('NFKC')).toUpperCase().replace(/[IL]/g, '1').replace(/O/g, '0');
  const code = folded.replace(/[^0-9A-HJKMNP-TV-Z]/g, '');
  return code.length === charactersPerCode ? code : undefined;
}
