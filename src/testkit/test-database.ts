import { randomBytes } from 'node:crypto';
import { cp, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, escapeIdentifier } from 'pg';
import { inject } from 'vitest';
import { openEmbeddedDatabase } from '../storage/pglite-database.ts';
import { openPostgresDatabase } from '../storage/postgres-database.ts';
import type { Database } from '../storage/sql.ts';
import { embeddedTemplate, lendEmbeddedDatabase } from './embedded-databases.ts';

/** The two databases. */
export const databaseKinds = ['embedded', 'postgres'] as const;
export type DatabaseKind = (typeof databaseKinds)[number];

/**
 * Those that the tests of behaviour in a file run on: both in a full run (`npm run test:long`), else one, which is another for
 * the next file. Both speak the same SQL, and each statement is met by many files. Where things happen at once it is always
 * PostgreSQL: the embedded database has one connection, which hides races.
 */
export function databasesOf(fileUrl: string, { hasRaces = false } = {}): readonly DatabaseKind[] {
  if (process.env['TEST_LONG'] !== undefined) return databaseKinds;
  if (hasRaces) return ['postgres'];
  const name = new URL(fileUrl).pathname.split('/').at(-1) ?? '';
  // By the letters of its name, so that a new file changes no other's.
  const letters = [...name].reduce((sum, letter) => sum + letter.charCodeAt(0), 0);
  return [letters % 2 === 0 ? 'embedded' : 'postgres'];
}

/** Connections of a test database on a server; as many as a node has by default. */
export const testPoolSize = 10;

/** A migrated database of its own, with nothing in it but the schema. Close it: an embedded one is emptied and used again. */
export async function testDatabase(
  kind: DatabaseKind,
  options: { readonly acquireTimeoutMs?: number } = {},
): Promise<Database> {
  if (kind === 'embedded') {
    if (options.acquireTimeoutMs === undefined) return lendEmbeddedDatabase();
    return openEmbeddedDatabase({
      dataDir: undefined,
      loadDataDir: await embeddedTemplate(),
      fsync: false,
      ...options,
    });
  }
  return openPostgresDatabase({
    url: await createPostgresDatabase(),
    poolSize: testPoolSize,
    // A machine that does much else is no shortage of connections; what is, tests of server processes tell.
    acquireTimeoutMs: 20_000,
    random: () => 0.5,
    onError: () => undefined,
    ...options,
  });
}

/** The URL of a migrated PostgreSQL database of its own, for tests that start server processes. */
export async function createPostgresDatabase(): Promise<string> {
  const adminUrl = inject('postgresAdminUrl');
  const name = `test_${randomBytes(6).toString('hex')}`;
  const admin = new Client({ connectionString: adminUrl });
  await admin.connect();
  try {
    await admin.query(
      `create database ${escapeIdentifier(name)} template ${escapeIdentifier(inject('postgresTemplate'))}`,
    );
  } finally {
    await admin.end();
  }
  const url = new URL(adminUrl);
  url.pathname = `/${name}`;
  return url.href;
}

/**
 * A data directory of its own with a migrated embedded database and no tenant yet, for tests that start server processes: to
 * make one from nothing takes many times as long. The caller removes it.
 */
export async function createEmbeddedDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'sallyport-embedded-'));
  await cp(join(inject('embeddedDirectory'), 'database'), join(directory, 'database'), { recursive: true });
  return directory;
}
