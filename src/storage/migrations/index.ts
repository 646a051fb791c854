/** Every migration, oldest first. Forward only; a migration that has been released is never edited. */
import * as firstTables from './0001-first-tables.ts';
import * as rulesAndManagement from './0002-rules-and-management.ts';

export interface Migration {
  readonly version: number;
  readonly name: string;
  readonly sql: string;
}

export const migrations: readonly Migration[] = [
  { version: 1, name: 'first-tables', sql: firstTables.sql },
  { version: 2, name: 'rules-and-management', sql: rulesAndManagement.sql },
];
