/** Every job. */
import type { Job } from './job.ts';
import { linkAuditEvents } from './link-audit-events.ts';

export const jobs: readonly Job[] = [linkAuditEvents];
