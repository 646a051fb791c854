import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { LoadJob, LoadResult } from './load-process.ts';

const program = fileURLToPath(new URL('load-process.ts', import.meta.url));

export interface LoadGenerator {
  /** Runs one job. @throws if any response was not 200: figures of a failing server mean nothing. */
  run(job: LoadJob): Promise<LoadResult>;
  stop(): void;
}

/** Starts the generator's process. */
export function startLoadGenerator(): LoadGenerator {
  const child = fork(program, { execArgv: ['--import', 'tsx'] });
  return {
    async run(job) {
      const answered = once(child, 'message');
      child.send(job);
      const [result] = (await answered) as [LoadResult];
      if (result.failures > 0) {
        throw new Error(`${result.failures} answers of ${job.url} were not 200. The first:\n${result.firstFailure}`);
      }
      if (result.answers === 0) throw new Error(`${job.url} gave no answer in ${job.measureMs} ms.`);
      return result;
    },
    stop: () => void child.disconnect(),
  };
}
