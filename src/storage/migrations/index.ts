/** Every migration, oldest first. Forward only; a migration that has been released is never edited. */
import type { Sql } from '../sql.ts';
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

export interface Migration {
  readonly version: number;
  readonly name: string;
  readonly sql: string;
  /** What the text cannot say of rows that are there: run after it, in its transaction. */
  readonly fill?: (sql: Sql) => Promise<void>;
}

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
];
