/**
 * A URL; undefined if it is none. Not by `URL.canParse`: that of Node 20 calls every text with a letter such as "ü" wrong once
 * it has been called often enough to be compiled.
 */
export function parseUrl(text: string): URL | undefined {
  try {
    return new URL(text);
  } catch {
    return undefined;
  }
}
