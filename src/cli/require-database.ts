import { resolve } from 'node:path';
import { hasEmbeddedDatabase } from '../storage/embedded-folder.ts';
import { CommandMistake } from './command.ts';

/**
 * Refuses to create an embedded database as a side effect: a mistyped directory would look like an empty one (ruling
 * 55). @throws {CommandMistake}
 */
export function requireDatabase(config: {
  readonly databaseUrls: readonly string[] | undefined;
  readonly dataDir: string;
}): void {
  if (config.databaseUrls !== undefined || hasEmbeddedDatabase(config.dataDir)) return;
  throw new CommandMistake(
    `There is no database in ${resolve(config.dataDir)}. Set SALLYPORT_DATA_DIR or DATABASE_URL to the right one, or create a new one here with --create.`,
  );
}
