// Builds what is stale, then runs the server in this process, so that signals reach it. The portal is built beside it: what an
// integrator needs first is there sooner.
import '../bin/check-node.mjs';
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { stopWithNpm } from '../bin/stop-with-npm.mjs';

const build = fileURLToPath(new URL('build.mjs', import.meta.url));
const main = fileURLToPath(new URL('../dist/server/main.js', import.meta.url));

if (canBuild()) {
  const { buildForStart } = await import('./build.mjs');
  if (await buildForStart()) buildBeside();
} else if (!isBuilt()) {
  process.stderr.write(
    'sallyport: nothing is built here, and what builds it is not installed. Run "npm ci && npm run build" first.\n',
  );
  process.exit(1);
}
stopWithNpm();
process.argv = [process.argv[0], main, 'serve', ...process.argv.slice(2)];
await import('../dist/server/main.js');

/** Builds the portal in another process, which ends with this one. */
function buildBeside() {
  const child = spawn(process.execPath, [build], { stdio: ['ignore', 'ignore', 'inherit'] });
  child.unref();
  process.on('exit', () => child.kill());
}

/** Whether the server, its pages and the portal are there. */
function isBuilt() {
  const parts = ['../dist/pages/files.json', '../dist/portal/files.json'];
  return existsSync(main) && parts.every((part) => existsSync(fileURLToPath(new URL(part, import.meta.url))));
}

/** Whether the bundler is there, which is missing if only production dependencies are installed. */
function canBuild() {
  try {
    return import.meta.resolve('vite') !== '';
  } catch {
    return false;
  }
}
