/** Every migration, oldest first. Forward only; a migration that has been released is never edited. */
import * as firstTables from './0001-first-tables.ts';

export interface Migration {
  readonly version: number;
  readonly name: string;
  readonly sql: string;
}

export const migrations: readonly Migration[] = [{ version: 1, name: 'first-tables', sql: firstTables.sql }];
