import { loadConfig } from '../config/load-config.ts';
import { createLogger } from '../http/logger.ts';
import { systemRuntime } from '../runtime/system-runtime.ts';
import { migrate } from '../storage/migrate.ts';
import { openStorage } from '../storage/open-storage.ts';
import { roleSettings } from '../storage/session-settings.ts';
import type { Command } from './command.ts';
import { readOptions } from './read-options.ts';
import { refuseAbsent } from './refuse-absent.ts';

export const migrateCommand: Command = {
  name: 'migrate',
  summary: 'Bring the database schema up to date.',
  help: `Usage: sallyport migrate [--create]

Brings the schema of the configured database (DATABASE_URL, else the embedded one) up to date and prints what it ran.
One runner at a time works, under a lock; running it again does nothing. "sallyport serve" does the same at its start.
--create makes the embedded database where there is none.

With SALLYPORT_POOLER=transaction it works on SALLYPORT_LISTEN_URL, past the pooler, and prints the statements that give
the role the settings which sessions behind the pooler need.
`,
  async run(words) {
    const { flags } = readOptions(words, [], { flags: ['create'] });
    const config = loadConfig();
    if (!flags.has('create')) refuseAbsent(config);
    // Past a pooler that swaps sessions: it has none of the settings before the role has them.
    const past = config.isPooled ? { databaseUrls: config.listenUrls, isPooled: false } : {};
    const storage = await openStorage({ ...config, ...past }, systemRuntime(), (error) =>
      process.stderr.write(`sallyport: ${error.message}\n`),
    );
    try {
      const ran = await migrate(storage.db);
      if (ran.length > 0) createLogger(config.logLevel, process.stderr).info({ ran }, 'migrated by the command line');
      process.stdout.write(ran.length === 0 ? 'The schema is up to date.\n' : `Ran ${ran.join(', ')}.\n`);
      if (config.isPooled) {
        const statements = await roleSettings(storage.db);
        process.stdout.write(`Behind the pooler sessions need these settings. Run once:\n${statements.join('\n')}\n`);
      }
    } finally {
      await storage.db.close();
    }
  },
};
