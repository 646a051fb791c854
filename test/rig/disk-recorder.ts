/**
 * Records what this process does to a folder through `node:fs`: a loss of power is then played as often as wanted, see
 * disk-after-power-loss.ts. What another process made there is recorded when this one first touches it.
 */
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { dirname, join, relative, sep } from 'node:path';

/** A change by node, as a file system would see it: a file keeps its number under another name. */
export type DiskChange =
  | { readonly kind: 'write'; readonly node: number; readonly at: number; readonly bytes: Buffer }
  | { readonly kind: 'truncate'; readonly node: number; readonly size: number }
  | FolderChange
  | { readonly kind: 'sync'; readonly node: number };

/** Names that come and go together; a renaming within a folder has both. */
export interface FolderChange {
  readonly kind: 'names';
  readonly node: number;
  readonly gone?: string;
  readonly entry?: { readonly name: string; readonly node: number; readonly isFolder: boolean };
}

export interface DiskRecorder {
  readonly changes: readonly DiskChange[];
  /** Ends the recording; the changes stay. */
  stop(): void;
}

/** The number of the folder itself. */
export const rootNode = 0;

// Most of what PostgreSQL writes: a new segment of the log is 16 MiB of nothing.
const zeros = Buffer.alloc(1024 * 1024);

/** Begins to record. What the folder has now counts as being on the disk. */
export function recordDisk(root: string): DiskRecorder {
  const tree = new RecordedTree(root);
  for (const name of fs.readdirSync(root)) tree.adopt(rootNode, join(root, name));
  tree.syncAll();
  const restore = watch(tree);
  return { changes: tree.changes, stop: restore };
}

type Folder = Map<string, number>;

class RecordedTree {
  readonly changes: DiskChange[] = [];
  private readonly root: string;
  private readonly folders = new Map<number, Folder>([[rootNode, new Map()]]);
  private nodes = 1;

  constructor(root: string) {
    this.root = root;
  }

  /** The node of a path, recorded now if it was not known; undefined if it is outside or not there. */
  find(path: string): number | undefined {
    let node = rootNode;
    let folder = this.root;
    for (const name of this.partsOf(path) ?? []) {
      folder = join(folder, name);
      const known = this.folders.get(node)?.get(name);
      if (known === undefined && !fs.existsSync(folder)) return undefined;
      node = known ?? this.adopt(node, folder);
    }
    return this.partsOf(path) === undefined ? undefined : node;
  }

  isKnown(path: string): boolean {
    let node: number | undefined = rootNode;
    for (const name of this.partsOf(path) ?? []) node = node === undefined ? node : this.folders.get(node)?.get(name);
    return node !== undefined;
  }

  /** Records a file or folder, with all that it has, as just made. */
  adopt(parent: number, path: string): number {
    const node = this.nodes++;
    const name = relative(dirname(path), path);
    const isFolder = fs.statSync(path).isDirectory();
    this.folders.get(parent)?.set(name, node);
    this.changes.push({ kind: 'names', node: parent, entry: { name, node, isFolder } });
    if (isFolder) {
      this.folders.set(node, new Map());
      for (const child of fs.readdirSync(path)) this.adopt(node, join(path, child));
    } else {
      this.write(node, 0, fs.readFileSync(path));
    }
    return node;
  }

  syncAll(): void {
    for (let node = 0; node < this.nodes; node += 1) this.changes.push({ kind: 'sync', node });
  }

  write(node: number | undefined, at: number, bytes: Buffer): void {
    if (node === undefined || bytes.length === 0) return;
    const isZero = bytes.length <= zeros.length && zeros.compare(bytes, 0, bytes.length, 0, bytes.length) === 0;
    this.changes.push({ kind: 'write', node, at, bytes: isZero ? zeros.subarray(0, bytes.length) : bytes });
  }

  truncate(node: number | undefined, size: number): void {
    if (node !== undefined) this.changes.push({ kind: 'truncate', node, size });
  }

  sync(node: number | undefined): void {
    if (node !== undefined) this.changes.push({ kind: 'sync', node });
  }

  rename(from: string, to: string): void {
    const [source, target] = [this.find(dirname(from)), this.find(dirname(to))];
    if (source === undefined || target === undefined) return;
    const [gone, name] = [relative(dirname(from), from), relative(dirname(to), to)];
    const node = this.folders.get(source)?.get(gone);
    if (node === undefined) throw new Error(`${from} was renamed before it was seen.`);
    this.folders.get(source)?.delete(gone);
    this.folders.get(target)?.set(name, node);
    const entry = { name, node, isFolder: this.folders.has(node) };
    if (source === target) {
      this.changes.push({ kind: 'names', node: source, gone, entry });
    } else {
      this.changes.push({ kind: 'names', node: target, entry }, { kind: 'names', node: source, gone });
    }
  }

