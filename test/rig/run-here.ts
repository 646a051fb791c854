import { vi } from 'vitest';
import { runCommand } from '../../src/cli/run-command.ts';
import type { ProgramRun } from './run-program.ts';

const signals = ['SIGTERM', 'SIGINT'] as const;

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
  const handlers = signals.map((name) => process.listeners(name));
  try {
    return { code: await runCommand(words), stdout, stderr };
  } finally {
    vi.unstubAllEnvs();
    // A refused start leaves its handlers to the end of its process, which this one is not.
    for (const [index, name] of signals.entries())
      for (const handler of process.listeners(name))
        if (handlers[index]?.includes(handler) !== true) process.off(name, handler);
    out.mockRestore();
    err.mockRestore();
  }
}
