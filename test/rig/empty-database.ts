import { randomUUID } from 'node:crypto';
import { Client } from 'pg';
import { inject } from 'vitest';
import { openPostgresDatabase } from '../../src/storage/postgres-database.ts';
import type { Database } from '../../src/storage/sql.ts';
import { testDatabase } from '../../src/testkit/test-database.ts';
import type { DatabaseKind } from '../../src/testkit/test-database.ts';

const opened: Database[] = [];

/** Closes every database that a test has opened here. */
export async function closeOpened(): Promise<void> {
  await Promise.all(opened.splice(0).map((db) => db.close()));
}

/** A database on a server, with few connections. */
export function open(url: string, poolSize = 2): Database {
  const db = openPostgresDatabase({ url, poolSize, random: () => 0.5, onError: () => undefined });
  opened.push(db);
  return db;
}

/** The URL of an empty database on the server. */
export async function emptyPostgres(): Promise<string> {
  const admin = new Client({ connectionString: inject('postgresAdminUrl') });
  await admin.connect();
  const name = `empty_${randomUUID().slice(0, 8)}`;
  await admin.query(`create database ${name} template template0`);
  await admin.end();
  const url = new URL(inject('postgresAdminUrl'));
  url.pathname = `/${name}`;
  return url.href;
}

export async function emptyDatabase(kind: DatabaseKind): Promise<Database> {
  if (kind === 'postgres') return open(await emptyPostgres());
  const db = await testDatabase('embedded');
  opened.push(db);
  await db.script('drop schema public cascade; create schema public');
  return db;
}
