import { ConfigMistakes } from '../config/config.ts';
import { versionOfPackage } from '../runtime/version.ts';
import { DataDirectoryInUse } from '../storage/data-directory.ts';
import { DatabaseUnfit } from '../storage/prepare-schema.ts';
import { SealBroken } from '../storage/seal.ts';
import { DatabaseUnavailable } from '../storage/sql.ts';
import { audit } from './audit.ts';
import { CommandMistake, UsageMistake } from './command.ts';
import type { Command } from './command.ts';
import { doctor } from './doctor.ts';
import { jobsCommand } from './jobs.ts';
import { keys } from './keys.ts';
import { migrateCommand } from './migrate.ts';
import { move } from './move.ts';
import { operators } from './operators.ts';
import { pumping } from './pumping.ts';
import { serve } from './serve.ts';
import { tenants } from './tenants.ts';

const commands: readonly Command[] = [
  serve,
  migrateCommand,
  keys,
  tenants,
  operators,
  audit,
  jobsCommand,
  pumping,
  move,
  doctor,
];

const help = `Sallyport, a step-up authentication server.

Usage: sallyport [command] [options]

Without a command it runs the server.

Commands:
${commands.map((command) => `  ${command.name.padEnd(11)}${command.summary}`).join('\n')}

Settings come from the environment; see docs/configuration.md.
Run "sallyport <command> --help" for more about one command, "sallyport --version" for the version.
`;

/** Runs the command line and returns the exit code: 0, or 1 after one clear sentence on standard error. */
export async function runCommand(words: readonly string[]): Promise<number> {
  const [name = serve.name, ...rest] = words;
  if (name === '--help' || name === '-h' || name === 'help') {
    process.stdout.write(help);
    return 0;
  }
  if (name === '--version' || name === '-v') {
    process.stdout.write(`${versionOfPackage()}\n`);
    return 0;
  }
  const command = commands.find((candidate) => candidate.name === name);
  if (command === undefined) {
    process.stderr.write(`sallyport: there is no command "${name}". Run "sallyport --help" for the list.\n`);
    return 1;
  }
  if (rest.includes('--help') || rest.includes('-h')) {
    process.stdout.write(command.help);
    return 0;
  }
  try {
    await command.run(rest);
    return 0;
  } catch (error) {
    const place = error instanceof UsageMistake ? ` See "sallyport ${command.name} --help".` : '';
    process.stderr.write(`sallyport: ${explain(error)}${place}\n`);
    return 1;
  }
}

function explain(error: unknown): string {
  if (error instanceof DatabaseUnavailable) return `The database does not answer: ${rootMessage(error)}`;
  const isExpected =
    error instanceof CommandMistake ||
    error instanceof ConfigMistakes ||
    error instanceof DataDirectoryInUse ||
    error instanceof DatabaseUnfit ||
    error instanceof SealBroken;
  if (isExpected) return error.message;
  if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') {
    return `${error.message}. Stop the other program or set SALLYPORT_PORT.`;
  }
  // An error of the operating system names the folder, port or name; a stack would add nothing.
  if (error instanceof Error && 'syscall' in error) return `${error.message}.`;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

function rootMessage(error: Error): string {
  return error.cause instanceof Error ? rootMessage(error.cause) : error.message || 'no connection';
}
