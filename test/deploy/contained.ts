/** Runs a program as in a container: read-only root, no HOME, a user without any files, one writable folder. */
import { spawn } from 'node:child_process';
import { chownSync, existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { eventually } from '../rig/api.ts';
import { unpackedProgram } from '../rig/system-programs.ts';
import type { SystemProgram } from '../rig/system-programs.ts';

export interface ContainedImage {
  /** The image's command; its first word is a program in the PATH. */
  readonly command: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Numeric ids of user and group. */
  readonly user: string;
  /** Folders of this machine by their path in the image. */
  readonly readOnly: Readonly<Record<string, string>>;
  readonly writable: Readonly<Record<string, string>>;
}

export interface ContainedRun {
  output(): string;
  readonly ended: Promise<number | NodeJS.Signals>;
  /** Sends it to the program itself, which is the first process of its container. */
  terminate(): Promise<void>;
}

export interface Container {
  readonly tool: 'bwrap' | 'setpriv' | 'nothing';
  run(image: ContainedImage): ContainedRun;
}

/**
 * The tool that this machine has to contain a program: `bwrap`; as root `setpriv`, without a separate root folder; else
 * none.
 */
export async function findContainer(folder: string): Promise<Container> {
  const bwrap = await unpackedProgram('bwrap', 'bubblewrap', folder);
  if (bwrap !== undefined && (await isPermitted(bwrap)))
    return { tool: 'bwrap', run: (image) => runInBwrap(bwrap, image) };
  if (isRoot && existsSync('/usr/bin/setpriv'))
    return { tool: 'setpriv', run: (image) => runInPlace(image, '/usr/bin/setpriv') };
  return { tool: 'nothing', run: (image) => runInPlace(image, undefined) };
}

const isRoot = process.getuid?.() === 0;

/** With all that is in it. */
function give(folder: string, uid: number, gid: number): void {
  for (const name of ['', ...readdirSync(folder, { recursive: true, encoding: 'utf8' })])
    chownSync(join(folder, name), uid, gid);
}

/** Whether a user without any files gets namespaces here, and can reach this Node. */
function isPermitted({ path, env }: SystemProgram): Promise<boolean> {
  const words = ['--unshare-all', '--ro-bind', '/', '/', '--proc', '/proc', process.execPath, '--version'];
  const child = spawn(path, words, { env, stdio: 'ignore', ...(isRoot ? { uid: 1000, gid: 1000 } : {}) });
  return new Promise((resolve) => child.on('error', () => resolve(false)).on('close', (code) => resolve(code === 0)));
}

function runInBwrap({ path, env }: SystemProgram, image: ContainedImage): ContainedRun {
  const [uid = 0, gid = 0] = image.user.split(':').map(Number);
  const bind = (how: string, folders: Readonly<Record<string, string>>) =>
    Object.entries(folders).flatMap(([place, folder]) => [how, folder, place]);
  const system = ['/usr', '/lib', '/lib64', '/bin', '/etc/hosts', '/etc/resolv.conf'].filter((it) => existsSync(it));
  if (isRoot) for (const folder of Object.values(image.writable)) give(folder, uid, gid);
  const child = spawn(
    path,
    [
      ...['--unshare-all', '--share-net', '--as-pid-1', '--die-with-parent', '--new-session'],
      ...['--uid', String(uid), '--gid', String(gid), '--cap-drop', 'ALL', '--clearenv'],
      ...Object.entries({ PATH: '/node:/usr/bin:/bin', ...image.env }).flatMap((pair) => ['--setenv', ...pair]),
      ...system.flatMap((it) => ['--ro-bind', it, it]),
      ...bind('--ro-bind', { '/node': dirname(process.execPath), ...image.readOnly }),
      ...bind('--bind', image.writable),
      ...['--proc', '/proc', '--dev', '/dev', '--remount-ro', '/', '--chdir', Object.keys(image.writable)[0] ?? '/'],
      ...['--info-fd', '3', '--', ...image.command],
    ],
    { env, stdio: ['ignore', 'pipe', 'pipe', 'pipe'], ...(isRoot ? { uid, gid } : {}) },
  );
  let info = '';
  (child.stdio[3] as Readable).on('data', (text: Buffer) => (info += text.toString()));
  return watch(child, async () => {
    const pid = await eventually(
      'the pid',
      5_000,
      () => Promise.resolve(/"child-pid": (\d+)/.exec(info)?.[1]),
      (found) => found !== undefined,
    );
    process.kill(Number(pid), 'SIGTERM');
  });
}

/** Without mounts: paths of the image are replaced by folders of this machine wherever they are named. */
function runInPlace(image: ContainedImage, setpriv: string | undefined): ContainedRun {
  const places = Object.entries({ ...image.readOnly, ...image.writable });
  const here = (text: string) => {
    const found = places.find(([place]) => text === place || text.startsWith(`${place}/`));
    return found === undefined ? text : found[1] + text.slice(found[0].length);
  };
  const [uid = '', gid = ''] = image.user.split(':');
  const [program = '', ...words] = image.command.map(here);
  const command = [program === 'node' ? process.execPath : program, ...words];
  if (setpriv !== undefined) {
    for (const folder of Object.values(image.writable)) give(folder, Number(uid), Number(gid));
    command.unshift(setpriv, `--reuid=${uid}`, `--regid=${gid}`, '--clear-groups', '--no-new-privs', '--');
  }
  const child = spawn(command[0] ?? '', command.slice(1), {
    cwd: here(Object.keys(image.writable)[0] ?? '/'),
    env: Object.fromEntries(Object.entries(image.env).map(([name, value]) => [name, here(value)])),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  return watch(child, () => Promise.resolve(void child.kill('SIGTERM')));
}

function watch(child: ReturnType<typeof spawn>, terminate: () => Promise<void>): ContainedRun {
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding('utf8').on('data', (text: string) => (output += text));
  return {
    output: () => output,
    ended: new Promise((resolve) => child.on('close', (code, signal) => resolve(signal ?? code ?? 1))),
    terminate,
  };
}
