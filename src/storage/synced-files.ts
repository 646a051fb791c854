/** Files and folders that outlast a loss of power: a name does only once the folder that has it is synced, too. */
import { closeSync, fsyncSync, openSync, renameSync, writeFileSync } from 'node:fs';
import { open, readdir } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';

/** Waits until a file's content, or a folder's names, are on the disk. */
export function syncPath(path: string): void {
  const file = openSync(path, 'r');
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** Waits for a folder and everything in it. */
export async function syncTree(folder: string): Promise<void> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => entry.isFile() || entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name));
  const next = [...paths, folder].values();
  // A thousand files with one disk latency each: several at a time share the wait.
  await Promise.all(
    Array.from({ length: 8 }, async () => {
      for (const path of next) {
        const file = await open(path, 'r');
        await file.sync().finally(() => file.close());
      }
    }),
  );
}

/** Waits for a folder's own name, and for those of the folders above it: any of them may be new. */
export function syncNameOf(folder: string): void {
  for (let path = resolve(folder); path !== dirname(path); path = dirname(path)) {
    try {
      syncPath(dirname(path));
    } catch (error) {
      // A folder that this process may not read is not one that it has just made.
      if (!(error instanceof Error && 'code' in error && (error.code === 'EACCES' || error.code === 'EPERM')))
        throw error;
    }
  }
}

/** Writes a file that only its owner may read, wholly or not at all, and waits for it. */
export function writeSynced(path: string, text: string): void {
  const draft = `${path}.new`;
  writeFileSync(draft, text, { mode: 0o600, flush: true });
  renameSync(draft, path);
  syncPath(dirname(path));
}
