/**
 * A reader of the MaxMind DB format 2.0 (https://maxmind.github.io/MaxMind-DB/), written here because the libraries
 * follow pointers without bound: a damaged or hostile file of one kilobyte keeps them busy without end. Here each look-up
 * ends after at most 128 tree steps and `valuesMax` decoded values, and everything outside the file throws.
 * `mmdb-lib` is the oracle in the tests.
 */
import type { IpAddress } from './address.ts';

/** A decoded value. Maps have no prototype, so a key from the file can never reach one. */
export type MmdbValue = string | number | bigint | boolean | Uint8Array | readonly MmdbValue[] | MmdbMap;

/** A map of the data section. */
export interface MmdbMap {
  readonly [key: string]: MmdbValue;
}

/** A database that passed {@link openMmdb}. */
export interface Mmdb {
  readonly databaseType: string;
  readonly buildEpochMs: number;
  /** The offset of the record for this address, equal for addresses that share a record; null if there is none. */
  find(address: IpAddress): number | null;
  /** Offsets of some records from all over the tree, to try before the file is trusted. Never empty. */
  readonly samples: readonly number[];
  /** Decodes the record at an offset that `find` returned. Throws on damage. */
  read(offset: number): MmdbValue;
}

const metadataMarker = Buffer.from('abcdef4d61784d696e642e636f6d', 'hex');
// The format puts the metadata into the last 128 KiB of the file.
const metadataLengthMax = 128 * 1024;
const separatorLength = 16;

// The richest record of a commercial city file has some 200 values; the nesting of real files is at most 5.
const valuesMax = 4096;
const depthMax = 16;
// For all strings of one record together: a bomb may also be made of one long string, pointed at many times.
const stringBytesMax = 64 * 1024;

// At most so many nodes are looked at when a file is opened, evenly spread: 20 ms even for the largest files.
const checkedNodesMax = 2_000_000;

const samplesMax = 256;

interface Budget {
  values: number;
  stringBytes: number;
}

/** Whether a decoded value is a map. */
export function isMmdbMap(value: MmdbValue | undefined): value is MmdbMap {
  return typeof value === 'object' && !Array.isArray(value) && !(value instanceof Uint8Array);
}

function decoder(section: Buffer) {
  let at = 0;

  function take(length: number): number {
    const start = at;
    if (start + length > section.length) throw new Error('a value reaches beyond its section');
    at += length;
    return start;
  }

  function unsigned(length: number): number {
    return length === 0 ? 0 : section.readUIntBE(take(length), length);
  }

  function integer(length: number, lengthMax: number): number {
    if (length > lengthMax) throw new Error('a number is too long');
    return unsigned(length);
  }

  function bigInteger(length: number, lengthMax: number): bigint {
    if (length > lengthMax) throw new Error('a number is too long');
    const start = take(length);
    return length === 0 ? 0n : BigInt(`0x${section.toString('hex', start, start + length)}`);
  }

  function exactly(length: number, expected: number): number {
    if (length !== expected) throw new Error('a number has the wrong length');
    return take(length);
  }

  function text(length: number, budget: Budget): string {
    budget.stringBytes -= length;
    if (budget.stringBytes < 0) throw new Error('a record is larger than any real one');
    const start = take(length);
    return section.toString('utf8', start, start + length);
  }

  function map(size: number, depth: number, budget: Budget): MmdbMap {
    const entries: Record<string, MmdbValue> = Object.create(null) as Record<string, MmdbValue>;
    for (let index = 0; index < size; index += 1) {
      const key = value(depth + 1, budget);
      if (typeof key !== 'string') throw new Error('the key of a map is not a string');
      entries[key] = value(depth + 1, budget);
    }
    return entries;
  }

  function list(size: number, depth: number, budget: Budget): MmdbValue[] {
    const items: MmdbValue[] = [];
    for (let index = 0; index < size; index += 1) items.push(value(depth + 1, budget));
    return items;
  }

  function sizeOf(control: number): number {
    const size = control & 0x1f;
    if (size < 29) return size;
    if (size === 29) return 29 + unsigned(1);
    return size === 30 ? 285 + unsigned(2) : 65_821 + unsigned(3);
  }

  function pointer(control: number): number {
    const high = control & 0x07;
    switch ((control >> 3) & 0x03) {
      case 0:
        return high * 0x1_00 + unsigned(1);
      case 1:
        return high * 0x1_00_00 + unsigned(2) + 2048;
      case 2:
        return high * 0x1_00_00_00 + unsigned(3) + 526_336;
      default:
        return unsigned(4);
    }
  }

  function value(depth: number, budget: Budget): MmdbValue {
    budget.values -= 1;
    if (budget.values < 0 || depth > depthMax) throw new Error('a record is larger than any real one');
    const control = unsigned(1);
    let type = control >> 5;
    if (type === 1) {
      const target = pointer(control);
      const after = at;
      at = target;
      const result = value(depth + 1, budget);
      at = after;
      return result;
    }
    if (type === 0) type = 7 + unsigned(1);
    const size = sizeOf(control);
    switch (type) {
      case 2:
        return text(size, budget);
      case 3:
        return section.readDoubleBE(exactly(size, 8));
      case 4: {
        const start = take(size);
        return section.subarray(start, start + size);
      }
      case 5:
        return integer(size, 2);
      case 6:
        return integer(size, 4);
      case 7:
        return map(size, depth, budget);
      case 8:
        return integer(size, 4) | 0;
      case 9:
        return bigInteger(size, 8);
      case 10:
        return bigInteger(size, 16);
      case 11:
        return list(size, depth, budget);
      case 14:
        if (size > 1) throw new Error('a boolean is neither true nor false');
        return size === 1;
      case 15:
        return section.readFloatBE(exactly(size, 4));
      default:
        throw new Error(`type ${type} is not part of the format`);
    }
  }

  return (offset: number): MmdbValue => {
    at = offset;
    return value(0, { values: valuesMax, stringBytes: stringBytesMax });
  };
}

