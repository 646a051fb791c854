/** Every job. */
import { deliverOutbox } from './deliver-outbox.ts';
import type { Job } from './job.ts';
import { linkAuditEvents } from './link-audit-events.ts';
import { purgeDepartedUsers } from './purge-departed-users.ts';
import { purgeChallenges } from './purge-challenges.ts';
import { purgeDocuments } from './purge-documents.ts';
import { purgeOutbox } from './purge-outbox.ts';
import { purgeSessions } from './purge-sessions.ts';
import { refreshStatistics } from './refresh-statistics.ts';
import { settleSuccessors } from './settle-successors.ts';
import { tellAuditHeads } from './tell-audit-heads.ts';

export const jobs: readonly Job[] = [
  linkAuditEvents,
  deliverOutbox,
  purgeChallenges,
  purgeDepartedUsers,
  purgeDocuments,
  purgeOutbox,
  purgeSessions,
  refreshStatistics,
  settleSuccessors,
  tellAuditHeads,
];
