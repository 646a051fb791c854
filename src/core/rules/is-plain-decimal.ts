// Each part matches in only one way, so that no text is tried more than once from any position.
const plainDecimal = /^\s*[+-]?(?:\d+(?:\.\d*)?|\.\d+)\s*$/;

/** Whether a text is a number as rules read it (ruling 38): sign, digits, one point, surrounding spaces. */
export function isPlainDecimal(text: string): boolean {
  return plainDecimal.test(text);
}
