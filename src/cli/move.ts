import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { settings } from '../config/config.ts';
import { loadConfig } from '../config/load-config.ts';
import { verifyAuditChain } from '../jobs/verify-audit-chain.ts';
import { systemRuntime } from '../runtime/system-runtime.ts';
import { migrate, pendingMigrations } from '../storage/migrate.ts';
import { moveDatabase } from '../storage/move-database.ts';
import { requireKnownMasterKey, openStorage } from '../storage/open-storage.ts';
import { openPostgresDatabase } from '../storage/postgres-database.ts';
import { listTenants } from '../storage/queries/tenants.ts';
import type { Database, Sql } from '../storage/sql.ts';
import { CommandMistake } from './command.ts';
import type { Command } from './command.ts';
import { readOptions } from './read-options.ts';

export const move: Command = {
  name: 'move',
  summary: 'Move the embedded database to PostgreSQL.',
  help: `Usage: sallyport move --to DATABASE_URL
       sallyport move --to-file FILE

Copies everything in the embedded database of SALLYPORT_DATA_DIR to an empty PostgreSQL database, and prints the settings to
start with from then on. Stop the server first. You can put the URL into a file, to keep it out of process lists.

One transaction copies everything, and commits only if every table has as many rows as before and every tenant's audit log
verifies as before. If it is interrupted, nothing was moved, and you can run it again. The data directory is not changed.
`,
  async run(words) {
    const { options } = readOptions(words, ['to', 'to-file']);
    const url = readTarget(options);
    const config = loadConfig();
    if (config.databaseUrls !== undefined)
      throw new CommandMistake('DATABASE_URL is set, but this command moves the embedded database. Unset it.');
    requireEmbeddedDatabase(config.dataDir, config.masterKeys !== undefined);

    const runtime = systemRuntime();
    const onError = (error: Error) => process.stderr.write(`sallyport: ${error.message}\n`);
    const { db: source, seal } = await openStorage(config, runtime, onError);
    const target = openPostgresDatabase({
      url,
      poolSize: 2,
      // Counting a table and reading a batch have no timeout.
      statementTimeoutMs: hourMs,
      idleInTransactionTimeoutMs: hourMs,
      acquireTimeoutMs: 10_000,
      random: () => 0.5,
      onError,
    });
    try {
      if ((await pendingMigrations(source)).length > 0) {
        throw new CommandMistake(
          `The database in ${resolve(config.dataDir)} is of an earlier version. Run "sallyport migrate" on it first.`,
        );
      }
      await requireKnownMasterKey(source, seal);
      await migrate(target);
      const moved = await moveDatabase(source, target, async (from, to) => {
        await requireKnownMasterKey(to, seal);
        await compareAuditLogs(from, to);
      });
      for (const { name, rows } of moved) process.stdout.write(`${name.padEnd(32)}${rows}\n`);
    } finally {
      await closeAll([source, target]);
    }
    process.stdout.write(
      whatToSet(config.dataDir, config.masterKeys !== undefined, options.to === undefined ? '--to-file' : '--to'),
    );
  },
};

const hourMs = 3_600_000;

/** The URLs of the hosts to move to. */
function readTarget(options: { readonly to?: string; readonly 'to-file'?: string }): readonly string[] {
  const { to, 'to-file': file } = options;
  if ((to === undefined) === (file === undefined))
    throw new CommandMistake('Give the target: --to postgres://USER:PASSWORD@HOST/DATABASE, or --to-file FILE.');
  const text = to ?? readFileSync(file ?? '', 'utf8').trim();
  const parsed = settings.DATABASE_URL.schema.safeParse(text);
  if (!parsed.success || parsed.data === undefined)
    throw new CommandMistake(`The address to move to ${parsed.error?.issues[0]?.message ?? 'is missing'}.`);
  return parsed.data;
}

/** Creates nothing that is missing: no database, and no key, which could not open the data anyway. */
function requireEmbeddedDatabase(dataDir: string, hasKeys: boolean): void {
  if (!existsSync(join(dataDir, 'database')))
    throw new CommandMistake(
      `There is no embedded database in ${resolve(dataDir)}. Name its folder in SALLYPORT_DATA_DIR.`,
    );
  if (!hasKeys && !existsSync(join(dataDir, 'master.key'))) {
    throw new CommandMistake(
      `${resolve(join(dataDir, 'master.key'))} is missing. Put it back, or set SALLYPORT_MASTER_KEY to the key.`,
    );
  }
}

async function compareAuditLogs(from: Sql, to: Sql): Promise<void> {
  for (const { tenantId } of await listTenants(from)) {
    const [before, after] = [await verifyAuditChain(from, tenantId), await verifyAuditChain(to, tenantId)];
    if (JSON.stringify(before) !== JSON.stringify(after))
      throw new Error(`The audit log of ${tenantId} does not verify as before.`);
    const state = after.faults.length === 0 ? 'holds' : 'BROKEN, as it was before; see "sallyport audit verify"';
    process.stdout.write(`audit log of ${tenantId}: ${after.linked} entries, ${state}\n`);
  }
}

async function closeAll(databases: readonly Database[]): Promise<void> {
  for (const database of databases) await database.close();
}

function whatToSet(dataDir: string, hasKeys: boolean, option: string): string {
  const lines = [
    'Everything was moved. From now on start with:',
    '',
    `DATABASE_URL             the URL given with ${option}`,
    hasKeys
      ? 'SALLYPORT_MASTER_KEY     unchanged'
      : `SALLYPORT_MASTER_KEY_FILE=${resolve(join(dataDir, 'master.key'))}`,
    '',
    `${resolve(dataDir)} was not changed. Don't start a server on it again: the new database would not get its new data.`,
  ];
  return `${lines.join('\n')}\n`;
}
