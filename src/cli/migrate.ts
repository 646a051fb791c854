import { loadConfig } from '../config/load-config.ts';
import { systemRuntime } from '../runtime/system-runtime.ts';
import { migrate } from '../storage/migrate.ts';
import { openStorage } from '../storage/open-storage.ts';
import type { Command } from './command.ts';
import { readOptions } from './read-options.ts';

export const migrateCommand: Command = {
  name: 'migrate',
  summary: 'Bring the database schema up to date.',
  help: `Usage: sallyport migrate

Brings the schema of the configured database (DATABASE_URL, else the embedded one) up to date and prints what it ran.
One runner at a time works, under a lock; running it again does nothing. "sallyport serve" does the same at its start.
`,
  async run(words) {
    readOptions(words, []);
    const config = loadConfig();
    const storage = await openStorage(config, systemRuntime(), (error) =>
      process.stderr.write(`sallyport: ${error.message}\n`),
    );
    try {
      const ran = await migrate(storage.db);
      process.stdout.write(ran.length === 0 ? 'The schema is up to date.\n' : `Ran ${ran.join(', ')}.\n`);
    } finally {
      await storage.db.close();
    }
  },
};
