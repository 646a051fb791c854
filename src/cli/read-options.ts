import { parseArgs } from 'node:util';
import { CommandMistake } from './command.ts';

/** Reads `--name value` options, refusing all others. @throws {CommandMistake} naming the option. */
export function readOptions<Name extends string>(
  words: readonly string[],
  names: readonly Name[],
): { readonly options: Partial<Record<Name, string>>; readonly positionals: readonly string[] } {
  try {
    const { values, positionals } = parseArgs({
      args: [...words],
      options: Object.fromEntries(names.map((name) => [name, { type: 'string' as const }])),
      allowPositionals: true,
      strict: true,
    });
    return { options: values as Partial<Record<Name, string>>, positionals };
  } catch (error) {
    throw new CommandMistake(
      error instanceof Error ? (error.message.split('. ')[0] ?? error.message) + '.' : String(error),
    );
  }
}
