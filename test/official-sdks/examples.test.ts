/** Worry: an example that a reader pastes does not run. */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { databasesOf } from '../../src/testkit/test-database.ts';
import { expectGolden } from '../golden/expect-golden.ts';
import { startedServer } from './started-server.ts';
import type { StartedServer } from './started-server.ts';

const databaseKinds = databasesOf(import.meta.url);

interface Run {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

function runNode(words: readonly string[], cwd: string, variables: Readonly<Record<string, string>>): Promise<Run> {
  const env = { PATH: process.env['PATH'] ?? '', ...variables };
  return new Promise((resolve) => {
    execFile(process.execPath, words, { cwd, env }, (error, stdout, stderr) => {
      resolve({ exitCode: typeof error?.code === 'number' ? error.code : 0, stdout, stderr });
    });
  });
}

describe.each(databaseKinds)('the examples on the %s database', (kind) => {
  let server: StartedServer;
  let folder: string;
  beforeAll(async () => {
    server = await startedServer(kind);
    folder = await mkdtemp(join(tmpdir(), 'sallyport-examples-'));
  });
  afterAll(async () => {
    await rm(folder, { recursive: true, force: true });
    await server.stop();
  });

  const runExample = (name: string, variables: Readonly<Record<string, string>>): Promise<Run> =>
    runNode([fileURLToPath(new URL(`../../examples/${name}`, import.meta.url))], folder, variables);

  // The port of the test's server does not matter to the reader.
  const readable = (stdout: string) => stdout.replace(/http:\/\/localhost:\d+/g, 'http://localhost:4000');

  test('each runs against a started server, twice, and prints what it does', async () => {
    const variables = {
      SALLYPORT_URL: server.apiUrl,
      SALLYPORT_SECRET_KEY: server.secretKey,
      SALLYPORT_MANAGEMENT_KEY: server.managementKey,
    };
    for (const name of ['users', 'actions', 'decisions']) {
      for (let round = 0; round < 2; round += 1) {
        const run = await runExample(`${name}.mjs`, variables);
        expect([run.exitCode, run.stderr], run.stdout).toEqual([0, '']);
        expectGolden(`example-${name}.txt`, readable(run.stdout));
      }
    }
  });

  test('they find the address and key in .sallyport/credentials.env, as npm start leaves it', async () => {
    await mkdir(join(folder, '.sallyport'), { recursive: true });
    await writeFile(
      join(folder, '.sallyport', 'credentials.env'),
      `SALLYPORT_URL=${server.apiUrl}\nSALLYPORT_TENANT_ID=x\nSALLYPORT_SECRET_KEY=${server.secretKey}\n`,
    );
    const run = await runExample('users.mjs', {});
    await rm(join(folder, '.sallyport'), { recursive: true });
    expect([run.exitCode, run.stderr]).toEqual([0, '']);
    expectGolden('example-users.txt', readable(run.stdout));
  });

  test('the first program of README runs as printed, and sends the key nowhere if no server is named', async () => {
    const root = fileURLToPath(new URL('../..', import.meta.url));
    const code =
      /```js\n(\/\/ first\.mjs\n[\s\S]*?)```/.exec(await readFile(join(root, 'README.md'), 'utf8'))?.[1] ?? '';
    const run = (variables: Readonly<Record<string, string>>) =>
      runNode(['--input-type=module', '-e', code], root, variables);
    const named = await run({ SALLYPORT_URL: server.apiUrl, SALLYPORT_SECRET_KEY: server.secretKey });
    expect(named.stdout).toMatch(/^send the user to http:\/\/localhost:\d+\/challenge\?token=/);
    for (const variables of [{ SALLYPORT_SECRET_KEY: server.secretKey }, { SALLYPORT_URL: '' }]) {
      const unnamed = await run(variables);
      expect([unnamed.exitCode, unnamed.stderr]).toEqual([1, expect.stringContaining('Error: Set SALLYPORT_URL')]);
    }
  });

  test('without either they say in one sentence what to set, and fail', async () => {
    const run = await runExample('users.mjs', {});
    expect(run.exitCode).toBe(1);
    expect(run.stderr).toMatch(/^Set SALLYPORT_URL .+ and SALLYPORT_SECRET_KEY, .+\.\n$/);
  });
});
