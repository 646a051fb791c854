/**
 * Writes the MaxMind DB format 2.0 (https://maxmind.github.io/MaxMind-DB/): for the bundled data, and for the tests of
 * the reader. Not part of the product.
 */
import { parseAddress } from '../src/enrichment/address.ts';

/** A value that a record can contain. */
export type MmdbRecord = string | number | boolean | readonly MmdbRecord[] | { readonly [key: string]: MmdbRecord };

/** A network and its record. Networks must not overlap. */
export interface MmdbNetwork {
  /** The address in words of 32 bits: one for IPv4, four for IPv6. */
  readonly words: readonly number[];
  /** The number of leading bits that the network fixes. */
  readonly length: number;
  readonly record: MmdbRecord;
}

/** The metadata; the defaults are for tests. */
export interface MmdbFrame {
  readonly ipVersion?: 4 | 6;
  readonly recordSize?: 24 | 28 | 32;
  readonly databaseType?: string;
  readonly builtAtMs?: number;
  readonly description?: string;
}

// A branch of the tree leads to a node (its number), to nothing, or to a record (`recordMark` minus its offset).
const nothing = -1;
const recordMark = -2;
const separatorLength = 16;

/** Writes a database of networks in CIDR notation. */
export function writeMmdb({
  records,
  ...frame
}: MmdbFrame & { readonly records: Readonly<Record<string, MmdbRecord>> }): Buffer {
  const networks = Object.entries(records).map(([network, record]) => {
    const [text = '', length] = network.split('/');
    const address = parseAddress(text);
    if (address === null) throw new Error(`${text} is not an address.`);
    return { words: address.words, length: Number(length), record };
  });
  return encodeMmdb(networks, frame);
}

/** Writes a database. The same networks in the same order give the same bytes. */
export function encodeMmdb(networks: Iterable<MmdbNetwork>, frame: MmdbFrame = {}): Buffer {
  const { ipVersion = 6, recordSize = 24 } = frame;
  const data = dataSection();
  // Two branches for each node; the root is node 0.
  const branches = [nothing, nothing];
  for (const { words, length, record } of networks) {
    // IPv4 is under ::/96 of an IPv6 tree.
    const isPadded = ipVersion === 6 && words.length === 1;
    const path = isPadded ? [0, 0, 0, ...words] : words;
    const depth = isPadded ? 96 + length : length;
    let at = 0;
    for (let bit = 0; bit < depth; bit += 1) {
      at += ((path[bit >> 5] ?? 0) >>> (31 - (bit & 31))) & 1;
      if (bit === depth - 1) branches[at] = recordMark - data.offsetOf(record);
      else {
        if ((branches[at] ?? nothing) < 0) {
          branches[at] = branches.length / 2;
          branches.push(nothing, nothing);
        }
        at = 2 * (branches[at] ?? 0);
      }
    }
  }

  const nodeCount = branches.length / 2;
  const tree = Buffer.alloc((nodeCount * recordSize) / 4);
  const valueOf = (branch = nothing) => {
    const value = branch >= 0 ? branch : nodeCount + (branch === nothing ? 0 : separatorLength + recordMark - branch);
    if (value >= 2 ** recordSize) throw new RangeError(`The database is too large for records of ${recordSize} bits.`);
    return value;
  };
  for (let node = 0; node < nodeCount; node += 1) {
    const at = (node * recordSize) / 4;
    const [left, right] = [valueOf(branches[2 * node]), valueOf(branches[2 * node + 1])];
    if (recordSize === 28) {
      tree.writeUIntBE(left & 0xff_ffff, at, 3);
      tree[at + 3] = ((left >>> 24) << 4) | (right >>> 24);
      tree.writeUIntBE(right & 0xff_ffff, at + 4, 3);
    } else {
      tree.writeUIntBE(left, at, recordSize / 8);
      tree.writeUIntBE(right, at + recordSize / 8, recordSize / 8);
    }
  }
  return frameMmdb(tree, data.bytes(), nodeCount, frame);
}

