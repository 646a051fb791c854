const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** Decodes base32 (RFC 4648 §6), upper or lower case, with or without padding and spaces; undefined if it is not that. */
export function decodeBase32(text: string): Buffer | undefined {
  const characters = text.toUpperCase().replace(/\s/g, '').replace(/=+$/, '');
  const bytes: number[] = [];
  let bits = 0;
  let value = 0;
  for (const character of characters) {
    const index = alphabet.indexOf(character);
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
