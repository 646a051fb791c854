import { spawn } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { nodeOptions } from './node-options.ts';

const program = fileURLToPath(new URL('../../dist/server/main.js', import.meta.url));

/** Keys with which every process of one test is started, so that nodes of one database know the same tenant. */
export function testCredentials() {
  return {
    SALLYPORT_TENANT_ID: randomUUID(),
    SALLYPORT_SECRET_KEY: `sp_server_${randomBytes(32).toString('base64url')}`,
    SALLYPORT_MANAGEMENT_KEY: `sp_management_${randomBytes(32).toString('base64url')}`,
    SALLYPORT_MASTER_KEY: randomBytes(32).toString('base64'),
  };
}

export interface ServerProcess {
  readonly url: string;
  readonly pid: number;
  /** Everything it has written so far, both streams. */
  output(): string;
  /** Sends a signal. */
  signal(name: NodeJS.Signals): void;
  /** Resolves with the exit code, or the signal's name, when the process has ended. */
  readonly ended: Promise<number | NodeJS.Signals>;
  /** Sends SIGKILL, and waits until it is gone. */
  kill9(): Promise<void>;
  /** Sends SIGINT, waits, and removes the data directory if the rig created it. */
  stop(): Promise<void>;
}

/**
 * Starts the built program as an operator would and waits until it listens. Its log goes to `output`, into a pipe that is
 * not read, or to an open file.
 */
export async function startServer(
  variables: Readonly<Record<string, string>>,
  stdout: 'output' | 'unread' | number = 'output',
): Promise<ServerProcess> {
  const ownDir =
    variables['SALLYPORT_DATA_DIR'] === undefined ? await mkdtemp(join(tmpdir(), 'sallyport-server-')) : undefined;
  // With a public URL the server does not print its port, nor where nobody reads, so it is given one.
  const printsPort = variables['SALLYPORT_PUBLIC_URL'] === undefined && stdout === 'output';
  const port = printsPort ? undefined : await freePort();
  const child = spawn(process.execPath, [...nodeOptions(variables), program, 'serve'], {
    env: {
      PATH: process.env['PATH'] ?? '',
      HOME: process.env['HOME'] ?? '',
      SALLYPORT_PORT: String(port ?? 0),
      SALLYPORT_DRAIN_SECONDS: '0',
      ...(ownDir === undefined ? {} : { SALLYPORT_DATA_DIR: ownDir }),
      ...variables,
    },
    stdio: ['ignore', typeof stdout === 'number' ? stdout : 'pipe', 'pipe'],
  });
  let output = '';
  const ended = new Promise<number | NodeJS.Signals>((resolve) => {
    // A pipe that is not read is never closed.
    child.on(stdout === 'unread' ? 'exit' : 'close', (code, signal) => resolve(signal ?? code ?? 1));
  });
  let isOver = false;
  void ended.then(() => (isOver = true));
  const url = await new Promise<string>((resolve, reject) => {
    const listenTo = (text: string) => {
      output += text;
      const found = /Sallyport is ready at (\S+)/.exec(output)?.[1];
      if (found !== undefined) resolve(found);
    };
    if (stdout === 'output') child.stdout?.setEncoding('utf8').on('data', listenTo);
    else void listens(port ?? 0, () => isOver).then(() => resolve(`http://127.0.0.1:${port}`));
    child.stderr?.setEncoding('utf8').on('data', listenTo);
    void ended.then((code) => reject(new Error(`The server ended with ${code} before it listened:\n${output}`)));
  });
  return {
    // 127.0.0.1 rather than localhost: no test should depend on which of two addresses a resolver prefers.
    url: port === undefined ? url.replace('localhost', '127.0.0.1') : `http://127.0.0.1:${port}`,
    pid: child.pid ?? 0,
    output: () => output,
    signal: (name) => void child.kill(name),
    ended,
    async kill9() {
      child.kill('SIGKILL');
      await ended;
    },
    async stop() {
      child.kill('SIGINT');
      await ended;
      if (ownDir !== undefined) await rm(ownDir, { recursive: true, force: true });
    },
  };
}

/** Resolves when something listens there, or when it no longer matters. */
async function listens(port: number, isOver: () => boolean): Promise<void> {
  while (!isOver()) {
    const isOpen = await new Promise<boolean>((resolve) => {
      const probe = connect(port, '127.0.0.1', () => {
        probe.destroy();
        resolve(true);
      });
      probe.on('error', () => resolve(false));
    });
    if (isOpen) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const address = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  return typeof address === 'object' && address !== null ? address.port : 0;
}
