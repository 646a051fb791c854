// Builds the program (its own modules in a few files, its packages beside it), the pages for end users (files for
// browsers, hashed and compressed, and one module that renders pages on the server) and the portal for operators (files
// for browsers, and the page that loads them). Does nothing of what is newer than its sources.
import { mkdirSync, readFileSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

const root = fileURLToPath(new URL('..', import.meta.url));
const programDir = join(root, 'dist/server');
const outDir = join(root, 'dist/pages');
const portalDir = join(root, 'dist/portal');
const always = ['scripts/build.mjs', 'package-lock.json'];
const shared = ['sdk/browser', ...always];
const neededToStart = [
  // The stamp is written last: an interrupted build is not fresh.
  { stamp: join(programDir, 'main.js'), sources: ['src', ...always], build: buildProgram },
  { stamp: join(outDir, 'files.json'), sources: ['src/ui', 'src/methods', 'src/texts', ...shared], build: buildPages },
];
const portal = {
  stamp: join(portalDir, 'files.json'),
  sources: ['src/portal', 'src/methods', 'src/texts', 'src/ui/kit', ...shared],
  build: buildPortal,
};

// A build may begin while another process is still building: it waits for its turn instead of mixing files.
const lock = join(root, 'dist/build.lock');

// Browsers that support passkeys support this.
const browsers = ['chrome109', 'firefox115', 'safari16'];
// Whoever builds may have NODE_ENV of its own, as tests do: libraries are those of production.
const define = { 'process.env.NODE_ENV': JSON.stringify('production') };

// Operators use the browsers of their work, which are kept up to date.
const portalBrowsers = ['chrome121', 'firefox121', 'safari17.4'];

/** Builds what has changed since the last build. */
export async function buildStale() {
  await buildEach([...neededToStart, portal]);
}

/** The same for what a server needs to start. Returns whether the portal is to be built; an older one is gone then. */
export async function buildForStart() {
  await buildEach(neededToStart);
  if (isFresh(portal)) return false;
  rmSync(portal.stamp, { force: true });
  return true;
}

async function buildEach(wanted) {
  if (wanted.every(isFresh)) return;
  mkdirSync(dirname(outDir), { recursive: true });
  await holding(lock, async () => {
    for (const product of wanted) if (!isFresh(product)) await product.build();
  });
}

function isFresh({ stamp, sources }) {
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

/**
 * Node loads a thousand small modules in half a second more than a few files with the same content. Packages stay as they
 * were installed, so that what an operator scans or overrides is what runs.
 */
async function buildProgram() {
  const { build: bundle } = await import('vite');
  // Not into the folder itself: a server may be starting from it.
  const fresh = `${programDir}.new`;
  await bundle({
    configFile: false,
    root,
    logLevel: 'warn',
    publicDir: false,
    build: {
      outDir: fresh,
      ssr: join(root, 'src/main.ts'),
      target: 'node20',
      minify: false,
      sourcemap: true,
      rolldownOptions: {
        output: {
          entryFileNames: '[name].js',
          chunkFileNames: '[name].js',
          // One file for what several need, rather than one for each choice of them.
          codeSplitting: { groups: [{ name: 'shared', minShareCount: 2 }] },
        },
      },
    },
  });
  rmSync(programDir, { recursive: true, force: true });
  renameSync(fresh, programDir);
}

async function buildPages() {
  const { build: bundle } = await import('vite');
  rmSync(outDir, { recursive: true, force: true });
  const common = {
    configFile: false,
    root,
    logLevel: 'warn',
    define,
    oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  };
  const assets = await bundle({
    ...common,
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
    ...common,
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
    ...common,
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
  const files = { ...filesOf(manifest), still: `/assets/${still.output[0].fileName}` };
  writeFileSync(join(outDir, 'files.json'), JSON.stringify(files));
}

async function buildPortal() {
  const { build: bundle } = await import('vite');
  rmSync(portalDir, { recursive: true, force: true });
  const { output } = await bundle({
    configFile: false,
    root,
    logLevel: 'warn',
    define,
    // Else it depends on NODE_ENV, and the libraries of production cannot run what is made for development.
    oxc: { jsx: { runtime: 'automatic', development: false } },
    base: '/portal/assets/',
    publicDir: false,
    build: {
      outDir: join(portalDir, 'browser'),
      manifest: 'manifest.json',
      // The packages that are in it ask for their licences to go with it.
      license: { fileName: 'licences.md' },
      target: portalBrowsers,
      modulePreload: false,
      assetsDir: '',
      // Images would have to be files, too: the page's policy permits data: for them alone.
      assetsInlineLimit: 0,
      rolldownOptions: {
        input: { portal: join(root, 'src/portal/main.tsx') },
        // Libraries say 'use client' to servers that render React, which this is not.
        onwarn: (warning, warn) => (warning.code === 'MODULE_LEVEL_DIRECTIVE' ? undefined : warn(warning)),
      },
    },
  });
  for (const { fileName } of output) compress(join(portalDir, 'browser', fileName));
  const manifest = JSON.parse(readFileSync(join(portalDir, 'browser/manifest.json'), 'utf8'));
  const entry = Object.values(manifest).find(({ isEntry }) => isEntry);
  const scripts = closure(manifest, entry);
  const styles = stylesOf(manifest, entry);
  writeFileSync(join(portalDir, 'index.html'), portalPage(scripts, styles));
  // What a browser loads before the portal's first screen stands.
  writeFileSync(join(portalDir, 'files.json'), JSON.stringify({ first: [...scripts, ...styles] }));
}

/** Without inline scripts or styles, which its policy forbids. */
function portalPage([entry, ...others], styles) {
  const url = (file) => `/portal/assets/${file}`;
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <meta name="robots" content="noindex">
    <title>Sallyport</title>
    <link rel="icon" href="data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 32 32'%3E%3Crect width='32' height='32' rx='8' fill='%234f46c8'/%3E%3Cpath fill='%23fff' d='M8 24V12l3 2.500L13.500 11 16 13.500 18.500 11 21 14.500 24 12v12h-5v-4a3 3 0 0 0-6 0v4z'/%3E%3C/svg%3E">
${styles.map((file) => `    <link rel="stylesheet" href="${url(file)}">`).join('\n')}
${others.map((file) => `    <link rel="modulepreload" href="${url(file)}">`).join('\n')}
    <script type="module" src="${url(entry)}"></script>
  </head>
  <body>
    <div id="portal"></div>
    <noscript>The portal needs JavaScript.</noscript>
  </body>
</html>
`;
}

/** The styles of a chunk and of everything that it imports statically. */
function stylesOf(manifest, chunk, seen = new Set()) {
  if (seen.has(chunk.file)) return [];
  seen.add(chunk.file);
  return [...(chunk.imports ?? []).flatMap((name) => stylesOf(manifest, manifest[name], seen)), ...(chunk.css ?? [])];
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
  const letGo = () => rmSync(path, { recursive: true, force: true });
  process.on('exit', letGo);
  try {
    await work();
  } finally {
    process.off('exit', letGo);
    letGo();
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  // A build that is stopped gives its lock back: else the next would wait for it.
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(1));
  await buildStale();
  const folders = [programDir, outDir, portalDir].map((folder) => relative(process.cwd(), folder));
  console.log(`Built: ${folders.join(', ')}.`);
}
