import { vi } from 'vitest';
import { runCommand } from '../../src/cli/run-command.ts';
import type { ProgramRun } from './run-program.ts';

/**
 * Runs the command line in this process, which a process of its own costs a second more: for what leaves nothing open.
 * Variables are those of the environment and these.
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
