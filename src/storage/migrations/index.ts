/** Every migration, oldest first. Forward only; a migration that has been released is never edited. */
import type { Database, Sql } from '../sql.ts';
import * as firstTables from './0001-first-tables.ts';
import * as rulesAndManagement from './0002-rules-and-management.ts';
import * as sessions from './0003-sessions.ts';
import * as challenges from './0004-challenges.ts';
import * as clientProofs from './0005-client-proofs.ts';
import * as outbox from './0006-outbox.ts';
import * as recentTries from './0007-recent-tries.ts';
import * as noHotRows from './0008-no-hot-rows.ts';
import * as lockNotices from './0009-lock-notices.ts';
import * as untrackedActions from './0010-untracked-actions.ts';
import * as ruleLanguage2 from './0011-rule-language-2.ts';
import * as listsByHash from './0012-lists-by-hash.ts';
import * as pageTemplates from './0013-page-templates.ts';
import * as heldAuthenticators from './0014-held-authenticators.ts';
import * as codeLengths from './0015-code-lengths.ts';
import * as earlierRotations from './0016-earlier-rotations.ts';
import * as sentAndRead from './0017-sent-and-read.ts';
import * as departedUsers from './0018-departed-users.ts';
import * as guessesAtAuthenticators from './0019-guesses-at-authenticators.ts';
import * as sendsThatAreOut from './0020-sends-that-are-out.ts';
import * as auditHeads from './0021-audit-heads.ts';
import * as deniedActions from './0022-denied-actions.ts';
import * as heartbeats from './0023-heartbeats.ts';
import * as actionsByMonth from './0024-actions-by-month.ts';
import * as retention from './0025-retention.ts';
import * as distributable from './0026-distributable.ts';
import * as tallies from './0027-tallies.ts';
import * as events from './0028-events.ts';
import * as rememberedDevices from './0029-remembered-devices.ts';
import * as watching from './0030-watching.ts';
import * as whatBecameOfMessages from './0031-what-became-of-messages.ts';
import * as texts from './0032-texts.ts';
import * as signingMessages from './0033-signing-messages.ts';
import * as claimedChallenges from './0034-claimed-challenges.ts';
import * as appStatements from './0035-app-statements.ts';
import * as auditEventsByUser from './0036-audit-events-by-user.ts';
import * as operators from './0037-operators.ts';
import * as whatHappened from './0038-what-happened.ts';
import * as oidc from './0039-oidc.ts';
import * as helps from './0040-helps.ts';
import * as twoPeople from './0041-two-people.ts';
import * as ruleVersions from './0042-rule-versions.ts';
import * as expiringKeys from './0043-expiring-keys.ts';
import * as operatorPasswords from './0044-operator-passwords.ts';
import * as ruleRequests from './0045-rule-requests.ts';
import * as tellingInOrder from './0046-telling-in-order.ts';
import * as shortRecords from './0047-short-records.ts';

interface MigrationName {
  readonly version: number;
  readonly name: string;
  /**
   * One more than the epoch before, which is 1 at first, if nodes of the release before can no longer work once this
   * migration ran. A release then refuses to start on a schema of two epochs later.
   */
  readonly epoch?: number;
}

/** A migration in one transaction, for what holds its locks only briefly. */
export interface WholeMigration extends MigrationName {
  readonly sql: string;
  /** Completes existing rows where SQL cannot: runs after the text, in the same transaction. */
  readonly fill?: (sql: Sql) => Promise<void>;
}

/**
 * A migration of tables that are large or in use: each step is a transaction of its own, or a command that cannot be in
 * one. A step may run again after a crash, so it first looks at what is there. A step that cannot get its lock soon is
 * tried again, so that calls never queue behind it.
 */
export interface SteppedMigration extends MigrationName {
  readonly steps: readonly ((db: Database) => Promise<void>)[];
  /** That the steps make. */
  readonly tables: readonly string[];
}

