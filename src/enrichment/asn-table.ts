/**
 * The bundled table from address to autonomous system: sorted ranges in columns, each column of small whole numbers,
 * compressed as one. A file is `magic | SHA-256 of the rest | header length | header as JSON | brotli(columns)`, so that
 * any damage is found before anything is decompressed. IPv6 is kept in units of /64, the smallest network routed.
 */
import { createHash } from 'node:crypto';
import { brotliCompressSync, brotliDecompressSync, constants } from 'node:zlib';
import type { IpAddress } from './address.ts';
import { findRange, type SortedRanges } from './sorted-ranges.ts';

/** A range of addresses and who announces it; ends are inclusive. IPv6 in units of /64. */
export interface AsnRange {
  readonly start: bigint;
  readonly end: bigint;
  readonly asn: number;
}

/** What goes into a table: ranges sorted and disjoint per family, a name for each number. */
export interface AsnTableSource {
  readonly version: string;
  readonly builtAtMs: number;
  readonly ipv4: readonly AsnRange[];
  readonly ipv6: readonly AsnRange[];
  readonly organizations: ReadonlyMap<number, string>;
}

/** Who announces an address. */
export interface AutonomousSystem {
  readonly asn: number;
  readonly asOrganization: string | null;
}

/** A decoded table. */
export interface AsnTable {
  readonly version: string;
  readonly builtAtMs: number;
  readonly rangeCount: number;
  find(address: IpAddress): AutonomousSystem | null;
}

interface Header {
  readonly version: string;
  readonly builtAtMs: number;
  readonly ipv4Count: number;
  readonly ipv6Count: number;
  readonly systemCount: number;
  readonly columnLengths: readonly number[];
}

const magic = Buffer.from('SPASNT1\n', 'latin1');
const digestLength = 32;
const headerStart = magic.length + digestLength + 4;
// Ten times what the table of 2026 holds; a file that says more than this is not one of ours.
const columnsLengthMax = 64 * 1024 * 1024;

/** Whether these bytes claim to be a table of this format (an operator may name an `.mmdb` instead). */
export function isAsnTable(bytes: Buffer): boolean {
  return bytes.subarray(0, magic.length).equals(magic);
}

// Gaps and lengths of ranges are mostly powers of two (networks): those take one byte, the exponent. 255 is zero;
// 128 + exponent means that an odd factor follows in the column of factors.
const zeroMark = 255;
const factorMark = 128;

class ColumnWriter {
  readonly bytes: number[] = [];

  varint(value: bigint): void {
    let rest = value;
    while (rest >= 0x80n) {
      this.bytes.push(Number(rest & 0x7fn) | 0x80);
      rest >>= 7n;
    }
    this.bytes.push(Number(rest));
  }
}

function writeScaled(value: bigint, exponents: ColumnWriter, factors: ColumnWriter): void {
  if (value === 0n) {
    exponents.bytes.push(zeroMark);
    return;
  }
  let exponent = 0;
  let factor = value;
  while ((factor & 1n) === 0n) {
    factor >>= 1n;
    exponent += 1;
  }
  exponents.bytes.push(factor === 1n ? exponent : factorMark | exponent);
  if (factor !== 1n) factors.varint(factor);
}

function writeRanges(ranges: readonly AsnRange[], indexOf: ReadonlyMap<number, number>): ColumnWriter[] {
  const [gaps, gapFactors, lengths, lengthFactors, systems] = Array.from({ length: 5 }, () => new ColumnWriter());
  if (!gaps || !gapFactors || !lengths || !lengthFactors || !systems) throw new Error('five columns were made');
  let next = 0n;
  for (const { start, end, asn } of ranges) {
    if (start < next || end < start) throw new Error(`Ranges are not sorted and disjoint at ${start}.`);
    writeScaled(start - next, gaps, gapFactors);
    writeScaled(end - start + 1n, lengths, lengthFactors);
    systems.varint(BigInt(indexOf.get(asn) ?? 0));
    next = end + 1n;
  }
  return [gaps, gapFactors, lengths, lengthFactors, systems];
}

