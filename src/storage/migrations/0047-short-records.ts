/**
 * Decision records are stored without the members that say nothing, which nodes of the release before cannot read. For an hour
 * they may run beside the others, and new nodes write records as they do.
 */
import { loadDatabaseNow } from '../queries/tenants.ts';
import { sqlTime, statement } from '../sql.ts';
import type { Database } from '../sql.ts';

const hourMs = 60 * 60 * 1000;

const untilStatement = statement<never>(
  'migrate_earlier_nodes_again',
  'update tenants set earlier_nodes_until = greatest(earlier_nodes_until, $1)',
);

export const steps: readonly ((db: Database) => Promise<void>)[] = [
  async (db) => void (await db.query(untilStatement, [sqlTime((await loadDatabaseNow(db)) + hourMs)])),
];
