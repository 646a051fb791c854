import { execFileSync } from 'node:child_process';
import { closeSync, constants, mkdtempSync, openSync, readSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { systemRuntime } from '../runtime/system-runtime.ts';
import { openLogWriter } from './log-writer.ts';

const debug = 20;
const info = 30;
const warn = 40;

const cleanUps: (() => void)[] = [];
afterEach(() => {
  for (const cleanUp of cleanUps.splice(0)) cleanUp();
});

/** A writer into a pipe, as standard output is one: nothing blocks, and nobody reads until `readAll`. */
function intoPipe(fileDescriptor?: number) {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-log-'));
  const path = join(folder, 'pipe');
  execFileSync('mkfifo', [path]);
  const pipe = openSync(path, constants.O_RDWR | constants.O_NONBLOCK);
  cleanUps.push(() => {
    closeSync(pipe);
    rmSync(folder, { recursive: true });
  });
  const { timers, clock } = systemRuntime();
  const complaints: string[] = [];
  const gaps: number[] = [];
  const writer = openLogWriter({
    fd: fileDescriptor ?? pipe,
    timers,
    steady: clock.steady,
    complain: (sentence) => complaints.push(sentence),
    tellGap: (lines) => gaps.push(lines),
  });
  let text = '';
  const readAll = () => {
    const piece = Buffer.alloc(65_536);
    try {
      for (;;) text += piece.toString('utf8', 0, readSync(pipe, piece));
    } catch {
      return text;
    }
  };
  return {
    writer,
    complaints,
    gaps,
    readAll,
    write(level: number, line: string) {
      writer.lastLevel = level;
      writer.write(line);
    },
  };
}

const line = (name: string, number: number) => `${name} ${number} ${'x'.repeat(2_000)}\n`;
const count = (text: string, name: string) => text.split('\n').filter((one) => one.startsWith(name)).length;

describe('the log of a server whose output', () => {
  test('is read has every line, in order', async () => {
    const { writer, write, readAll } = intoPipe();
    for (let number = 0; number < 20; number += 1) write(info, `${number}\n`);
    await expect.poll(readAll).toBe(Array.from({ length: 20 }, (_, number) => `${number}\n`).join(''));
    write(info, 'last\n');
    await writer.end(1_000);
    expect(readAll()).toMatch(/last\n$/);
  });

  test('F13: is not read loses debug lines first and warnings last, counts them, and says so where it can', async () => {
    const { writer, write, readAll, complaints, gaps } = intoPipe();
    const writeMany = (level: number, name: string) => {
      for (let number = 0; number < 600; number += 1) write(level, line(name, number));
    };
    const lostOf = (level: number, name: string) => {
      const before = writer.lost();
      writeMany(level, name);
      return writer.lost() - before;
    };
    const lostDebug = lostOf(debug, 'debug');
    const lostInfo = lostOf(info, 'info');
    const lostWarn = lostOf(warn, 'warn');
    expect(lostDebug).toBeGreaterThan(0);
    // Debug lines leave room for those that matter more.
    expect([lostInfo, lostWarn]).toEqual([expect.any(Number), 0]);
    expect(lostInfo).toBeLessThan(200);
    expect(lostOf(debug, 'debug')).toBe(600);
    await expect.poll(() => complaints).toEqual([expect.stringMatching(/not read.* \d+ lines are lost/)]);

    // Memory is bounded, whatever comes.
    for (let round = 0; round < 3; round += 1) writeMany(warn, 'more');
    const lost = writer.lost();
    expect(lost).toBeGreaterThan(lostDebug + lostInfo + 600);

    await expect
      .poll(
        () => {
          readAll();
          return gaps;
        },
        { interval: 5 },
      )
      .toEqual([lost]);
    const text = readAll();
    expect(count(text, 'debug')).toBe(600 - lostDebug);
    expect(count(text, 'info')).toBe(600 - lostInfo);
    expect(count(text, 'warn')).toBe(600);
    // Only whole lines are lost.
    expect(text.split('\n').filter((one) => one !== '' && one.length < 2_000)).toEqual([]);
    // What comes afterwards is written again.
    write(debug, 'again\n');
    await expect.poll(readAll).toMatch(/again\n$/);
    await writer.end(1_000);
  });

  test('F13: is not read does not keep the process: it ends within the time that it has', async () => {
    const { writer, write, readAll } = intoPipe();
    for (let number = 0; number < 200; number += 1) write(info, line('info', number));
    const startedMs = performance.now();
    await writer.end(100);
    expect(performance.now() - startedMs).toBeLessThan(5_000);
    // From then on nothing is written there: the number of the file may be that of another, such as a connection.
    readAll();
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(readAll().length).toBeLessThan(65_537);
  });

  test('F12: is full throws nothing, and says why', async () => {
    const full = openSync('/dev/full', 'w');
    cleanUps.push(() => closeSync(full));
    const { writer, write, complaints } = intoPipe(full);
    write(info, 'one\n');
    await expect.poll(() => complaints).toEqual([expect.stringMatching(/ENOSPC.* 0 lines are lost/)]);
    await writer.end(10);
  });
});