function positiveInteger(metadata: MmdbMap, key: string): number {
  const value = metadata[key];
  if (typeof value !== 'number' || value <= 0) throw new Error(`its metadata has no ${key}`);
  return value;
}

function buildEpochMsOf(metadata: MmdbMap): number {
  const epoch = Number(metadata['build_epoch']);
  // 2100-01-01: later is damage, and would make stale data look fresh without end.
  if (!(epoch > 0 && epoch < 4_102_444_800)) throw new Error('its metadata has no believable build_epoch');
  return epoch * 1000;
}

/** Opens the bytes of a database and checks its frame: metadata, tree bounds, separator, targets. Throws on damage. */
export function openMmdb(bytes: Buffer): Mmdb {
  const marker = bytes.lastIndexOf(metadataMarker);
  if (marker < 0 || bytes.length - marker > metadataLengthMax) throw new Error('it has no MaxMind DB metadata');
  const metadata = decoder(bytes.subarray(marker + metadataMarker.length))(0);
  if (!isMmdbMap(metadata)) throw new Error('its metadata is not a map');
  if (metadata['binary_format_major_version'] !== 2) throw new Error('it is not MaxMind DB format 2');

  const nodeCount = positiveInteger(metadata, 'node_count');
  const ipVersion = positiveInteger(metadata, 'ip_version');
  const recordSize = positiveInteger(metadata, 'record_size');
  if (ipVersion !== 4 && ipVersion !== 6) throw new Error('its ip_version is neither 4 nor 6');
  if (recordSize !== 24 && recordSize !== 28 && recordSize !== 32) throw new Error('its record_size is not supported');

  const nodeBytes = recordSize / 4;
  const treeBytes = nodeCount * nodeBytes;
  const dataStart = treeBytes + separatorLength;
  if (dataStart >= marker) throw new Error('its tree is larger than the file');
  for (let at = treeBytes; at < dataStart; at += 1) {
    if (bytes[at] !== 0) throw new Error('its tree does not end where the metadata says');
  }
  const data = bytes.subarray(dataStart, marker);
  const decode = decoder(data);

  // Byte by byte: the engine makes one load of each, where Buffer's own readers check ranges and types every time.
  function uint24(at: number): number {
    return ((bytes[at] ?? 0) << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0);
  }

  function child(node: number, isRight: boolean): number {
    const at = node * nodeBytes;
    if (recordSize === 24) return uint24(isRight ? at + 3 : at);
    if (recordSize === 32) return bytes.readUInt32BE(isRight ? at + 4 : at);
    // 28 bits: the middle byte holds the top four bits of both records.
    const middle = bytes[at + 3] ?? 0;
    return isRight ? (middle & 0x0f) * 0x1_00_00_00 + uint24(at + 4) : (middle >> 4) * 0x1_00_00_00 + uint24(at);
  }

  function isInside(record: number): boolean {
    return (
      record <= nodeCount ||
      (record >= nodeCount + separatorLength && record < nodeCount + separatorLength + data.length)
    );
  }

  const samples = new Set<number>();
  const step = Math.ceil(nodeCount / checkedNodesMax);
  const sampleEvery = Math.ceil(nodeCount / samplesMax);
  let sampleFrom = 0;
  for (let node = 0; node < nodeCount; node += step) {
    const [left, right] = [child(node, false), child(node, true)];
    if (!isInside(left) || !isInside(right)) throw new Error('its tree points outside the file');
    if (node < sampleFrom || (left <= nodeCount && right <= nodeCount)) continue;
    sampleFrom = node + sampleEvery;
    samples.add(Math.max(left, right) - nodeCount - separatorLength);
  }
  if (samples.size === 0) throw new Error('its tree leads to no record');

  function walk(from: number, word: number): number {
    let node = from;
    for (let bit = 31; bit >= 0 && node < nodeCount; bit -= 1) node = child(node, ((word >>> bit) & 1) === 1);
    return node;
  }

  // IPv4 lies under ::/96 of an IPv6 tree.
  const ipv4Root = ipVersion === 4 ? 0 : walk(walk(walk(0, 0), 0), 0);

  return {
    databaseType: typeof metadata['database_type'] === 'string' ? metadata['database_type'] : 'unnamed',
    buildEpochMs: buildEpochMsOf(metadata),
    find(address) {
      if (address.version === 6 && ipVersion === 4) return null;
      let node = address.version === 4 ? ipv4Root : 0;
      for (const word of address.words) node = walk(node, word);
      if (node === nodeCount) return null;
      if (node < nodeCount || !isInside(node)) throw new Error('the tree does not end at a record');
      return node - nodeCount - separatorLength;
    },
    samples: [...samples],
    read: decode,
  };
}
