import {
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  unlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { syncNameOf, syncPath, writeSynced } from '../../src/storage/synced-files.ts';
import { DiskAfterPowerLoss, nothingUnsynced, someUnsynced } from './disk-after-power-loss.ts';
import type { Survivors } from './disk-after-power-loss.ts';
import { recordDisk } from './disk-recorder.ts';

let root: string;
beforeEach(() => void (root = mkdtempSync(join(tmpdir(), 'sallyport-disk-'))));
afterEach(() => rmSync(root, { recursive: true }));

/** Does something to a folder that has the file `old`, and returns every file that is left with its content. */
function leftOf(work: (path: (name: string) => string) => void, survivors: Survivors = nothingUnsynced) {
  const folder = join(root, 'disk');
  mkdirSync(folder);
  writeFileSync(join(folder, 'old'), 'old content');
  const recorder = recordDisk(folder);
  try {
    work((name) => join(folder, name));
  } finally {
    recorder.stop();
  }
  const disk = new DiskAfterPowerLoss();
  for (const change of recorder.changes) disk.play(change);
  const target = join(root, 'after');
  disk.writeTo(target, survivors);
  const names = readdirSync(target, { recursive: true, withFileTypes: true });
  const files = names.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return Object.fromEntries(files.map((path) => [path.slice(target.length + 1), readFileSync(path, 'utf8')]));
}

test('a file that was not synced, or whose folder was not, is lost', () => {
  const left = leftOf((path) => {
    writeFileSync(path('neither'), 'text');
    writeFileSync(path('folder only'), 'text');
    syncPath(path('.'));
    writeFileSync(path('file only'), 'text', { flush: true });
  });
  expect(left).toEqual({ old: 'old content', neither: '', 'folder only': '' });
});

test('a renaming or removal that was not synced did not happen', () => {
  const renamed = (path: (name: string) => string) => renameSync(path('old'), path('new'));
  expect(leftOf(renamed)).toEqual({ old: 'old content' });
  rmSync(join(root, 'disk'), { recursive: true });
  expect(leftOf((path) => unlinkSync(path('old')))).toEqual({ old: 'old content' });
});

test('of a write that was not synced, any page may survive without the others', () => {
  // For the names of the folder, for the share of pages, and for each of two pages.
  const draws = [0, 0.5, 0.9, 0.1].values();
  const left = leftOf(
    (path) => {
      const file = openSync(path('old'), 'r+');
      writeSync(file, Buffer.alloc(8192, 'n'), 0, 8192, 0);
      closeSync(file);
    },
    someUnsynced(() => draws.next().value ?? 0),
  );
  expect(left['old']).toBe('old content'.padEnd(4096, '\0') + 'n'.repeat(4096));
});

test('what is written by the program for good is there, with every folder above it', () => {
  const left = leftOf((path) => {
    mkdirSync(path('a/b'), { recursive: true });
    writeSynced(path('a/b/new'), 'text');
    syncNameOf(path('a/b'));
    writeSynced(path('old'), 'new content');
  });
  expect(left).toEqual({ old: 'new content', 'a/b/new': 'text' });
});
