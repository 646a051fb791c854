/**
 * A URL; undefined if it is invalid. Not by `URL.canParse`: in Node 20 that refuses every text with a letter such as
 * "ü" once it has been called often enough to be compiled.
 */
export function parseUrl(text: string): URL | undefined {
  try {
    return new URL(text);
  } catch {
    return undefined;
  }
}
