/** What is on a disk after its power was lost: what was synced, and of the rest whatever an adversary lets survive. */
import fs from 'node:fs';
import { join } from 'node:path';
import { rootNode } from './disk-recorder.ts';
import type { DiskChange, FolderChange } from './disk-recorder.ts';

/** What survives of changes that were not synced. */
export interface Survivors {
  /** How many of the `count` changes of a folder's names: a journal keeps the first ones. */
  names(count: number): number;
  /** For one file: whether a page of a write, or a truncation, survives. */
  pages(): () => boolean;
}

/** A disk that writes nothing before it must. */
export const nothingUnsynced: Survivors = { names: () => 0, pages: () => () => false };

/** A disk that has written any of it, in any order, and of some writes only one page. `random` is between 0 and 1. */
export function someUnsynced(random: () => number): Survivors {
  return {
    names: (count) => Math.floor(random() * (count + 1)),
    pages() {
      // All or nothing of a file is likely as well, since a system writes back file by file.
      const share = Math.floor(random() * 4) / 3;
      return () => random() < share;
    },
  };
}

// As a disk writes them: two of these are a page of PostgreSQL, so its pages can be torn.
const pageBytes = 4096;
const emptyPage = Buffer.alloc(pageBytes);

type FileChange = Extract<DiskChange, { kind: 'write' | 'truncate' }>;

interface StoredFile {
  readonly content: Content;
  unsynced: FileChange[];
}

interface StoredFolder {
  readonly entries: Map<string, Entry>;
  unsynced: FolderChange[];
}

type Entry = NonNullable<FolderChange['entry']>;

export class DiskAfterPowerLoss {
  private readonly files = new Map<number, StoredFile>();
  private readonly folders = new Map<number, StoredFolder>();
  private readonly written = new Map<
    string,
    { readonly stamp: number; readonly mtimeMs: number; readonly ino: number }
  >();

  play(change: DiskChange): void {
    switch (change.kind) {
      case 'names':
        this.folder(change.node).unsynced.push(change);
        return;
      case 'sync':
        this.sync(change.node);
        return;
      default:
        this.file(change.node).unsynced.push(change);
    }
  }

  /** Makes a folder what is on the disk. One that was made so before and used since is made so again, in less time. */
  writeTo(target: string, survivors: Survivors, node = rootNode): void {
    fs.mkdirSync(target, { recursive: true, mode: 0o700 });
    const { entries, unsynced } = this.folder(node);
    const left = new Map(entries);
    for (const change of unsynced.slice(0, survivors.names(unsynced.length))) applyNames(left, change);
    for (const name of fs.readdirSync(target)) {
      if (!left.has(name)) fs.rmSync(join(target, name), { recursive: true });
    }
    for (const entry of left.values()) {
      const path = join(target, entry.name);
      if (entry.isFolder) this.writeTo(path, survivors, entry.node);
      else this.writeFile(path, this.fileAfter(entry.node, survivors));
    }
  }

  private writeFile(path: string, content: Content): void {
    const written = this.written.get(path);
    const { mtimeMs, ino } = fs.statSync(path, { throwIfNoEntry: false }) ?? { mtimeMs: 0, ino: 0 };
    if (written?.stamp === content.stamp && written.mtimeMs === mtimeMs && written.ino === ino) return;
    content.writeTo(path);
    const now = fs.statSync(path);
    this.written.set(path, { stamp: content.stamp, mtimeMs: now.mtimeMs, ino: now.ino });
  }

  private fileAfter(node: number, survivors: Survivors): Content {
    const { content, unsynced } = this.file(node);
    if (unsynced.length === 0) return content;
    const survives = survivors.pages();
    const left = content.copy();
    for (const change of unsynced) left.apply(change, survives);
    return left;
  }

  private sync(node: number): void {
    const file = this.files.get(node);
    for (const change of file?.unsynced ?? []) file?.content.apply(change, () => true);
    if (file) file.unsynced = [];
    const folder = this.folders.get(node);
    for (const change of folder?.unsynced ?? []) applyNames(folder?.entries ?? new Map(), change);
    if (folder) folder.unsynced = [];
  }

  private file(node: number): StoredFile {
    const file = this.files.get(node) ?? { content: new Content(), unsynced: [] };
    this.files.set(node, file);
    return file;
  }

  private folder(node: number): StoredFolder {
    const folder = this.folders.get(node) ?? { entries: new Map<string, Entry>(), unsynced: [] };
    this.folders.set(node, folder);
    return folder;
  }
}

function applyNames(entries: Map<string, Entry>, { gone, entry }: FolderChange): void {
  if (gone !== undefined) entries.delete(gone);
  if (entry !== undefined) entries.set(entry.name, entry);
}

let stamps = 0;

/** The bytes of a file by page. A page is never changed, so copies share them. */
class Content {
  /** Another one after every change; the same in a copy. */
  stamp = 0;
  private size = 0;
  private pages = new Map<number, Buffer>();

  copy(): Content {
    const copy = new Content();
    copy.stamp = this.stamp;
    copy.size = this.size;
    copy.pages = new Map(this.pages);
    return copy;
  }

  apply(change: FileChange, survives: () => boolean): void {
    if (change.kind === 'truncate') {
      if (survives()) this.truncate(change.size);
      return;
    }
    const { at, bytes } = change;
    for (let from = 0; from < bytes.length;) {
      const start = (at + from) % pageBytes;
      const to = Math.min(bytes.length, from + pageBytes - start);
      if (survives()) this.put((at + from - start) / pageBytes, start, bytes.subarray(from, to));
      from = to;
    }
  }

  writeTo(path: string): void {
    const file = fs.openSync(path, 'w', 0o600);
    try {
      for (const { page, run } of this.runs()) fs.writeSync(file, run, 0, run.length, page * pageBytes);
      fs.ftruncateSync(file, this.size);
    } finally {
      fs.closeSync(file);
    }
  }

  /** Pages that follow each other. Those with nothing in them, which are most of the log, are left as holes. */
  private *runs(): Generator<{ page: number; run: Buffer }> {
    const pages = [...this.pages.keys()].filter((page) => this.pages.get(page) !== emptyPage).sort((a, b) => a - b);
    for (let from = 0; from < pages.length;) {
      const page = pages[from] as number;
      let to = from + 1;
      while (pages[to] === page + to - from) to += 1;
      yield { page, run: Buffer.concat(pages.slice(from, to).map((number) => this.pages.get(number) as Buffer)) };
      from = to;
    }
  }

  private put(page: number, start: number, bytes: Buffer): void {
    this.stamp = ++stamps;
    this.size = Math.max(this.size, page * pageBytes + start + bytes.length);
    if (bytes.length === pageBytes) {
      this.pages.set(page, bytes.equals(emptyPage) ? emptyPage : bytes);
      return;
    }
    const changed = Buffer.from(this.pages.get(page) ?? emptyPage);
    bytes.copy(changed, start);
    this.pages.set(page, changed);
  }

  private truncate(size: number): void {
    this.stamp = ++stamps;
    this.size = size;
    for (const page of this.pages.keys()) if (page * pageBytes >= size) this.pages.delete(page);
    const last = Math.floor(size / pageBytes);
    const bytes = this.pages.get(last);
    if (bytes !== undefined) this.pages.set(last, Buffer.concat([bytes.subarray(0, size % pageBytes)], pageBytes));
  }
}
