/** Risk: the README's two commands fail on a machine that is not the author's, or leave a process running. */
import { spawn, spawnSync } from 'node:child_process';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually } from '../../test/rig/api.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'sallyport-npm-'));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

test('SIGTERM to npm start also stops the server', async () => {
  const env = { ...process.env, SALLYPORT_DATA_DIR: directory, SALLYPORT_PORT: '0', SALLYPORT_DRAIN_SECONDS: '0' };
  const npm = spawn('npm', ['start'], { cwd: root, env, stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  npm.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  const pid = await eventually(
    'listening',
    60_000,
    () => Promise.resolve(Number(/"pid":(\d+),"msg":"Server listening/.exec(output)?.[1] ?? 0)),
    (found) => found > 0,
  );
  npm.kill('SIGTERM');
  await eventually(
    'its end',
    20_000,
    () => Promise.resolve(isAlive(pid)),
    (is) => !is,
  );
  expect(output).toContain('"msg":"stopped"');
}, 120_000);

test('an older Node gets a message about the version it needs, before any code that it cannot parse', () => {
  const older = `Object.defineProperty(process.versions,'node',{value:'18.20.8'})`;
  for (const program of ['bin/sallyport.mjs', 'scripts/start.mjs']) {
    const run = spawnSync(process.execPath, ['--import', `data:text/javascript,${older}`, join(root, program)], {
      encoding: 'utf8',
      env: { PATH: process.env['PATH'], SALLYPORT_PORT: 'none' },
    });
    expect([run.status, run.stdout, run.stderr]).toEqual([
      1,
      '',
      'sallyport: this is Node 18.20.8; Sallyport needs 20.19.0 or later.\n',
    ]);
  }
});

test('without the build tools, an existing build starts, and a missing one is reported', async () => {
  for (const folder of ['bin', 'scripts', 'package.json']) {
    await cp(join(root, folder), join(directory, 'clone', folder), { recursive: true });
  }
  const start = () =>
    spawnSync(process.execPath, ['scripts/start.mjs'], { cwd: join(directory, 'clone'), encoding: 'utf8' });
  const unbuilt = start();
  expect([unbuilt.status, unbuilt.stderr]).toEqual([
    1,
    expect.stringMatching(/^sallyport: nothing is built here.*\n$/),
  ]);
  for (const part of ['pages', 'portal']) {
    await cp(join(root, `dist/${part}/files.json`), join(directory, `clone/dist/${part}/files.json`));
  }
  spawnSync('sh', ['-c', `mkdir dist/server && echo "console.log(process.argv[2])" > dist/server/main.js`], {
    cwd: join(directory, 'clone'),
  });
  expect(start().stdout).toBe('serve\n');
});

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