export type Migration = WholeMigration | SteppedMigration;

export const migrations: readonly Migration[] = [
  { version: 1, name: 'first-tables', sql: firstTables.sql },
  { version: 2, name: 'rules-and-management', sql: rulesAndManagement.sql },
  { version: 3, name: 'sessions', sql: sessions.sql },
  { version: 4, name: 'challenges', sql: challenges.sql },
  { version: 5, name: 'client-proofs', sql: clientProofs.sql },
  { version: 6, name: 'outbox', sql: outbox.sql },
  { version: 7, name: 'recent-tries', sql: recentTries.sql },
  { version: 8, name: 'no-hot-rows', sql: noHotRows.sql },
  { version: 9, name: 'lock-notices', sql: lockNotices.sql },
  { version: 10, name: 'untracked-actions', sql: untrackedActions.sql },
  { version: 11, name: 'rule-language-2', sql: ruleLanguage2.sql },
  { version: 12, name: 'lists-by-hash', sql: listsByHash.sql },
  { version: 13, name: 'page-templates', sql: pageTemplates.sql },
  { version: 14, name: 'held-authenticators', sql: heldAuthenticators.sql },
  { version: 15, name: 'code-lengths', sql: codeLengths.sql },
  { version: 16, name: 'earlier-rotations', sql: earlierRotations.sql },
  { version: 17, name: 'sent-and-read', sql: sentAndRead.sql, fill: sentAndRead.fill },
  { version: 18, name: 'departed-users', sql: departedUsers.sql },
  { version: 19, name: 'guesses-at-authenticators', sql: guessesAtAuthenticators.sql },
  { version: 20, name: 'sends-that-are-out', sql: sendsThatAreOut.sql },
  { version: 21, name: 'audit-heads', sql: auditHeads.sql },
  { version: 22, name: 'denied-actions', sql: deniedActions.sql },
  { version: 23, name: 'heartbeats', sql: heartbeats.sql },
  { version: 24, name: 'actions-by-month', steps: actionsByMonth.steps, tables: actionsByMonth.tables },
  { version: 25, name: 'retention', sql: retention.sql },
  { version: 26, name: 'distributable', steps: distributable.steps, tables: [] },
  { version: 27, name: 'tallies', steps: tallies.steps, tables: tallies.tables },
  { version: 28, name: 'events', sql: events.sql },
  { version: 29, name: 'remembered-devices', steps: rememberedDevices.steps, tables: [] },
  { version: 30, name: 'watching', sql: watching.sql },
  { version: 31, name: 'what-became-of-messages', steps: whatBecameOfMessages.steps, tables: [] },
  { version: 32, name: 'texts', sql: texts.sql },
  { version: 33, name: 'signing-messages', sql: signingMessages.sql },
  { version: 34, name: 'claimed-challenges', sql: claimedChallenges.sql },
  { version: 35, name: 'app-statements', sql: appStatements.sql },
  { version: 36, name: 'audit-events-by-user', steps: auditEventsByUser.steps, tables: [] },
  { version: 37, name: 'operators', sql: operators.sql },
  { version: 38, name: 'what-happened', steps: whatHappened.steps, tables: whatHappened.tables },
  { version: 39, name: 'oidc', sql: oidc.sql },
  { version: 40, name: 'helps', sql: helps.sql },
  { version: 41, name: 'two-people', steps: twoPeople.steps, tables: [] },
  { version: 42, name: 'rule-versions', sql: ruleVersions.sql },
  { version: 43, name: 'expiring-keys', sql: expiringKeys.sql },
  { version: 44, name: 'operator-passwords', sql: operatorPasswords.sql },
  { version: 45, name: 'rule-requests', sql: ruleRequests.sql },
  { version: 46, name: 'telling-in-order', steps: tellingInOrder.steps, tables: [] },
  { version: 47, name: 'short-records', steps: shortRecords.steps, tables: [], epoch: 2 },
];
