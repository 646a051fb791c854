/** Two processes must never both believe that they own a data directory. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { DataDirectoryInUse, lockDataDirectory } from './data-directory.ts';

let folder: string;
let directory: string;
let claims: string;
const children: ChildProcess[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sallyport-lock-'));
  directory = join(folder, 'deep', 'data');
  claims = join(directory, 'sallyport.lock');
});
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

/** A process that tries to take the lock on request, reports the result, and then holds the lock. */
function contender(): { child: ChildProcess; go(): void; result: Promise<string>; ready: Promise<string> } {
  const module = new URL('./data-directory.ts', import.meta.url).href;
  const program = `
    import { lockDataDirectory } from ${JSON.stringify(module)};
    process.stdin.once('data', () => {
      try {
        lockDataDirectory(${JSON.stringify(directory)});
        console.log('won');
      } catch (error) {
        console.log(error.message);
      }
    });
    console.log('ready');
    setInterval(() => {}, 1000);
  `;
  const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', program], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  children.push(child);
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const line = async (): Promise<string> => ((await lines.next()) as IteratorResult<string, string>).value;
  const ready = line();
  return { child, go: () => child.stdin.write('go\n'), ready, result: ready.then(line) };
}

async function kill(child: ChildProcess): Promise<void> {
  const exited = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await exited;
}

test('the directory is created for its owner alone, and the claim names the process', () => {
  const lock = lockDataDirectory(directory);
  expect(statSync(directory).mode & 0o777).toBe(0o700);
  const [name = ''] = readdirSync(claims);
  expect(statSync(join(claims, name)).mode & 0o777).toBe(0o600);
  expect(JSON.parse(readFileSync(join(claims, name), 'utf8'))).toMatchObject({ pid: process.pid });
  lock.release();
});

test('a lock that was released can be taken again, and releasing twice does not free the next one', () => {
  const first = lockDataDirectory(directory);
  first.release();
  const second = lockDataDirectory(directory);
  first.release();
  expect(() => lockDataDirectory(directory)).toThrow(DataDirectoryInUse);
  second.release();
  expect(readdirSync(claims)).toEqual([]);
});

test('a living holder is named in one sentence', async () => {
  const holder = contender();
  await holder.ready;
  holder.go();
  expect(await holder.result).toBe('won');
  expect(() => lockDataDirectory(directory)).toThrow(
    `The data directory ${directory} is in use by process ${holder.child.pid} on host ${hostname()}.`,
  );
});

test('the lock of a process that was killed is taken over', async () => {
  const holder = contender();
  await holder.ready;
  holder.go();
  expect(await holder.result).toBe('won');
  await kill(holder.child);
  lockDataDirectory(directory).release();
  expect(readdirSync(claims)).toEqual([]);
});

test('a pid that was reused by another process does not hold the lock', () => {
  mkdirSync(claims, { recursive: true });
  // Process 1 always exists, and did not start at tick 1.
  const before = process.pid === 1 ? process.ppid : 1;
  writeFileSync(join(claims, `${before}-1@${hostname()}`), '');
  lockDataDirectory(directory).release();
});

test('an earlier process with our own pid, as in a restarted container, does not hold the lock', () => {
  mkdirSync(claims, { recursive: true });
  writeFileSync(join(claims, `${process.pid}-1@${hostname()}`), '');
  lockDataDirectory(directory).release();
});

test('a claim from another host is respected, because this host cannot check it', () => {
  mkdirSync(claims, { recursive: true });
  writeFileSync(join(claims, '4711-12345@elsewhere'), '');
  expect(() => lockDataDirectory(directory)).toThrow(
    `The data directory ${directory} is in use by process 4711 on host elsewhere (if that host is gone for good, delete ${join(claims, '4711-12345@elsewhere')}).`,
  );
});

test('a foreign file beside the claims is left alone', () => {
  mkdirSync(claims, { recursive: true });
  writeFileSync(join(claims, '.DS_Store'), '');
  lockDataDirectory(directory).release();
  expect(readdirSync(claims)).toEqual(['.DS_Store']);
});

test('of six processes that take over a dead lock at once exactly one wins, each time', async () => {
  for (let round = 0; round < 3; round += 1) {
    const contenders = Array.from({ length: 6 }, contender);
    await Promise.all(contenders.map(({ ready }) => ready));
    mkdirSync(claims, { recursive: true });
    writeFileSync(join(claims, `999999999-${round}@${hostname()}`), '');
    for (const { go } of contenders) go();
    const results = await Promise.all(contenders.map(({ result }) => result));
    expect(results.filter((result) => result === 'won')).toHaveLength(1);
    for (const result of results) expect(result).toMatch(/^won$|is in use by process \d+ on host/);
    await Promise.all(contenders.map(({ child }) => kill(child)));
  }
});
