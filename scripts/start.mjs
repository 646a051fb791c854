// Builds what is stale, then runs the server in this process, so that signals reach it.
import '../bin/check-node.mjs';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { stopWithNpm } from '../bin/stop-with-npm.mjs';

const main = fileURLToPath(new URL('../dist/server/main.js', import.meta.url));

if (canBuild()) {
  const { buildStale } = await import('./build.mjs');
  await buildStale();
} else if (!isBuilt()) {
  process.stderr.write(
    'sallyport: nothing is built here, and what builds it is not installed. Run "npm ci && npm run build" first.\n',
  );
  process.exit(1);
}
stopWithNpm();
process.argv = [process.argv[0], main, 'serve', ...process.argv.slice(2)];
await import('../dist/server/main.js');

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
