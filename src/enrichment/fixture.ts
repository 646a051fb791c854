/** For the tests of this folder only: a MaxMind DB writer, a runtime whose timers are rung by hand, a scratch folder. */
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Runtime } from '../runtime/runtime.ts';
import { type IpAddress, parseAddress } from './address.ts';
import type { EnrichmentProblem } from './unknown.ts';

/** An address that must be one. */
export function addressOf(text: string): IpAddress {
  const address = parseAddress(text);
  if (address === null) throw new Error(`${text} is not an address.`);
  return address;
}

/** A runtime at a fixed instant. `ring` runs what the timers would have run after their interval. */
export function testClockAndTimers(nowMs = Date.UTC(2026, 6, 1)) {
  const runs = new Set<() => Promise<void> | void>();
  const runtime: Pick<Runtime, 'clock' | 'timers'> = {
    clock: { now: () => nowMs, anchorTo: () => undefined },
    timers: {
      every(_intervalMs, run) {
        runs.add(run);
        return () => runs.delete(run);
      },
      wait: () => Promise.resolve(),
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

/** Collects what an operator would have been told. */
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

/** What the writer can write. */
export type FixtureValue =
  string | number | boolean | readonly FixtureValue[] | { readonly [key: string]: FixtureValue };

/** What a database of the tests holds: networks as CIDR text, each with a record. */
export interface FixtureDatabase {
  readonly records: Readonly<Record<string, FixtureValue>>;
  readonly ipVersion?: 4 | 6;
  readonly recordSize?: 24 | 28 | 32;
  readonly databaseType?: string;
  readonly builtAtMs?: number;
}

function control(type: number, size: number): Buffer {
  const [sizeBits, sizeBytes] =
    size < 29 ? [size, []] : size < 285 ? [29, [size - 29]] : [30, [(size - 285) >> 8, (size - 285) & 0xff]];
  return Buffer.from(type < 8 ? [(type << 5) | sizeBits, ...sizeBytes] : [sizeBits, type - 7, ...sizeBytes]);
}

function encode(value: FixtureValue): Buffer {
  if (typeof value === 'string') {
    const bytes = Buffer.from(value, 'utf8');
    return Buffer.concat([control(2, bytes.length), bytes]);
  }
  if (typeof value === 'boolean') return control(14, value ? 1 : 0);
  if (typeof value === 'number') {
    if (Number.isInteger(value) && value >= 0 && value <= 0xffff_ffff) {
      const bytes = Buffer.alloc(4);
      bytes.writeUInt32BE(value);
      return Buffer.concat([control(6, 4), bytes]);
    }
    const bytes = Buffer.alloc(8);
    bytes.writeDoubleBE(value);
    return Buffer.concat([control(3, 8), bytes]);
  }
  if (Array.isArray(value)) return Buffer.concat([control(11, value.length), ...value.map(encode)]);
  const entries = Object.entries(value);
  return Buffer.concat([control(7, entries.length), ...entries.flatMap(([key, item]) => [encode(key), encode(item)])]);
}

function uint(type: 5 | 6 | 9, value: number): Buffer {
  const length = type === 5 ? 2 : type === 6 ? 4 : 8;
  const bytes = Buffer.alloc(length);
  bytes.writeUIntBE(value, Math.max(0, length - 6), Math.min(6, length));
  return Buffer.concat([control(type, length), bytes]);
}

interface Node {
  children: [Node | number | null, Node | number | null];
}

/** Frames a finished tree and data section: for databases that no honest writer would make. */
export function frameMmdb(
  tree: Buffer,
  data: Buffer,
  nodeCount: number,
  options: Partial<FixtureDatabase> = {},
): Buffer {
  const { ipVersion = 6, recordSize = 24, databaseType = 'Test', builtAtMs = Date.UTC(2026, 5, 1) } = options;
  const fields: [string, Buffer][] = [
    ['node_count', uint(6, nodeCount)],
    ['record_size', uint(5, recordSize)],
    ['ip_version', uint(5, ipVersion)],
    ['database_type', encode(databaseType)],
    ['binary_format_major_version', uint(5, 2)],
    ['binary_format_minor_version', uint(5, 0)],
    ['build_epoch', uint(9, builtAtMs / 1000)],
    ['languages', encode([])],
    ['description', encode({ en: 'for tests' })],
  ];
  const metadata = Buffer.concat([
    control(7, fields.length),
    ...fields.flatMap(([key, value]) => [encode(key), value]),
  ]);
  const marker = Buffer.from('\xab\xcd\xefMaxMind.com', 'latin1');
  return Buffer.concat([tree, Buffer.alloc(16), data, marker, metadata]);
}

/** Writes a database of the MaxMind DB format 2.0. */
export function writeMmdb(database: FixtureDatabase): Buffer {
  const { ipVersion = 6, recordSize = 24 } = database;
  const root: Node = { children: [null, null] };
  const data: Buffer[] = [];
  let dataLength = 0;
  for (const [network, record] of Object.entries(database.records)) {
    const [text = '', length = ''] = network.split('/');
    const address = addressOf(text);
    const isPadded = ipVersion === 6 && address.version === 4;
    const words = isPadded ? [0, 0, 0, ...address.words] : address.words;
    const depth = Number(length) + (isPadded ? 96 : 0);
    let node = root;
    for (let bit = 0; bit < depth; bit += 1) {
      const side = ((words[bit >> 5] ?? 0) >>> (31 - (bit & 31))) & 1;
      const next = node.children[side];
      if (bit === depth - 1) node.children[side] = dataLength;
      else if (typeof next === 'object' && next !== null) node = next;
      else {
        const fresh: Node = { children: [null, null] };
        node.children[side] = fresh;
        node = fresh;
      }
    }
    const bytes = encode(record);
    data.push(bytes);
    dataLength += bytes.length;
  }

  const nodes: Node[] = [root];
  const indexOf = new Map<Node, number>([[root, 0]]);
  for (const node of nodes) {
    for (const next of node.children) {
      if (typeof next !== 'object' || next === null) continue;
      indexOf.set(next, nodes.length);
      nodes.push(next);
    }
  }
  const valueOf = (next: Node | number | null): number => {
    if (next === null) return nodes.length;
    return typeof next === 'number' ? nodes.length + 16 + next : (indexOf.get(next) ?? 0);
  };
  const tree = Buffer.alloc((nodes.length * recordSize) / 4);
  nodes.forEach((node, index) => {
    const at = (index * recordSize) / 4;
    const [left, right] = [valueOf(node.children[0]), valueOf(node.children[1])];
    if (recordSize === 28) {
      tree.writeUIntBE(left & 0xff_ffff, at, 3);
      tree[at + 3] = ((left >>> 24) << 4) | (right >>> 24);
      tree.writeUIntBE(right & 0xff_ffff, at + 4, 3);
    } else {
      tree.writeUIntBE(left, at, recordSize / 8);
      tree.writeUIntBE(right, at + recordSize / 8, recordSize / 8);
    }
  });
  return frameMmdb(tree, Buffer.concat(data), nodes.length, database);
}

/** A city record as MaxMind writes it. */
export function cityRecord(countryCode: string, city: string, latitude: number, longitude: number): FixtureValue {
  return {
    city: { names: { de: `${city} (de)`, en: city } },
    country: { iso_code: countryCode, names: { en: countryCode } },
    // Never whole numbers, which the writer would store as integers.
    location: { latitude: latitude + 0.25, longitude: longitude + 0.25 },
  };
}
