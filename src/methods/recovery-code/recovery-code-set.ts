// Crockford's base 32: no I, L, O or U, so that no two characters look alike on paper.
const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const bytesPerCode = 10;

/** How many codes a set has, and how many random bytes it is made from. 80 bits a code (NIST SP 800-63B-4 §4.2.1.1: at least 64). */
export const recoveryCodeCount = 10;
export const recoveryCodeSetBytes = recoveryCodeCount * bytesPerCode;

/** A set of recovery codes as people read them: four groups of four characters. `random` has {@link recoveryCodeSetBytes} bytes. */
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

/** The one spelling of a code that is hashed: upper case, without separators, look-alikes read as Crockford says. */
export function normaliseRecoveryCode(given: string): string {
  return given.toUpperCase().replace(/[\s-]/g, '').replace(/[IL]/g, '1').replace(/O/g, '0');
}
