import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { format, resolveConfig } from 'prettier';

const document = fileURLToPath(new URL('../docs/performance.md', import.meta.url));
const begin = '<!-- bench:begin -->';
const end = '<!-- bench:end -->';

/** Puts the result between the markers of docs/performance.md, formatted for this repository. */
export async function writeDocument(result: string): Promise<void> {
  const text = readFileSync(document, 'utf8');
  const from = text.indexOf(begin);
  const to = text.indexOf(end);
  if (from === -1 || to < from) throw new Error(`${document} has lost its markers ${begin} and ${end}.`);
  const written = `${text.slice(0, from)}${begin}\n\n${result}\n\n${text.slice(to)}`;
  const options = await resolveConfig(document);
  writeFileSync(document, await format(written, { ...options, filepath: document }));
}
