import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { nodeOptions } from './node-options.ts';

const program = fileURLToPath(new URL('../../dist/server/main.js', import.meta.url));

export interface ProgramRun {
  /** Exit code; -1 if the run had to be stopped after two minutes. */
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the built command line to its end, with these variables and no others of Sallyport. */
export async function runProgram(
  words: readonly string[],
  variables: Readonly<Record<string, string>> = {},
): Promise<ProgramRun> {
  const ownDir =
    variables['SALLYPORT_DATA_DIR'] === undefined ? await mkdtemp(join(tmpdir(), 'sallyport-run-')) : undefined;
  const child = spawn(process.execPath, [...nodeOptions(variables), program, ...words], {
    env: {
      PATH: process.env['PATH'] ?? '',
      HOME: process.env['HOME'] ?? '',
      ...(ownDir === undefined ? {} : { SALLYPORT_DATA_DIR: ownDir }),
      ...variables,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const late = setTimeout(() => child.kill('SIGKILL'), 120_000);
  const code = await new Promise<number>((resolve) => child.on('close', (exitCode) => resolve(exitCode ?? -1)));
  clearTimeout(late);
  if (ownDir !== undefined) await rm(ownDir, { recursive: true, force: true });
  return { code, stdout, stderr };
}
