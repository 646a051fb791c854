/** A mistake of whoever typed the command: told in one sentence, without a stack. */
export class CommandMistake extends Error {
  override readonly name = 'CommandMistake';
}

/** A word that the command does not know: told with where its words stand. */
export class UsageMistake extends CommandMistake {}

/** One verb of the command line. */
export interface Command {
  readonly name: string;
  /** One line for the list of commands. */
  readonly summary: string;
  /** What `--help` prints. */
  readonly help: string;
  /** Does it; the words are those after the verb. @throws {CommandMistake} */
  run(words: readonly string[]): Promise<void>;
}
