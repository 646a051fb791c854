/** Once a test run: the built pages, a real PostgreSQL and a migrated template of each database, which the test files copy. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type {} from 'vitest';
import type { TestProject } from 'vitest/node';
import { buildPages } from '../../scripts/build-pages.mjs';
import { migrate } from '../../src/storage/migrate.ts';
import { openEmbeddedDatabase } from '../../src/storage/pglite-database.ts';
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
  }
}

/** Starts the server and makes the templates; the function it returns ends it after the last test. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  await buildPages();
  const postgres = await providePostgres();
  const templateName = `sallyport_template_${process.pid}`;
  const url = await postgres.createDatabase(templateName);
  const template = openPostgresDatabase({ url, poolSize: 2, random: () => 0.5, onError: () => undefined });
  await migrate(template);
  await template.close();

  const folder = await mkdtemp(join(tmpdir(), 'sallyport-test-'));
  const embedded = await openEmbeddedDatabase({ dataDir: undefined, fsync: false });
  await migrate(embedded);
  const dump = await embedded.dump();
  await embedded.close();
  const embeddedTemplate = join(folder, 'embedded-template.tar');
  await writeFile(embeddedTemplate, Buffer.from(await dump.arrayBuffer()));

  project.provide('postgresAdminUrl', postgres.url());
  project.provide('postgresTemplate', templateName);
  project.provide('embeddedTemplate', embeddedTemplate);
  return async () => {
    await rm(folder, { recursive: true, force: true });
    await postgres.stop();
  };
}
