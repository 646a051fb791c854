// Characters that are written between digits, copied along with them or typed for a dash, and have no meaning: white
// space, dashes (including the minus sign, the hyphen bullet and what Japanese keyboards give instead), and everything
// invisible.
const silent = /[\s\p{Pd}\u2212\u2043\u30fc\uff70\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}]/gu;

/** Every decimal digit of any script as its ASCII digit (ruling 45). */
export function withPlainDigits(text: string): string {
  return text.replace(/\p{Nd}/gu, (digit) => String(digitValue(digit.codePointAt(0) ?? 0)));
}

/**
 * A code of digits as its owner meant it, however it was written (ruling 45). Undefined if it cannot be a code of
 * `length` digits, and so does not count as a guess. Null is a code whose length was not stored: six to ten digits.
 */
export function readCode(given: string, length: number | null): string | undefined {
  const code = withPlainDigits(given.replace(silent, ''));
  const isDigits = /^[0-9]+$/.test(code);
  const isLength = length === null ? code.length >= 6 && code.length <= 10 : code.length === length;
  return isDigits && isLength ? code : undefined;
}

// Unicode keeps the digits of a script together and in order from zero; if two scripts are adjacent, so are their tens.
function digitValue(codePoint: number): number {
  let first = codePoint;
  while (/\p{Nd}/u.test(String.fromCodePoint(first - 1))) first -= 1;
  return (codePoint - first) % 10;
}
