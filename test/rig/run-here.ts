import { vi } from 'vitest';
import { runCommand } from '../../src/cli/run-command.ts';
import type { ProgramRun } from './run-program.ts';

/**
 * Runs the command line in this process, for commands that leave nothing open: a separate process costs a second more.
 * The environment is extended by these variables.
 */
export async function runHere(
  words: readonly string[],
  variables: Readonly<Record<string, string>> = {},
): Promise<ProgramRun> {
  let [stdout, stderr] = ['', ''];
  const out = vi.spyOn(process.stdout, 'write').mockImplementation((text) => ((stdout += String(text)), true));
  const err = vi.spyOn(process.stderr, 'write').mockImplementation((text) => ((stderr += String(text)), true));
  for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value);
  try {
    return { code: await runCommand(words), stdout, stderr };
  } finally {
    vi.unstubAllEnvs();
    out.mockRestore();
    err.mockRestore();
  }
}