/** Makes the file. The same source gives the same bytes with the same brotli, and the same columns with any. */
export function encodeAsnTable(source: AsnTableSource): Buffer {
  const uses = new Map<number, number>();
  for (const { asn } of [...source.ipv4, ...source.ipv6]) uses.set(asn, (uses.get(asn) ?? 0) + 1);
  // The most used first, so that most indexes take one or two bytes.
  const systems = [...uses].sort(([a, usesA], [b, usesB]) => usesB - usesA || a - b).map(([asn]) => asn);
  const indexOf = new Map(systems.map((asn, index) => [asn, index]));

  const numbers = new ColumnWriter();
  for (const asn of systems) numbers.varint(BigInt(asn));
  const names = systems.map((asn) => (source.organizations.get(asn) ?? '').replaceAll(/\s+/g, ' ').trim()).join('\n');

  const columns = [...writeRanges(source.ipv4, indexOf), ...writeRanges(source.ipv6, indexOf), numbers].map((column) =>
    Buffer.from(column.bytes),
  );
  columns.push(Buffer.from(names, 'utf8'));

  const header: Header = {
    version: source.version,
    builtAtMs: source.builtAtMs,
    ipv4Count: source.ipv4.length,
    ipv6Count: source.ipv6.length,
    systemCount: systems.length,
    columnLengths: columns.map((column) => column.length),
  };
  const headerBytes = Buffer.from(JSON.stringify(header), 'utf8');
  const headerLength = Buffer.alloc(4);
  headerLength.writeUInt32LE(headerBytes.length);
  const compressed = brotliCompressSync(Buffer.concat(columns), {
    params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_LGWIN]: 24 },
  });
  const rest = Buffer.concat([headerLength, headerBytes, compressed]);
  return Buffer.concat([magic, createHash('sha256').update(rest).digest(), rest]);
}

function columnReader(bytes: Buffer) {
  let at = 0;
  function byte(): number {
    const value = bytes[at];
    if (value === undefined) throw new Error('a column ends too early');
    at += 1;
    return value;
  }
  return {
    byte,
    /** Exact below 2^53. */
    varint(): number {
      let value = 0;
      let scale = 1;
      for (;;) {
        const next = byte();
        value += (next & 0x7f) * scale;
        if (next < 0x80) return value;
        scale *= 0x80;
      }
    },
    bigVarint(): bigint {
      let value = 0n;
      for (let shift = 0n; ; shift += 7n) {
        const next = byte();
        value |= BigInt(next & 0x7f) << shift;
        if (next < 0x80) return value;
      }
    },
  };
}

interface DecodedRanges extends SortedRanges {
  readonly systems: Uint32Array;
}

type Columns = readonly Buffer[];

function five(columns: Columns) {
  const [gaps, gapFactors, lengths, lengthFactors, systems] = columns.map(columnReader);
  if (!gaps || !gapFactors || !lengths || !lengthFactors || !systems) throw new Error('a column is missing');
  return { gaps, gapFactors, lengths, lengthFactors, systems };
}

function readIpv4(columns: Columns, count: number): DecodedRanges {
  const { gaps, gapFactors, lengths, lengthFactors, systems } = five(columns);
  const ranges = {
    width: 1,
    starts: new Uint32Array(count),
    ends: new Uint32Array(count),
    systems: new Uint32Array(count),
  };
  const scaled = (exponents: typeof gaps, factors: typeof gaps): number => {
    const mark = exponents.byte();
    if (mark === zeroMark) return 0;
    return mark < factorMark ? 2 ** mark : factors.varint() * 2 ** (mark - factorMark);
  };
  let next = 0;
  for (let index = 0; index < count; index += 1) {
    const start = next + scaled(gaps, gapFactors);
    next = start + scaled(lengths, lengthFactors);
    ranges.starts[index] = start;
    ranges.ends[index] = next - 1;
    ranges.systems[index] = systems.varint();
  }
  return ranges;
}

