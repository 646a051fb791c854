const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/**
 * Decodes base32 (RFC 4648 §6) in upper or lower case, with or without padding, and with the spaces, dashes and
 * invisible characters that people and programs put between groups; undefined if it is not base32.
 */
export function decodeBase32(text: string): Buffer | undefined {
  const characters = text.replace(/[\s\p{Pd}\p{Cf}]/gu, '').replace(/=+$/, '');
  const bytes: number[] = [];
  let bits = 0;
  let value = 0;
  for (const character of characters) {
    const index = alphabet.indexOf(/[a-z]/.test(character) ? character.toUpperCase() : character);
    if (index === -1) return undefined;
    value = ((value << 5) | index) & 0xfff;
    bits += 5;
    if (bits >= 8) {
      bits -= 8;
      bytes.push((value >> bits) & 0xff);
    }
  }
  return bytes.length === 0 ? undefined : Buffer.from(bytes);
}

/** Encodes as base32 without padding, as apps expect it. The length of `bytes` is a multiple of five. */
export function encodeBase32(bytes: Buffer): string {
  let text = '';
  for (let start = 0; start + 5 <= bytes.length; start += 5) {
    const group = bytes.readUIntBE(start, 5);
    for (let position = 7; position >= 0; position -= 1)
      text += alphabet.charAt(Math.floor(group / 32 ** position) % 32);
  }
  return text;
}
