import { parseArgs } from 'node:util';
import { UsageMistake } from './command.ts';

/** What may be used beside options that take a value. */
interface Others<Flag extends string> {
  readonly flags?: readonly Flag[];
  readonly positionalsMax?: number;
}

/**
 * Reads `--name value` options, flags and other words, and refuses anything unknown.
 * @throws {UsageMistake} naming the option or the word.
 */
export function readOptions<Name extends string, Flag extends string = never>(
  words: readonly string[],
  names: readonly Name[],
  { flags = [], positionalsMax = 0 }: Others<Flag> = {},
): {
  readonly options: Partial<Record<Name, string>>;
  readonly flags: ReadonlySet<Flag>;
  readonly positionals: readonly string[];
} {
  const { values, positionals } = parse(words, names, flags);
  const given = Object.entries(values);
  const [extra] = positionals.slice(positionalsMax);
  if (extra !== undefined) throw new UsageMistake(`The word "${extra}" is not expected here.`);
  return {
    options: Object.fromEntries(given.filter(([, value]) => typeof value === 'string')) as Partial<
      Record<Name, string>
    >,
    flags: new Set(flags.filter((flag) => given.some(([name, value]) => name === flag && value === true))),
    positionals,
  };
}

function parse(words: readonly string[], names: readonly string[], flags: readonly string[]) {
  try {
    return parseArgs({
      args: [...words],
      options: Object.fromEntries([
        ...names.map((name) => [name, { type: 'string' as const }]),
        ...flags.map((name) => [name, { type: 'boolean' as const }]),
      ]),
      allowPositionals: true,
      strict: true,
    });
  } catch (error) {
    throw new UsageMistake(
      error instanceof Error ? (error.message.split('. ')[0] ?? error.message) + '.' : String(error),
    );
  }
}
