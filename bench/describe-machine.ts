import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { availableParallelism, cpus, loadavg, totalmem } from 'node:os';
import { dirname, join } from 'node:path';
import { Client } from 'pg';

/** Where the figures of a case come from, as one paragraph of Markdown. */
export async function describeMachine(
  postgresUrl: string,
  postgresSettings: Readonly<Record<string, string>>,
): Promise<string> {
  const settings = Object.entries(postgresSettings).map(([name, value]) => `\`${name}=${value}\``);
  const [load = 0] = loadavg();
  return [
    `${new Date().toISOString().slice(0, 10)}`,
    `${availableParallelism()} cores (${cpus()[0]?.model.trim() ?? 'unknown'})`,
    `${gibibytes(totalmem())} of memory`,
    `${process.platform} ${process.arch}`,
    `load average before the case ${load.toFixed(1)}`,
    `Node ${process.versions.node}`,
    `PostgreSQL ${await serverVersion(postgresUrl)} on the same machine with its defaults but for ${settings.join(', ')}`,
    `PGlite ${pgliteVersion()}.`,
  ].join('; ');
}

function gibibytes(bytes: number): string {
  return `${(bytes / 2 ** 30).toFixed(0)} GiB`;
}

async function serverVersion(url: string): Promise<string> {
  const client = new Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query<{ server_version: string }>('show server_version');
  await client.end();
  return rows[0]?.server_version ?? 'unknown';
}

function pgliteVersion(): string {
  // The package does not export its package.json.
  const entry = createRequire(import.meta.url).resolve('@electric-sql/pglite');
  const { version } = JSON.parse(readFileSync(join(dirname(entry), '..', 'package.json'), 'utf8')) as {
    version: string;
  };
  return version;
}
