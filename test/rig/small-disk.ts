/** A disk that a test can fill: a small tmpfs, which only root may mount. */
import { spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface SmallDisk {
  readonly folder: string;
  /** Takes all space that is left, but for so many bytes. */
  fill(spareBytes?: number): void;
  /** Gives it back. */
  release(): void;
  remove(): void;
}

/** Mounts a disk of so many megabytes; undefined where this user or this system may not. */
export function mountSmallDisk(megabytes: number): SmallDisk | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-disk-'));
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m,mode=0755`, 'tmpfs', folder]);
  if (mounted.status !== 0) {
    rmSync(folder, { recursive: true, force: true });
    return undefined;
  }
  const ballast = join(folder, 'ballast');
  return {
    folder,
    fill(spareBytes = 0) {
      for (const size of [65_536, 4_096, 1]) write(ballast, size);
      if (spareBytes > 0) spawnSync('truncate', ['-s', `-${spareBytes}`, ballast]);
    },
    release: () => rmSync(ballast, { force: true }),
    remove() {
      // Lazily: a process that a failed test has left may still hold a file.
      spawnSync('umount', ['-l', folder]);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Appends pieces of a size for as long as they fit. */
function write(path: string, size: number): void {
  const piece = Buffer.alloc(size);
  const file = openSync(path, 'a');
  try {
    while (writeSync(file, piece) === size);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOSPC')) throw error;
  } finally {
    closeSync(file);
  }
}