function readIpv6(columns: Columns, count: number): DecodedRanges {
  const { gaps, gapFactors, lengths, lengthFactors, systems } = five(columns);
  const ranges = {
    width: 2,
    starts: new Uint32Array(2 * count),
    ends: new Uint32Array(2 * count),
    systems: new Uint32Array(count),
  };
  const scaled = (exponents: typeof gaps, factors: typeof gaps): bigint => {
    const mark = exponents.byte();
    if (mark === zeroMark) return 0n;
    return mark < factorMark ? 1n << BigInt(mark) : factors.bigVarint() << BigInt(mark - factorMark);
  };
  const put = (words: Uint32Array, index: number, value: bigint) => {
    words[2 * index] = Number(value >> 32n);
    words[2 * index + 1] = Number(value & 0xffff_ffffn);
  };
  let next = 0n;
  for (let index = 0; index < count; index += 1) {
    const start = next + scaled(gaps, gapFactors);
    next = start + scaled(lengths, lengthFactors);
    put(ranges.starts, index, start);
    put(ranges.ends, index, next - 1n);
    ranges.systems[index] = systems.varint();
  }
  return ranges;
}

function readNumbers(column: Buffer, count: number): Uint32Array {
  const reader = columnReader(column);
  return Uint32Array.from({ length: count }, () => reader.varint());
}

function nameOffsets(names: Buffer, count: number): Uint32Array {
  const offsets = new Uint32Array(count + 1);
  let at = 0;
  for (let index = 1; index <= count; index += 1) {
    const newline = names.indexOf(0x0a, at);
    at = newline < 0 ? names.length + 1 : newline + 1;
    offsets[index] = at;
  }
  return offsets;
}

/** Reads a table. Throws unless every byte is as it was written. */
export function decodeAsnTable(bytes: Buffer): AsnTable {
  if (!isAsnTable(bytes) || bytes.length < headerStart) throw new Error('it is not a Sallyport ASN table');
  const rest = bytes.subarray(magic.length + digestLength);
  const digest = bytes.subarray(magic.length, magic.length + digestLength);
  if (!createHash('sha256').update(rest).digest().equals(digest)) throw new Error('its checksum does not match');

  const headerEnd = headerStart + bytes.readUInt32LE(headerStart - 4);
  const header = JSON.parse(bytes.toString('utf8', headerStart, headerEnd)) as Header;
  const content = brotliDecompressSync(bytes.subarray(headerEnd), { maxOutputLength: columnsLengthMax });
  let end = 0;
  const columns = header.columnLengths.map((length) => {
    end += length;
    return content.subarray(end - length, end);
  });
  const numberColumn = columns[10];
  const nameColumn = columns[11];
  if (numberColumn === undefined || nameColumn === undefined) throw new Error('a column is missing');

  const ipv4 = readIpv4(columns.slice(0, 5), header.ipv4Count);
  const ipv6 = readIpv6(columns.slice(5, 10), header.ipv6Count);
  const numbers = readNumbers(numberColumn, header.systemCount);
  // A copy: the slice would keep all columns in memory.
  const names = Buffer.from(nameColumn);
  const offsets = nameOffsets(names, header.systemCount);

  return {
    version: header.version,
    builtAtMs: header.builtAtMs,
    rangeCount: header.ipv4Count + header.ipv6Count,
    find(address) {
      const ranges = address.version === 4 ? ipv4 : ipv6;
      const index = findRange(ranges, address.words);
      if (index < 0) return null;
      const system = ranges.systems[index] ?? 0;
      const name = names.toString('utf8', offsets[system], (offsets[system + 1] ?? 1) - 1);
      return { asn: numbers[system] ?? 0, asOrganization: name === '' ? null : name };
    },
  };
}
