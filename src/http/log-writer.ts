/**
 * Where log lines go: standard output, without ever waiting for it. A pipe that nobody reads, a full disk and a reader that
 * has gone cost log lines, counted by what they were worth, and never a request or the process (F12, F13).
 *
 * In place of pino's own destination, which ends the process at a write error, keeps an unlimited number of lines, and at
 * exit waits without end for a reader.
 */
import { write, writeSync } from 'node:fs';
import { pino } from 'pino';
import type { Timers } from '../runtime/runtime.ts';

// Lines are buffered, because writing each one alone costs more than formatting it. They are written at this length, and
// after this time at the latest.
const bufferedCharacters = 16_000;
const bufferedMsMax = 100;

/** How much may wait for a slow reader. What matters less has less room, so that it is lost first. */
const roomCharacters = { debug: 1_000_000, info: 2_000_000, warn: 4_000_000 };

// How long a failed write waits: a reader may have read within moments, a disk needs someone who makes room.
const unreadPauseMs = 10;
const failedPauseMs = 1_000;
const complainEveryMs = 60_000;

/** How long the end waits for a write that has begun, which may block where nobody reads. */
const begunWriteMs = 1_000;

export interface LogWriter {
  /** The level of the next line; pino sets it. */
  lastLevel: number;
  write(line: string): void;
  /** How many lines were lost so far. */
  lost(): number;
  /** Writes what waits, for at most `waitMs`, and nothing after that but at the exit of the process. */
  end(waitMs: number): Promise<void>;
}

/** `complain` is told in a sentence of lines that are being lost, once a minute; `tellGap` of their number once it is over. */
export function openLogWriter(options: {
  readonly fd: number;
  readonly timers: Timers;
  /** The time for durations, in milliseconds. */
  steady(): number;
  complain(sentence: string): void;
  tellGap(lines: number): void;
}): LogWriter {
  const { fd, timers } = options;
  let waiting: string[] = [];
  let waitingCharacters = 0;
  // The rest of the last write: a pipe takes part of it, and only whole lines may be lost.
  let rest: Buffer = Buffer.alloc(0);
  let [isWriting, isPausing, isEnded] = [false, false, false];
  let [lost, toldLost] = [0, 0];
  let complainedMs = -Infinity;

  function takeAll(): Buffer {
    const all = Buffer.concat([rest, Buffer.from(waiting.join(''))]);
    waiting = [];
    waitingCharacters = 0;
    return all;
  }

  function send(): void {
    if (isWriting || isPausing || isEnded) return;
    if (rest.length === 0) {
      if (waiting.length === 0) return;
      rest = takeAll();
    }
    isWriting = true;
    write(fd, rest, (error, written) => {
      isWriting = false;
      if (error !== null) {
        complainOf(error);
        isPausing = true;
        void timers.wait(error.code === 'EAGAIN' ? unreadPauseMs : failedPauseMs).then(() => {
          isPausing = false;
          send();
        });
        return;
      }
      rest = rest.subarray(written);
      if (rest.length > 0 || waitingCharacters >= bufferedCharacters) send();
      else if (lost > toldLost) {
        options.tellGap(lost - toldLost);
        toldLost = lost;
      }
    });
  }

  function complainOf(error: NodeJS.ErrnoException): void {
    const isSlow = error.code === 'EAGAIN';
    if ((isSlow && lost === toldLost) || options.steady() - complainedMs < complainEveryMs) return;
    complainedMs = options.steady();
    const why = isSlow ? 'standard output is not read' : error.message;
    options.complain(`The log cannot be written (${why}). ${lost} lines are lost so far.`);
  }

  /** Without waiting: for the end of a process that has no time left. */
  function sendNow(): void {
    // What is being written now is not lost: a process ends only after its threads.
    if (isWriting) rest = Buffer.alloc(0);
    rest = takeAll();
    try {
      while (rest.length > 0) rest = rest.subarray(writeSync(fd, rest));
    } catch {
      // Nobody is left to tell.
    }
  }

  const stop = timers.every(bufferedMsMax, send);
  process.once('exit', sendNow);

  const writer = {
    [pino.symbols.needsMetadataGsym]: true,
    lastLevel: 0,
    write(line: string) {
      const { lastLevel } = writer;
      const room = lastLevel < 30 ? roomCharacters.debug : lastLevel < 40 ? roomCharacters.info : roomCharacters.warn;
      if (waitingCharacters + rest.length + line.length > room) {
        lost += 1;
        return;
      }
      waiting.push(line);
      waitingCharacters += line.length;
      if (waitingCharacters >= bufferedCharacters) send();
    },
    lost: () => lost,
    async end(waitMs: number) {
      const untilMs = options.steady() + waitMs;
      stop();
      for (send(); rest.length + waiting.length > 0 && options.steady() < untilMs; send()) await timers.wait(5);
      // What could not be written is given up. Tried again later, it could reach another file: numbers of files that were
      // closed are used again.
      isEnded = true;
      takeAll();
      while (isWriting && options.steady() < untilMs + begunWriteMs) await timers.wait(5);
      rest = Buffer.alloc(0);
    },
  };
  return writer;
}
