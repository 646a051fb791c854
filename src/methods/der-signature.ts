/**
 * Whether bytes are an ECDSA signature in DER, the only form that WebAuthn §6.5.5 permits: a sequence of two positive
 * integers, each as short as possible, and nothing else. Parsers of BER accept many spellings of one signature, some with
 * bytes that an attacker chooses. This stays our own because the library that reads signatures accepts BER, and parsing and
 * writing each one again takes longer than the rest of the check.
 */
export function isDerSignature(bytes: Uint8Array): boolean {
  // From 128 bytes on, which the largest curve needs, the length takes a second byte.
  const isLong = bytes[1] === 0x81;
  const start = isLong ? 3 : 2;
  const length = bytes[start - 1] ?? 0;
  if (bytes[0] !== 0x30 || isLong !== length > 127 || length !== bytes.length - start) return false;
  const afterR = endOfInteger(bytes, start);
  return afterR !== undefined && endOfInteger(bytes, afterR) === bytes.length;
}

/** Where the positive integer that begins at `at` ends; undefined if there is none. */
function endOfInteger(bytes: Uint8Array, at: number): number | undefined {
  const [tag, length = 0, first = 0x80, second = 0] = bytes.subarray(at, at + 4);
  const isNegative = first > 127;
  const isPadded = length > 1 && first === 0 && second < 128;
  if (tag !== 2 || length === 0 || length > 127 || isNegative || isPadded) return undefined;
  return at + 2 + length;
}
