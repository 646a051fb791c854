import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** Whether a directory contains an embedded database, even if another process holds it now. */
export function hasEmbeddedDatabase(dataDir: string): boolean {
  return existsSync(clusterOf(dataDir));
}

/** Where in a data directory the embedded database is. */
export function clusterOf(dataDir: string): string {
  return join(dataDir, 'database');
}
