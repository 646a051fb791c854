// Each part has one way to match, so that no text is tried more than once from any place.
const plainDecimal = /^\s*[+-]?(?:\d+(?:\.\d*)?|\.\d+)\s*$/;

/** Whether a text is a number as the rules read it (ruling 38): sign, digits, one point, spaces around. */
export function isPlainDecimal(text: string): boolean {
  return plainDecimal.test(text);
}