/** Assembles a file from a finished tree and data section. For tests, which may pass invalid ones. */
export function frameMmdb(tree: Buffer, data: Buffer, nodeCount: number, frame: MmdbFrame = {}): Buffer {
  const { ipVersion = 6, recordSize = 24, databaseType = 'Test', builtAtMs = Date.UTC(2026, 5, 1) } = frame;
  const fields: [string, Buffer][] = [
    ['node_count', uint(6, nodeCount)],
    ['record_size', uint(5, recordSize)],
    ['ip_version', uint(5, ipVersion)],
    ['database_type', encode(databaseType)],
    ['binary_format_major_version', uint(5, 2)],
    ['binary_format_minor_version', uint(5, 0)],
    ['build_epoch', uint(9, builtAtMs / 1000)],
    ['languages', encode([])],
    ['description', encode({ en: frame.description ?? 'for tests' })],
  ];
  const metadata = Buffer.concat([
    control(7, fields.length),
    ...fields.flatMap(([key, value]) => [encode(key), value]),
  ]);
  const marker = Buffer.from('\xab\xcd\xefMaxMind.com', 'latin1');
  return Buffer.concat([tree, Buffer.alloc(separatorLength), data, marker, metadata]);
}

/** The records one after another. Equal records are written once, and so are the names of their members. */
function dataSection() {
  const parts: Buffer[] = [];
  let size = 0;
  const offsets = new Map<string, number>();
  const keys = new Map<string, number>();
  const put = (bytes: Buffer) => {
    parts.push(bytes);
    size += bytes.length;
  };
  function putKey(key: string): void {
    const offset = keys.get(key);
    if (offset !== undefined) return put(Buffer.from([0x20 | (offset >> 8), offset & 0xff]));
    // If it were further ahead, a pointer would need more bytes.
    if (size < 2_048) keys.set(key, size);
    put(encode(key));
  }
  return {
    offsetOf(record: MmdbRecord): number {
      const text = JSON.stringify(record);
      const known = offsets.get(text);
      if (known !== undefined) return known;
      const offset = size;
      offsets.set(text, offset);
      if (isMap(record)) {
        const entries = Object.entries(record);
        put(control(7, entries.length));
        for (const [key, value] of entries) {
          putKey(key);
          put(encode(value));
        }
      } else put(encode(record));
      return offset;
    },
    bytes: () => Buffer.concat(parts),
  };
}

function isMap(value: MmdbRecord): value is { readonly [key: string]: MmdbRecord } {
  return typeof value === 'object' && !Array.isArray(value);
}

function control(type: number, size: number): Buffer {
  const [sizeBits, sizeBytes] =
    size < 29 ? [size, []] : size < 285 ? [29, [size - 29]] : [30, [(size - 285) >> 8, (size - 285) & 0xff]];
  return Buffer.from(type < 8 ? [(type << 5) | sizeBits, ...sizeBytes] : [sizeBits, type - 7, ...sizeBytes]);
}

function encode(value: MmdbRecord): Buffer {
  if (typeof value === 'string') {
    const bytes = Buffer.from(value, 'utf8');
    return Buffer.concat([control(2, bytes.length), bytes]);
  }
  if (typeof value === 'boolean') return control(14, value ? 1 : 0);
  if (typeof value === 'number') {
    if (Number.isInteger(value) && value >= 0 && value <= 0xffff_ffff) return uint(6, value);
    const bytes = Buffer.alloc(8);
    bytes.writeDoubleBE(value);
    return Buffer.concat([control(3, 8), bytes]);
  }
  if (!isMap(value)) return Buffer.concat([control(11, value.length), ...value.map(encode)]);
  const entries = Object.entries(value);
  return Buffer.concat([control(7, entries.length), ...entries.flatMap(([key, item]) => [encode(key), encode(item)])]);
}

function uint(type: 5 | 6 | 9, value: number): Buffer {
  const length = type === 5 ? 2 : type === 6 ? 4 : 8;
  const bytes = Buffer.alloc(length);
  bytes.writeUIntBE(value, Math.max(0, length - 6), Math.min(6, length));
  return Buffer.concat([control(type, length), bytes]);
}
