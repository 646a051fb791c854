// Builds what is stale, then runs the server in this process, so that signals reach it.
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { buildPages } from './build-pages.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const compiler = createRequire(import.meta.url).resolve('typescript/bin/tsc');
const build = spawnSync(process.execPath, [compiler, '-b'], { cwd: root, stdio: 'inherit' });
if (build.status !== 0) process.exit(build.status ?? 1);
await buildPages();
process.argv = [
  process.argv[0],
  fileURLToPath(new URL('../dist/main.js', import.meta.url)),
  'serve',
  ...process.argv.slice(2),
];
await import('../dist/main.js');
