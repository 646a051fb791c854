import { loadConfig } from '../config/load-config.ts';
import type { Runtime } from '../runtime/runtime.ts';
import { systemRuntime } from '../runtime/system-runtime.ts';
import { loadSchemaState, migrate } from '../storage/migrate.ts';
import { anchorClock, requireKnownMasterKey, openStorage } from '../storage/open-storage.ts';
import type { Storage } from '../storage/open-storage.ts';
import { DatabaseUnfit } from '../storage/prepare-schema.ts';
import { CommandMistake } from './command.ts';
import { requireDatabase } from './require-database.ts';

export interface OpenStorage extends Storage {
  readonly runtime: Runtime;
}

/**
 * Opens the configured database for one command and closes it afterwards. An embedded database is migrated first, and
 * created only if `mayCreate` is true.
 */
export async function withStorage<Result>(
  mayCreate: boolean,
  work: (storage: OpenStorage) => Promise<Result>,
): Promise<Result> {
  const config = loadConfig();
  if (!mayCreate) requireDatabase(config);
  const runtime = systemRuntime();
  const storage = await openStorage(config, runtime, (error) => process.stderr.write(`sallyport: ${error.message}\n`));
  try {
    if (storage.db.kind === 'embedded') await migrate(storage.db);
    else {
      const { pending, fault: schemaFault } = await loadSchemaState(storage.db);
      if (schemaFault !== undefined) throw new DatabaseUnfit(schemaFault);
      if (pending.length > 0) {
        throw new CommandMistake('The database schema is not up to date. Run "sallyport migrate" first.');
      }
    }
    await requireKnownMasterKey(storage.db, storage.seal, storage.masterKeyPlace);
    const { fault } = await anchorClock(storage.db, runtime);
    if (fault !== undefined) throw new DatabaseUnfit(fault);
    return await work({ ...storage, runtime });
  } finally {
    await storage.db.close();
  }
}
