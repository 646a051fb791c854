/** Every job. */
import type { Job } from './job.ts';
import { linkAuditEvents } from './link-audit-events.ts';
import { purgeChallenges } from './purge-challenges.ts';
import { purgeSessions } from './purge-sessions.ts';

export const jobs: readonly Job[] = [linkAuditEvents, purgeChallenges, purgeSessions];
