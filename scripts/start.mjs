// Builds what is stale, then runs the server in this process, so that signals reach it.
import '../bin/check-node.mjs';
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { stopWithNpm } from '../bin/stop-with-npm.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const main = fileURLToPath(new URL('../dist/main.js', import.meta.url));

const compiler = findCompiler();
if (compiler !== undefined) {
  const build = spawnSync(process.execPath, [compiler, '-b'], { cwd: root, stdio: 'inherit' });
  if (build.status !== 0) process.exit(build.status ?? 1);
  const { buildPages } = await import('./build-pages.mjs');
  await buildPages();
} else if (!isBuilt()) {
  process.stderr.write(
    'sallyport: nothing is built here, and what builds it is not installed. Run "npm ci && npm run build" first.\n',
  );
  process.exit(1);
}
stopWithNpm();
process.argv = [process.argv[0], main, 'serve', ...process.argv.slice(2)];
await import('../dist/main.js');

/** Whether the server, its pages and the portal are there. */
function isBuilt() {
  const parts = ['../dist/pages/files.json', '../dist/portal/files.json'];
  return existsSync(main) && parts.every((part) => existsSync(fileURLToPath(new URL(part, import.meta.url))));
}

/** The compiler, which is missing if only production dependencies are installed. */
function findCompiler() {
  try {
    return createRequire(import.meta.url).resolve('typescript/bin/tsc');
  } catch {
    return undefined;
  }
}
