import { loadConfig } from '../config/load-config.ts';
import { createLogger } from '../http/logger.ts';
import { systemRuntime } from '../runtime/system-runtime.ts';
import { distribute, distributionStatements, DistributionRefused } from '../storage/distribution.ts';
import { openStorage } from '../storage/open-storage.ts';
import { migrateAsOwner, openOwner } from '../storage/owner.ts';
import { prepareMonths } from '../storage/queries/actions/months.ts';
import { loadDatabaseNow } from '../storage/queries/tenants.ts';
import { roleSettings } from '../storage/session-settings.ts';
import { CommandMistake, UsageMistake } from './command.ts';
import type { Command } from './command.ts';
import { readOptions } from './read-options.ts';
import { requireDatabase } from './require-database.ts';

export const migrateCommand: Command = {
  name: 'migrate',
  summary: 'Bring the database schema up to date.',
  help: `Usage: sallyport migrate [--create]
       sallyport migrate --distribute --role NAME [--print]

Updates the schema of the configured database (DATABASE_URL, or else the embedded one) and prints what it ran.
A lock lets only one process work at a time; running it again does nothing. "sallyport serve" does the same when it starts.

With SALLYPORT_MIGRATION_URL it works as that role, the owner of the tables, and gives the role of DATABASE_URL the rights that
serving needs. It also makes the tables of actions of this month and the next three.

--create creates the embedded database if there is none.

With SALLYPORT_POOLER=transaction it uses SALLYPORT_LISTEN_URL, which bypasses the pooler, and prints the statements that
give the database role the settings that sessions behind the pooler need.

--distribute also places the tables by tenant on the workers of Citus, where servers work as the role NAME. That role must
not own the tables: rights then protect the audit log, in place of triggers. --print only prints the statements.
Not all of Sallyport works with Citus yet: read docs/guides/distributed.md first.
`,
  async run(words) {
    const { flags, options } = readOptions(words, ['role'], { flags: ['create', 'distribute', 'print'] });
    const role = roleToDistributeFor(flags, options.role);
    if (role !== undefined && flags.has('print')) {
      process.stdout.write(`${distributionStatements(role).join('\n')}\n`);
      return;
    }
    const config = loadConfig();
    if (!flags.has('create')) requireDatabase(config);
    // Bypasses a pooler that swaps sessions: it lacks the session settings until the role has them.
    const past = config.isPooled ? { databaseUrls: config.listenUrls, isPooled: false } : {};
    const runtime = systemRuntime();
    const warn = (error: Error) => process.stderr.write(`sallyport: ${error.message}\n`);
    const storage = await openStorage({ ...config, ...past }, runtime, warn);
    const owner = openOwner({ ...config, ...past }, storage.db, runtime, warn);
    try {
      const ran = await migrateAsOwner(owner, storage.db);
      await prepareMonths(owner, await loadDatabaseNow(owner));
      if (ran.length > 0) createLogger(config.logLevel, process.stderr).info({ ran }, 'migrated by the command line');
      if (role !== undefined) await distribute(owner, role);
      process.stdout.write(ran.length === 0 ? 'The schema is up to date.\n' : `Ran ${ran.join(', ')}.\n`);
      if (role !== undefined) {
        process.stdout.write('The tables are distributed. Read docs/guides/distributed.md before you start a node.\n');
      }
      if (config.isPooled) {
        const statements = await roleSettings(storage.db);
        process.stdout.write(`Sessions behind the pooler need these settings. Run once:\n${statements.join('\n')}\n`);
      }
    } catch (error) {
      if (error instanceof DistributionRefused) throw new CommandMistake(error.message);
      throw error;
    } finally {
      if (owner !== storage.db) await owner.close();
      await storage.db.close();
    }
  },
};

/** The role that servers work as; undefined if nothing is to be distributed. */
function roleToDistributeFor(flags: ReadonlySet<string>, role: string | undefined): string | undefined {
  if (!flags.has('distribute')) {
    if (role !== undefined || flags.has('print')) throw new UsageMistake('--role and --print belong to --distribute.');
    return undefined;
  }
  if (role === undefined || role === '')
    throw new UsageMistake('--distribute needs the role of the servers: --role NAME.');
  return role;
}
