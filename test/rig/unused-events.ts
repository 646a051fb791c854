import type { JobContext } from '../../src/jobs/job.ts';

const refuse = (): Promise<never> => Promise.reject(new Error('Nothing is told in this test.'));

/** For jobs that tell nobody. */
export const unusedEvents: JobContext['events'] = {
  send: refuse,
  settle: refuse,
  note: refuse,
  requests: new Map(),
  slow: new Map(),
};
