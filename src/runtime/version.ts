import { readFileSync } from 'node:fs';

/** The version of this program. */
export function versionOfPackage(): string {
  // The same path from src/ and from dist/.
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { readonly version: string }).version;
}
