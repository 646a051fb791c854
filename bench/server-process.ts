/**
 * Starts the servers that are measured. The test rig is not used, because it reads a server's logs, which would take
 * machine time from the measurement. Logs go to a file, as in production.
 */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

export interface BenchServer {
  readonly url: string;
  readonly pid: number;
  /** From the start of the process until `/readyz` answered 200; for the bare server until it listened. */
  readonly startMs: number;
  /** Sends SIGINT, and waits until it is gone. */
  stop(): Promise<void>;
}

const sallyport = fileURLToPath(new URL('../dist/server/main.js', import.meta.url));
const peerServer = fileURLToPath(new URL('peer-server.ts', import.meta.url));
const running = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** The built program as in production: its mode, its log level, a process of its own. */
export async function startSallyport(variables: Readonly<Record<string, string>>): Promise<BenchServer> {
  const server = await start([sallyport, 'serve'], {
    SALLYPORT_MODE: 'production',
    SALLYPORT_PORT: '0',
    SALLYPORT_DRAIN_SECONDS: '0',
    ...variables,
  });
  const ready = await fetch(`${server.url}/readyz`);
  if (ready.status !== 200) throw new Error(`/readyz answered ${ready.status}: ${await ready.text()}`);
  return { ...server, startMs: performance.now() - server.startedAtMs };
}

/** See the file for the variables. */
export async function startBareServer(
  variables: Readonly<Record<string, string>>,
  file: 'bare-server.ts' | 'bare-passkey-server.ts' | 'bare-proof-server.ts' = 'bare-server.ts',
): Promise<BenchServer> {
  const program = fileURLToPath(new URL(file, import.meta.url));
  const server = await start(['--import', 'tsx', program], variables);
  return { ...server, startMs: performance.now() - server.startedAtMs };
}

/** See peer-server.ts for the variables. */
export async function startPeerServer(variables: Readonly<Record<string, string>>): Promise<BenchServer> {
  const server = await start(['--import', 'tsx', peerServer], { NODE_ENV: 'production', ...variables });
  return { ...server, startMs: performance.now() - server.startedAtMs };
}

async function start(words: readonly string[], variables: Readonly<Record<string, string>>) {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-bench-log-'));
  const logFile = join(folder, 'server.log');
  const log = openSync(logFile, 'a');
  const startedAtMs = performance.now();
  const child = spawn(process.execPath, words, {
    env: {
      PATH: process.env['PATH'] ?? '',
      HOME: process.env['HOME'] ?? '',
      ...variables,
    },
    stdio: ['ignore', log, log],
  });
  closeSync(log);
  running.add(child);
  const ended = new Promise<void>((resolve) => {
    child.on('close', () => {
      running.delete(child);
      rmSync(folder, { recursive: true, force: true });
      resolve();
    });
  });
  const url = await listeningUrl(child, logFile);
  return {
    // 127.0.0.1 rather than localhost: nothing should depend on which of two addresses a resolver prefers.
    url: url.replace('localhost', '127.0.0.1'),
    pid: child.pid ?? 0,
    startedAtMs,
    async stop() {
      child.kill('SIGINT');
      await ended;
    },
  };
}

async function listeningUrl(child: ChildProcess, logFile: string): Promise<string> {
  const deadlineMs = performance.now() + 60_000;
  while (performance.now() < deadlineMs) {
    const text = readFileSync(logFile, 'utf8');
    const url = /is ready at (http:\/\/[^\s/]+:\d+)/.exec(text)?.[1];
    if (url !== undefined) return url;
    if (child.exitCode !== null) throw new Error(`A server ended before it listened:\n${text}`);
    await sleep(5);
  }
  throw new Error('A server did not listen within a minute.');
}
