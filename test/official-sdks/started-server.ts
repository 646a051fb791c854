import { rm } from 'node:fs/promises';
import { createEmbeddedDirectory, createPostgresDatabase } from '../../src/testkit/test-database.ts';
import type { DatabaseKind } from '../../src/testkit/test-database.ts';
import { startServer, testCredentials } from '../rig/server-process.ts';

export interface StartedServer {
  /** The origin; SDKs get `apiUrl`. */
  readonly url: string;
  readonly apiUrl: string;
  readonly tenantId: string;
  readonly secretKey: string;
  readonly managementKey: string;
  output(): string;
  stop(): Promise<void>;
}

/** The built program as its own process, on a fresh database of the requested kind, with a known tenant. */
export async function startedServer(kind: DatabaseKind): Promise<StartedServer> {
  const credentials = testCredentials();
  const directory = kind === 'postgres' ? undefined : await createEmbeddedDirectory();
  const process = await startServer({
    ...credentials,
    ...(directory === undefined ? { DATABASE_URL: await createPostgresDatabase() } : { SALLYPORT_DATA_DIR: directory }),
  });
  return {
    url: process.url,
    apiUrl: `${process.url}/v1`,
    tenantId: credentials.SALLYPORT_TENANT_ID,
    secretKey: credentials.SALLYPORT_SECRET_KEY,
    managementKey: credentials.SALLYPORT_MANAGEMENT_KEY,
    output: () => process.output(),
    async stop() {
      await process.stop();
      if (directory !== undefined) await rm(directory, { recursive: true, force: true });
    },
  };
}
