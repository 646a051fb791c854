import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { format, resolveConfig } from 'prettier';

const document = fileURLToPath(new URL('../docs/performance.md', import.meta.url));
const begin = '<!-- bench:begin -->';
const end = '<!-- bench:end -->';

/** What a case measured, under its title. */
export interface Section {
  readonly title: string;
  readonly text: string;
}

const heading = '### ';

export function asMarkdown({ title, text }: Section): string {
  return `${heading}${title}\n\n${text}`;
}

/**
 * Puts what was measured between the markers of docs/performance.md, formatted for this repository. Cases that were not run
 * keep their section, which says when and where it was measured; sections stand in the order of `titles`.
 */
export async function writeDocument(measured: readonly Section[], titles: readonly string[]): Promise<void> {
  const text = readFileSync(document, 'utf8');
  const from = text.indexOf(begin);
  const to = text.indexOf(end);
  if (from === -1 || to < from) throw new Error(`${document} has lost its markers ${begin} and ${end}.`);
  const sections = new Map(
    text
      .slice(from + begin.length, to)
      .split(`\n${heading}`)
      .slice(1)
      .map((part) => [part.slice(0, part.indexOf('\n')), `${heading}${part.trim()}`]),
  );
  for (const section of measured) sections.set(section.title, asMarkdown(section));
  const all = titles.map((title) => sections.get(title)).filter((section) => section !== undefined);
  const written = `${text.slice(0, from)}${begin}\n\n${all.join('\n\n')}\n\n${text.slice(to)}`;
  const options = await resolveConfig(document);
  writeFileSync(document, await format(written, { ...options, filepath: document }));
}
