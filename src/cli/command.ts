/** A mistake in how the command was typed: reported in one sentence, without a stack. */
export class CommandMistake extends Error {
  override readonly name = 'CommandMistake';
}

/** An argument that the command does not know: the message refers to the command's help. */
export class UsageMistake extends CommandMistake {}

/** One verb of the command line. */
export interface Command {
  readonly name: string;
  /** One line for the list of commands. */
  readonly summary: string;
  /** What `--help` prints. */
  readonly help: string;
  /** Runs the command; `words` are the arguments after the verb. @throws {CommandMistake} */
  run(words: readonly string[]): Promise<void>;
}
