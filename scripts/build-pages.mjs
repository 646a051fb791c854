// Builds the pages for end users: files for browsers, hashed and compressed, and one module that renders pages on the
// server. Does nothing if dist/pages is newer than its sources.
import { mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

const root = fileURLToPath(new URL('..', import.meta.url));
const outDir = join(root, 'dist/pages');
const stamp = join(outDir, 'files.json');
const sources = ['src/ui', 'src/methods', 'src/texts', 'sdk/browser', 'scripts/build-pages.mjs', 'package-lock.json'];

// A build may begin while another process is still building: it waits for its turn instead of mixing files.
const lock = join(root, 'dist/pages.lock');

// Browsers that support passkeys support this.
const browsers = ['chrome109', 'firefox115', 'safari16'];

/** Builds if anything has changed since the last build. */
export async function buildPages() {
  if (isFresh()) return;
  mkdirSync(dirname(outDir), { recursive: true });
  await holding(lock, async () => {
    if (isFresh()) return;
    await build();
  });
}

function isFresh() {
  const builtMs = changedMs(stamp);
  return builtMs > 0 && sources.every((source) => changedMs(join(root, source)) < builtMs);
}

function changedMs(path) {
  let stats;
  try {
    stats = statSync(path);
  } catch {
    return 0;
  }
  if (!stats.isDirectory()) return stats.mtimeMs;
  return Math.max(stats.mtimeMs, ...readdirSync(path).map((name) => changedMs(join(path, name))));
}

async function build() {
  const { build: bundle } = await import('vite');
  rmSync(outDir, { recursive: true, force: true });
  const shared = {
    configFile: false,
    root,
    logLevel: 'warn',
    oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  };
  const assets = await bundle({
    ...shared,
    base: '/assets/',
    publicDir: false,
    build: {
      outDir: join(outDir, 'browser'),
      manifest: 'manifest.json',
      target: browsers,
      modulePreload: false,
      assetsDir: '',
      rolldownOptions: { input: { page: join(root, 'src/ui/pages/browser.tsx') } },
    },
  });
  // A separate chunk, so that the page's own code is not split for it.
  const still = await bundle({
    ...shared,
    base: '/assets/',
    publicDir: false,
    build: {
      outDir: join(outDir, 'browser'),
      emptyOutDir: false,
      target: browsers,
      modulePreload: false,
      assetsDir: '',
      rolldownOptions: { input: { still: join(root, 'src/ui/pages/still.ts') } },
    },
  });
  await bundle({
    ...shared,
    ssr: { noExternal: true },
    build: {
      outDir,
      emptyOutDir: false,
      ssr: join(root, 'src/ui/pages/render-page.tsx'),
      target: 'node20',
      rolldownOptions: { output: { entryFileNames: 'render.js', chunkFileNames: 'render-[name].js' } },
    },
  });
  for (const { fileName } of [...assets.output, ...still.output]) compress(join(outDir, 'browser', fileName));
  const manifest = JSON.parse(readFileSync(join(outDir, 'browser/manifest.json'), 'utf8'));
  // Last: an interrupted build is not fresh.
  writeFileSync(stamp, JSON.stringify({ ...filesOf(manifest), still: `/assets/${still.output[0].fileName}` }));
}

function compress(path) {
  if (!/\.(?:js|css|svg|json)$/.test(path)) return;
  const bytes = readFileSync(path);
  writeFileSync(`${path}.br`, brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }));
  writeFileSync(`${path}.gz`, gzipSync(bytes, { level: 9 }));
}

/** The entry, and the additional files of each first screen, looked up in the manifest by source file. */
function filesOf(manifest) {
  const entry = Object.values(manifest).find(({ isEntry }) => isEntry);
  const url = (file) => `/assets/${file}`;
  const shared = new Set(closure(manifest, entry));
  const of = (source) => {
    const chunk = manifest[source];
    if (chunk === undefined) throw new Error(`The build has no chunk of ${source}.`);
    return closure(manifest, chunk)
      .filter((file) => !shared.has(file))
      .map(url);
  };
  return {
    entry: url(entry.file),
    always: [...shared].filter((file) => file !== entry.file).map(url),
    chunks: {
      ...Object.fromEntries(pagesOfMethods(manifest).map(([folder, source]) => [folder, of(source)])),
      settings: of('src/ui/pages/later-screens.tsx'),
    },
  };
}

/** The methods that have screens, by their folders. */
function pagesOfMethods(manifest) {
  return Object.keys(manifest).flatMap((source) => {
    const folder = /^src\/methods\/([^/]+)\/page\.tsx$/.exec(source)?.[1];
    return folder === undefined ? [] : [[folder, source]];
  });
}

/** A chunk and everything that it imports statically. */
function closure(manifest, chunk, seen = new Set()) {
  if (seen.has(chunk.file)) return [];
  seen.add(chunk.file);
  return [chunk.file, ...(chunk.imports ?? []).flatMap((name) => closure(manifest, manifest[name], seen))];
}

async function holding(path, work) {
  for (let tries = 0; ; tries += 1) {
    try {
      mkdirSync(path);
      break;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
      // Left by a process that was killed, if it is older than any build takes.
      if (tries > 600 || Date.now() - changedMs(path) > 60_000) rmSync(path, { recursive: true, force: true });
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
  try {
    await work();
  } finally {
    rmSync(path, { recursive: true, force: true });
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  await buildPages();
  console.log(`The pages are in ${relative(process.cwd(), outDir)}.`);
}
