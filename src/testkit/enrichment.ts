/** For the tests of `enrichment/`: a runtime whose timers are run by hand, a folder for files, records. */
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { MmdbRecord } from '../../scripts/write-mmdb.ts';
import { type IpAddress, parseAddress } from '../enrichment/address.ts';
import type { EnrichmentProblem } from '../enrichment/unknown.ts';
import type { Runtime } from '../runtime/runtime.ts';

/** Parses an address. @throws if the text is not one */
export function addressOf(text: string): IpAddress {
  const address = parseAddress(text);
  if (address === null) throw new Error(`${text} is not an address.`);
  return address;
}

/** A runtime at a fixed instant. `ring` runs what the timers would run after their interval. */
export function testClockAndTimers(nowMs = Date.UTC(2026, 6, 1)) {
  const runs = new Set<() => Promise<void> | void>();
  const runtime: Pick<Runtime, 'clock' | 'timers'> = {
    clock: { now: () => nowMs, steady: () => nowMs, anchorTo: () => 0 },
    timers: {
      every(_intervalMs, run) {
        runs.add(run);
        return () => runs.delete(run);
      },
      wait: () => Promise.resolve(),
      timeout: (ms) => AbortSignal.timeout(ms),
    },
  };
  return {
    runtime,
    timerCount: () => runs.size,
    async ring() {
      for (const run of runs) await run();
    },
  };
}

/** Collects what an operator would be told. */
export function problemLog() {
  const problems: EnrichmentProblem[] = [];
  return { problems, onProblem: (problem: EnrichmentProblem) => void problems.push(problem) };
}

/** A new folder below the system's temporary one, and a function that puts a file into it. */
export async function scratchFolder() {
  const folder = await mkdtemp(join(tmpdir(), 'sallyport-enrichment-'));
  return {
    folder,
    async put(name: string, content: string | Buffer): Promise<string> {
      const path = join(folder, name);
      await writeFile(path, content);
      return path;
    },
  };
}

/** A city record as MaxMind writes it. */
export function cityRecord(countryCode: string, city: string, latitude: number, longitude: number): MmdbRecord {
  return {
    city: { names: { de: `${city} (de)`, en: city } },
    country: { iso_code: countryCode, names: { en: countryCode } },
    // Never whole numbers, which the writer would store as integers.
    location: { latitude: latitude + 0.25, longitude: longitude + 0.25 },
  };
}
