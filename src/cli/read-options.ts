import { parseArgs } from 'node:util';
import { CommandMistake } from './command.ts';

/**
 * Reads `--name value` options and at most `positionalsMax` words beside them, refusing all others.
 * @throws {CommandMistake} naming the option or the word.
 */
export function readOptions<Name extends string>(
  words: readonly string[],
  names: readonly Name[],
  positionalsMax = 0,
): { readonly options: Partial<Record<Name, string>>; readonly positionals: readonly string[] } {
  const { values, positionals } = parse(words, names);
  const [extra] = positionals.slice(positionalsMax);
  if (extra !== undefined) throw new CommandMistake(`There is no place for "${extra}" here.`);
  return { options: values as Partial<Record<Name, string>>, positionals };
}

function parse(words: readonly string[], names: readonly string[]) {
  try {
    return parseArgs({
      args: [...words],
      options: Object.fromEntries(names.map((name) => [name, { type: 'string' as const }])),
      allowPositionals: true,
      strict: true,
    });
  } catch (error) {
    throw new CommandMistake(
      error instanceof Error ? (error.message.split('. ')[0] ?? error.message) + '.' : String(error),
    );
  }
}
