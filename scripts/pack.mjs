// Packs the output of `npm run build` for machines that only run it: `node scripts/pack.mjs [folder]`.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

dropOrphans();
const words = ['pack', '--ignore-scripts', '--pack-destination', process.argv[2] ?? root];
process.exitCode = spawnSync('npm', words, { cwd: root, stdio: 'inherit' }).status ?? 1;

/** The compiler does not delete the output of deleted sources. */
function dropOrphans() {
  const dist = join(root, 'dist');
  for (const entry of readdirSync(dist, { recursive: true, withFileTypes: true })) {
    const path = relative(dist, join(entry.parentPath, entry.name));
    if (!entry.isFile() || !/\.js(?:\.map)?$/.test(path) || /^(?:pages|portal)\b/.test(path)) continue;
    if (!existsSync(join(root, 'src', path.replace(/\.js(?:\.map)?$/, '.ts')))) rmSync(join(dist, path));
  }
}
