/**
 * Once per test run: the built pages, a real PostgreSQL and a migrated template of each database, which the test files
 * copy.
 */
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type {} from 'vitest';
import type { TestProject } from 'vitest/node';
import { buildStale } from '../../scripts/build.mjs';
import { migrate } from '../../src/storage/migrate.ts';
import { openPostgresDatabase } from '../../src/storage/postgres-database.ts';
import { providePostgres } from './postgres.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** The URL of a database whose user may create others. */
    readonly postgresAdminUrl: string;
    /** The name of a migrated database to copy. */
    readonly postgresTemplate: string;
    /** A file with the dump of a migrated embedded database. */
    readonly embeddedTemplate: string;
    /** A data directory with the same database. */
    readonly embeddedDirectory: string;
  }
}

/** Starts the server and creates the templates; the returned function stops it after the last test. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), 'sallyport-test-'));
  const [postgres, embedded] = await Promise.all([makePostgresTemplate(), makeEmbeddedTemplate(folder), buildStale()]);
  project.provide('postgresAdminUrl', postgres.rig.url());
  project.provide('postgresTemplate', postgres.name);
  project.provide('embeddedTemplate', embedded.dump);
  project.provide('embeddedDirectory', embedded.directory);
  return async () => {
    await rm(folder, { recursive: true, force: true });
    await postgres.rig.stop();
  };
}

async function makePostgresTemplate() {
  const rig = await providePostgres();
  const name = `sallyport_template_${process.pid}`;
  const url = await rig.createDatabase(name);
  const db = openPostgresDatabase({ url, poolSize: 2, random: () => 0.5, onError: () => undefined });
  await migrate(db);
  await db.close();
  return { rig, name };
}

// Vitest's own process cannot create an embedded database, and creates the others meanwhile.
const embeddedProgram = `
  import { writeFile } from 'node:fs/promises';
  import { migrate } from './src/storage/migrate.ts';
  import { openEmbeddedDatabase } from './src/storage/pglite-database.ts';
  const [dataDir, dump] = process.argv.slice(1);
  const db = await openEmbeddedDatabase({ dataDir, fsync: false });
  await migrate(db);
  await writeFile(dump, Buffer.from(await (await db.dump()).arrayBuffer()));
  await db.close();
`;

async function makeEmbeddedTemplate(folder: string) {
  const [directory, dump] = [join(folder, 'embedded'), join(folder, 'embedded.tar')];
  // What is run once is not worth optimising.
  const words = ['--liftoff-only', '--import', 'tsx', '--input-type=module', '-e', embeddedProgram, directory, dump];
  await promisify(execFile)(process.execPath, words, { cwd: fileURLToPath(new URL('../..', import.meta.url)) });
  return { directory, dump };
}
