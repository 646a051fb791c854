import { fdatasyncSync } from 'node:fs';
import type { PGlite } from '@electric-sql/pglite';
import { NodeFS } from '@electric-sql/pglite/nodefs';
import { syncPath } from './synced-files.ts';

type EmscriptenOptions = Parameters<NodeFS['init']>[1];

/** A file or folder; the topmost is its own parent. */
interface FsNode {
  readonly parent: FsNode;
}

/** The parts of Emscripten's NODEFS that are not in PGlite's types. */
interface NodeFsInternals {
  realPath(node: FsNode): string;
  readonly node_ops: {
    mknod: (parent: FsNode, ...rest: unknown[]) => unknown;
    rename: (node: FsNode, folder: FsNode, name: string) => void;
  };
  readonly stream_ops: {
    fsync?: (stream: { readonly nfd?: number; readonly node: FsNode }) => number;
  };
}

/**
 * PGlite's file layer with the fsync it leaves out (electric-sql/pglite issue 1107).
 *
 * Syncing a file also syncs the folder in which it is new. PostgreSQL does not do that for the files of tables and
 * relies on file systems that do; fsync(2) promises it of none.
 */
export class SyncedNodeFS extends NodeFS {
  syncs = 0;
  private readonly foldersWithNewNames = new Set<FsNode>();

  get folder(): string {
    return this.rootDir;
  }

  override async init(pglite: PGlite, options: EmscriptenOptions): ReturnType<NodeFS['init']> {
    const { emscriptenOpts } = await super.init(pglite, options);
    const preRun = [emscriptenOpts.preRun ?? []].flat();
    // Before the start, because recovery writes as well.
    return {
      emscriptenOpts: {
        ...emscriptenOpts,
        preRun: [...preRun, (module: object) => this.hook((module as { NODEFS: NodeFsInternals }).NODEFS)],
      },
    };
  }

  private hook(nodeFs: NodeFsInternals): void {
    const { mknod, rename } = nodeFs.node_ops;
    nodeFs.node_ops.mknod = (parent, ...rest) => {
      this.foldersWithNewNames.add(parent);
      return mknod(parent, ...rest);
    };
    nodeFs.node_ops.rename = (node, folder, name) => {
      this.foldersWithNewNames.add(folder);
      rename(node, folder, name);
    };
    nodeFs.stream_ops.fsync = ({ nfd, node }) => {
      try {
        // NODEFS opens no file descriptor for a directory.
        if (nfd === undefined) {
          this.foldersWithNewNames.delete(node);
          syncPath(nodeFs.realPath(node));
        } else {
          fdatasyncSync(nfd);
        }
        this.syncFoldersOf(nodeFs, node);
        this.syncs += 1;
        return 0;
      } catch {
        return 29; // WASI's EIO, on which PostgreSQL stops rather than lose a commit.
      }
    };
  }

  private syncFoldersOf(nodeFs: NodeFsInternals, node: FsNode): void {
    if (this.foldersWithNewNames.size === 0) return;
    for (let child = node; child !== child.parent; child = child.parent) {
      if (this.foldersWithNewNames.delete(child.parent)) syncPath(nodeFs.realPath(child.parent));
    }
  }
}
