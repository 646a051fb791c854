/**
 * Whether an address belongs to a VPN, proxy, Tor exit or other anonymous exit, by lists that the operator names: plain
 * text, one address or CIDR range per line, `#` and `;` start a comment.
 *
 * No list is bundled, deliberately. Such lists change by the hour, and with an old one every fresh exit would be a
 * certain `false`, where without any it is null. Nor was one found on npm that is openly licensed and kept current
 * (2026-11): the packages there fetch a list, and a decision must never wait for a download.
 */
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Runtime } from '../runtime/runtime.ts';
import { type IpAddress, parseAddress } from './address.ts';
import { findRange, type SortedRanges } from './sorted-ranges.ts';
import type { Known, OnProblem } from './unknown.ts';
import { type DataSource, describeSource, fileCheckIntervalMs, type Loaded, openWatchedFile } from './watched-file.ts';

/** The open lists. */
export interface Anonymisers {
  /** Null when no address was given or no list is configured; unknown when the answer needs a list that is broken. */
  isAnonymous(address: IpAddress | null): Known<boolean>;
  sources(): readonly DataSource[];
  /** Reads all lists again, changed or not. Never rejects. */
  reload(): Promise<void>;
  close(): void;
}

interface AddressSet {
  readonly ipv4: SortedRanges;
  readonly ipv6: SortedRanges;
}

// A longer line is no list of addresses; without a cap a file without line ends would be held in memory whole.
const lineLengthMax = 1024;

// The widest network that a list may name. A list cut off in the middle of `/24` ends in `/2`, a quarter of the internet.
const prefixLengthMin = { 4: 8, 6: 16 } as const;

/** An IPv6 network: four words of address, then the length of its prefix. */
type Ipv6Network = readonly number[];

function parseNetwork(text: string): { readonly address: IpAddress; readonly prefixLength: number } {
  const slash = text.indexOf('/');
  const address = parseAddress(slash < 0 ? text : text.slice(0, slash));
  if (address === null) throw new Error('is not an address or CIDR range');
  const bits = 32 * address.words.length;
  if (slash < 0) return { address, prefixLength: bits };
  const digits = text.slice(slash + 1);
  const prefixLength = /^\d{1,3}$/.test(digits) ? Number(digits) : bits + 1;
  if (prefixLength > bits) throw new Error('has a prefix length that does not fit');
  if (prefixLength < prefixLengthMin[address.version]) throw new Error('is too wide to be one network');
  return { address, prefixLength };
}

/** The first or, with all ones, the last address of a network. */
function edge(words: readonly number[], prefixLength: number, fill: 0 | 0xffff_ffff): number[] {
  return words.map((word, index) => {
    const kept = Math.min(32, Math.max(0, prefixLength - 32 * index));
    // A shift by 32 is a shift by 0 in this language.
    const mask = kept === 0 ? 0 : (0xffff_ffff << (32 - kept)) >>> 0;
    return ((word & mask) | (fill & ~mask)) >>> 0;
  });
}

function compareWords(a: readonly number[], b: readonly number[]): number {
  for (let index = 0; index < a.length; index += 1) {
    const difference = (a[index] ?? 0) - (b[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

// An IPv4 network as one double, start and prefix length (38 bits), so that a million of them sort quickly.
const prefixFactor = 64;

function ipv4Ranges(packed: readonly number[]): SortedRanges {
  const sorted = Float64Array.from(packed).sort();
  const starts: number[] = [];
  const ends: number[] = [];
  for (const network of sorted) {
    const start = Math.floor(network / prefixFactor);
    const end = start + 2 ** (32 - (network % prefixFactor)) - 1;
    const lastEnd = ends.at(-1);
    if (lastEnd !== undefined && start <= lastEnd + 1) ends[ends.length - 1] = Math.max(lastEnd, end);
    else {
      starts.push(start);
      ends.push(end);
    }
  }
  return { width: 1, starts: Uint32Array.from(starts), ends: Uint32Array.from(ends) };
}

function ipv6Ranges(networks: Ipv6Network[]): SortedRanges {
  networks.sort(compareWords);
  const starts: number[][] = [];
  const ends: number[][] = [];
  for (const network of networks) {
    const words = network.slice(0, 4);
    const end = edge(words, network[4] ?? 128, 0xffff_ffff);
    const lastEnd = ends.at(-1);
    if (lastEnd === undefined || compareWords(words, lastEnd) > 0) {
      starts.push(words);
      ends.push(end);
    } else if (compareWords(end, lastEnd) > 0) ends[ends.length - 1] = end;
  }
  return { width: 4, starts: Uint32Array.from(starts.flat()), ends: Uint32Array.from(ends.flat()) };
}

/** Lines of a text file as it streams in, so that a long list does not block the event loop. */
async function* linesOf(path: string): AsyncGenerator<string> {
  let rest = '';
  for await (const chunk of createReadStream(path, { encoding: 'utf8' }) as AsyncIterable<string>) {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    if (rest.length > lineLengthMax) throw new Error('a line is too long for a list of addresses');
    yield* lines;
  }
  yield rest;
}

async function loadList(path: string): Promise<Loaded<AddressSet>> {
  const ipv4: number[] = [];
  const ipv6: Ipv6Network[] = [];
  let lineNumber = 0;
  for await (const line of linesOf(path)) {
    lineNumber += 1;
    // A byte order mark counts as white space and goes with it.
    const text = line.replace(/[#;].*/, '').trim();
    if (text === '') continue;
    try {
      const { address, prefixLength } = parseNetwork(text);
      const start = edge(address.words, prefixLength, 0);
      if (address.version === 4) ipv4.push((start[0] ?? 0) * prefixFactor + prefixLength);
      else ipv6.push([...start, prefixLength]);
    } catch (error) {
      // The whole list is refused: half of a list would give wrong answers silently.
      throw new Error(`line ${lineNumber} ${error instanceof Error ? error.message : 'cannot be read'}`);
    }
  }
  // An empty list is a failed download far more often than a world without proxies.
  if (ipv4.length + ipv6.length === 0) throw new Error('it holds no address');
  const { mtimeMs } = await stat(path);
  return {
    value: { ipv4: ipv4Ranges(ipv4), ipv6: ipv6Ranges(ipv6) },
    version: basename(path),
    builtAtMs: Math.floor(mtimeMs),
  };
}

/** Opens the lists and watches them for changes. Never rejects: a list that cannot be used makes the answer unknown. */
export async function openAnonymisers(
  paths: readonly string[],
  runtime: Pick<Runtime, 'clock' | 'timers'>,
  onProblem: OnProblem,
): Promise<Anonymisers> {
  const files = await Promise.all(
    paths.map((path) => openWatchedFile(`anonymisers:${basename(path)}`, path, loadList, onProblem)),
  );

  const stop = runtime.timers.every(fileCheckIntervalMs, async () => {
    for (const file of files) await file.check();
  });

  return {
    isAnonymous(address) {
      if (address === null || files.length === 0) return null;
      let answer: Known<boolean> = false;
      for (const { loaded } of files) {
        if (loaded === null) answer = 'unknown';
        // One list that names the address is enough, whatever the state of the others.
        else if (findRange(address.version === 4 ? loaded.value.ipv4 : loaded.value.ipv6, address.words) >= 0)
          return true;
      }
      return answer;
    },
    sources() {
      const nowMs = runtime.clock.now();
      return files.map((file) => describeSource(file, nowMs));
    },
    async reload() {
      for (const file of files) await file.reload();
    },
    close: stop,
  };
}
