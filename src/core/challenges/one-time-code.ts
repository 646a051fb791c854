/** How many random bytes are needed for a code of up to ten digits. */
export const codeBytes = 64;

/**
 * A code of `length` digits, all equally likely: bytes from 250 on are skipped, because they would make the digits 0 to
 * 5 likelier. `random` has {@link codeBytes} bytes, far more than it needs.
 */
export function oneTimeCode(random: Uint8Array, length: number): string {
  const digits = [...random].filter((byte) => byte < 250).map((byte) => byte % 10);
  if (digits.length < length) throw new Error('Not enough randomness for a code.');
  return digits.slice(0, length).join('');
}
