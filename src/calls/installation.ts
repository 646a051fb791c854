import type { InstallationFacts } from '../core/health/installation-findings.ts';

/** A job on all nodes together. */
export type JobFacts = InstallationFacts['jobs'][number] & {
  readonly intervalMs: number;
  readonly startedAtMs: number | null;
};

/** What is known of the installation as a whole, of no tenant in particular. */
export interface Installation extends Omit<InstallationFacts, 'jobs'> {
  readonly version: string;
  readonly database: string;
  readonly jobs: readonly JobFacts[];
}