  remove(path: string): void {
    if (!this.isKnown(path)) return;
    const node = this.find(dirname(path));
    const gone = relative(dirname(path), path);
    if (node === undefined || this.folders.get(node)?.delete(gone) !== true) return;
    this.changes.push({ kind: 'names', node, gone });
  }

  private partsOf(path: string): readonly string[] | undefined {
    const inside = relative(this.root, path);
    if (inside === '') return [];
    const parts = inside.split(sep);
    return parts[0] === '..' ? undefined : parts;
  }
}

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- the functions of node:fs take whatever they take
type FsFunction = (...args: any[]) => any;

/** Puts a listener behind every function that changes files. Returned is what takes them away again. */
function watch(tree: RecordedTree): () => void {
  const opened = new Map<number, number>();
  const functions = fs as unknown as Record<string, FsFunction>;
  const originals = new Map<string, FsFunction>();
  let isInside = false;
  // Node keeps some of the functions that it finds here, so they may be called after the end.
  let isOver = false;

  /** `before` sees the arguments, `after` those, the result and what `before` returned. */
  function listen(
    name: string,
    after: (args: readonly never[], result: never, known: boolean) => void,
    before: (args: readonly unknown[]) => boolean = () => false,
  ): void {
    const original = functions[name];
    if (original === undefined) throw new Error(`node:fs has no ${name}.`);
    originals.set(name, original);
    functions[name] = (...args: never[]) => {
      // Some of these functions call others of them.
      if (isInside || isOver) return original(...args) as unknown;
      isInside = true;
      try {
        const known = before(args);
        const result = original(...args) as never;
        after(args, result, known);
        return result;
      } finally {
        isInside = false;
      }
    };
  }

  listen('openSync', ([path, flags = 'r']: readonly (string | number | undefined)[], descriptor: number) => {
    const node = tree.find(String(path));
    if (node === undefined) return;
    opened.set(descriptor, node);
    const empties = typeof flags === 'number' ? (flags & fs.constants.O_TRUNC) !== 0 : flags.startsWith('w');
    if (empties) tree.truncate(node, 0);
  });
  listen('closeSync', ([descriptor]: readonly number[]) => opened.delete(descriptor as number));
  listen('writeSync', (args: readonly unknown[], written: number) => {
    const [descriptor, data, from, , at] = args as [number, ArrayBufferView, number, number, unknown];
    const node = opened.get(descriptor);
    if (node === undefined) return;
    if (typeof at !== 'number') throw new Error('A write without a position is not recorded.');
    // Copied, because it is the memory of the WASM program.
    tree.write(node, at, Buffer.from(Buffer.from(data.buffer, data.byteOffset + from, written)));
  });
  listen(
    'writeFileSync',
    ([path, , options]: readonly unknown[], _: unknown, known) => {
      const node = tree.find(String(path));
      if (known) {
        tree.truncate(node, 0);
        tree.write(node, 0, fs.readFileSync(String(path)));
      }
      if ((options as { flush?: boolean } | undefined)?.flush === true) tree.sync(node);
    },
    ([path]) => tree.isKnown(String(path)),
  );
  listen('truncateSync', ([path, size]: readonly unknown[]) => tree.truncate(tree.find(String(path)), Number(size)));
  listen('ftruncateSync', ([descriptor, size]: readonly number[]) =>
    tree.truncate(opened.get(descriptor as number), Number(size)),
  );
  for (const name of ['fsyncSync', 'fdatasyncSync']) {
    listen(name, ([descriptor]: readonly number[]) => tree.sync(opened.get(descriptor as number)));
  }
  listen('mkdirSync', ([path]: readonly string[]) => void tree.find(path as string));
  listen('mkdtempSync', (_: unknown, path: string) => void tree.find(path));
  listen(
    'renameSync',
    ([from, to]: readonly string[]) => tree.rename(from as string, to as string),
    // Before, because afterwards it is not there to be looked at.
    ([from]) => tree.find(String(from)) !== undefined,
  );
  for (const name of ['unlinkSync', 'rmdirSync', 'rmSync']) {
    listen(name, ([path]: readonly string[]) => tree.remove(path as string));
  }
  const { open } = fs.promises;
  fs.promises.open = async (...args) => {
    isInside = true;
    const node = tree.find(String(args[0]));
    isInside = false;
    const handle = await open(...args);
    // Nothing real is synced, because no real power is lost.
    handle.sync = () => Promise.resolve(tree.sync(node));
    return handle;
  };
  syncBuiltinESMExports();
  return () => {
    isOver = true;
    Object.assign(functions, Object.fromEntries(originals));
    fs.promises.open = open;
    syncBuiltinESMExports();
  };
}
