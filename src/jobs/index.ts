/** Every job. */
import { deliverEvents } from './deliver-events.ts';
import { deliverOutbox } from './deliver-outbox.ts';
import type { Job } from './job.ts';
import { endHelps } from './end-helps.ts';
import { keepTallies } from './keep-tallies.ts';
import { linkAuditEvents } from './link-audit-events.ts';
import { purgeDepartedUsers } from './purge-departed-users.ts';
import { purgeActions } from './purge-actions.ts';
import { purgeAddresses } from './purge-addresses.ts';
import { purgeChallenges } from './purge-challenges.ts';
import { prepareActionMonths } from './prepare-months.ts';
import { purgeDocuments } from './purge-documents.ts';
import { logActions } from './log-actions.ts';
import { purgeEvents } from './purge-events.ts';
import { purgeHours } from './purge-hours.ts';
import { purgeOutbox } from './purge-outbox.ts';
import { purgeSessions } from './purge-sessions.ts';
import { purgeTexts } from './purge-texts.ts';
import { refreshStatistics } from './refresh-statistics.ts';
import { settleSuccessors } from './settle-successors.ts';
import { storeCounts } from './store-counts.ts';
import { storeHours } from './store-hours.ts';
import { tellAuditHeads } from './tell-audit-heads.ts';
import { tellReviews } from './tell-reviews.ts';
import { trimAuditChain } from './trim-audit-chain.ts';
import { vacuumTables } from './vacuum-tables.ts';
import { watchAlerts } from './watch-alerts.ts';

export const jobs: readonly Job[] = [
  linkAuditEvents,
  logActions,
  deliverOutbox,
  keepTallies,
  deliverEvents,
  endHelps,
  prepareActionMonths,
  purgeActions,
  purgeAddresses,
  purgeChallenges,
  purgeDepartedUsers,
  purgeDocuments,
  purgeEvents,
  purgeHours,
  purgeOutbox,
  purgeSessions,
  purgeTexts,
  refreshStatistics,
  settleSuccessors,
  storeCounts,
  storeHours,
  tellAuditHeads,
  tellReviews,
  trimAuditChain,
  vacuumTables,
  watchAlerts,
];
