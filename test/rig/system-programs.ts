/** Programs of the system that tests run; missing ones come from Debian's packages. */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

/** The path of the first of these that is installed. */
export function installedProgram(names: readonly string[]): string | undefined {
  const folders = [...(process.env['PATH'] ?? '').split(':'), '/usr/sbin'];
  return names.flatMap((name) => folders.map((folder) => join(folder, name))).find((path) => existsSync(path));
}

/**
 * Installs packages and returns the path of one of the programs; undefined if the rights or tools for that are missing.
 */
export async function installPackages(
  names: readonly string[],
  packages: readonly string[],
): Promise<string | undefined> {
  if (process.getuid?.() !== 0 || !hasApt()) return undefined;
  await once(() => {
    if (installedProgram(names) !== undefined) return;
    apt(['update']);
    apt(['install', '-y', '--no-install-recommends', ...packages]);
  });
  return installedProgram(names);
}

/** A program, and the environment that it needs. */
export interface SystemProgram {
  readonly path: string;
  readonly env: Readonly<Record<string, string>>;
}

/**
 * A program that is installed, or else unpacked into a folder: nothing is installed and no service started. Undefined
 * if it is not available.
 */
export async function unpackedProgram(
  name: string,
  packageName: string,
  folder: string,
): Promise<SystemProgram | undefined> {
  const installed = installedProgram([name]);
  if (installed !== undefined) return { path: installed, env: {} };
  const find = () => ['usr/bin', 'usr/sbin'].map((place) => join(folder, place, name)).find((path) => existsSync(path));
  if (find() === undefined && hasApt()) {
    const archives = join(folder, 'archives');
    mkdirSync(join(archives, 'partial'), { recursive: true });
    await once(() => {
      if (download(packageName, archives) || process.getuid?.() !== 0) return;
      apt(['update']);
      download(packageName, archives);
    });
    for (const archive of readdirSync(archives).filter((file) => file.endsWith('.deb')))
      execFileSync('dpkg-deb', ['-x', join(archives, archive), folder], { stdio: 'ignore' });
  }
  const path = find();
  if (path === undefined) return undefined;
  const lib = join(folder, 'usr', 'lib');
  const libraries = (existsSync(lib) ? readdirSync(lib) : []).filter((entry) => entry.endsWith('-linux-gnu'));
  return { path, env: { LD_LIBRARY_PATH: libraries.map((entry) => join(lib, entry)).join(':') } };
}

function download(packageName: string, archives: string): boolean {
  const options = ['-y', '--no-install-recommends', '--download-only', '-o', 'Debug::NoLocking=1'];
  const words = ['install', ...options, '-o', `Dir::Cache::archives=${archives}`, packageName];
  return spawnSync('apt-get', words, { stdio: 'ignore' }).status === 0;
}

function hasApt(): boolean {
  return spawnSync('apt-get', ['--version']).status === 0;
}

function apt(words: readonly string[]): void {
  execFileSync('apt-get', [...words], { stdio: 'ignore', env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } });
}

/** Test files run in parallel, and apt runs once at a time. */
async function once(work: () => void): Promise<void> {
  const lock = join(tmpdir(), 'sallyport-apt-get');
  for (;;) {
    try {
      mkdirSync(lock);
      break;
    } catch {
      const ageMs = existsSync(lock) ? Date.now() - statSync(lock).mtimeMs : 0;
      if (ageMs > 600_000) rmSync(lock, { recursive: true, force: true });
      await wait(500);
    }
  }
  try {
    work();
  } finally {
    rmSync(lock, { recursive: true, force: true });
  }
}
