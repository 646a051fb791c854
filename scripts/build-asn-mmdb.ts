/**
 * Creates `data/asn.mmdb` from the package `@ip-location-db/asn`: `npx tsx scripts/build-asn-mmdb.ts`. With `--check`
 * it only reports whether the committed file matches the installed package. The file depends only on the package's
 * content: its date is taken from the package's version.
 */
import { createReadStream } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { encodeMmdb, type MmdbNetwork } from './write-mmdb.ts';

const packageName = '@ip-location-db/asn';
const target = fileURLToPath(new URL('../data/asn.mmdb', import.meta.url));
const folder = dirname(createRequire(import.meta.url).resolve(`${packageName}/package.json`));
const organizations = new Map<number, string>();

/** Addresses announced by one system; both ends are inclusive. */
interface AsnRange {
  readonly start: bigint;
  readonly end: bigint;
  readonly asn: number;
}

/** `start,end,number,name`, the name quoted if it contains a comma or a quote. */
function parseLine(line: string): { start: bigint; end: bigint; asn: number; name: string } {
  const [, start, end, asn, quoted, plain] = /^(\d+),(\d+),(\d+),(?:"((?:[^"]|"")*)"|([^"]*))$/.exec(line) ?? [];
  if (start === undefined || end === undefined || asn === undefined) throw new Error(`Not a line of the data: ${line}`);
  const name = quoted === undefined ? (plain ?? '') : quoted.replaceAll('""', '"');
  return { start: BigInt(start), end: BigInt(end), asn: Number(asn), name };
}

async function readRanges(file: string, bitsLeftOut: bigint): Promise<AsnRange[]> {
  const ranges: { start: bigint; end: bigint; asn: number }[] = [];
  const unit = 1n << bitsLeftOut;
  let leftOut = 0;
  for await (const line of createInterface({ input: createReadStream(join(folder, file)) })) {
    if (line === '') continue;
    const row = parseLine(line);
    // Only whole /64 networks: a finer range is a router's link, not a place with users.
    const start = (row.start + unit - 1n) >> bitsLeftOut;
    const end = ((row.end + 1n) >> bitsLeftOut) - 1n;
    if (end < start) {
      leftOut += 1;
      continue;
    }
    const name = row.name.replaceAll(/\s+/g, ' ').trim();
    if (name !== '') organizations.set(row.asn, name);
    const last = ranges.at(-1);
    if (last !== undefined && start <= last.start) throw new Error(`The data is not sorted at: ${line}`);
    // The data of June 2026 contains one overlap; the range that starts later is the more specific one.
    if (last !== undefined && last.end >= start) last.end = start - 1n;
    if (last !== undefined && last.asn === row.asn && last.end + 1n === start) last.end = end;
    else ranges.push({ start, end, asn: row.asn });
  }
  console.log(`${file}: ${ranges.length} ranges, ${leftOut} finer than a /64 left out.`);
  return ranges;
}

/** The smallest set of networks that covers the ranges, whose numbers have `bits` bits. */
function* networksOf(ranges: readonly AsnRange[], bits: 32 | 64): Generator<MmdbNetwork> {
  for (const { start, end, asn } of ranges) {
    const organization = organizations.get(asn);
    const record = {
      autonomous_system_number: asn,
      ...(organization === undefined ? {} : { autonomous_system_organization: organization }),
    };
    for (let at = start; at <= end;) {
      // The largest network that begins here and ends within the range.
      let length: number = bits;
      while (length > 0 && at % sizeOf(length - 1) === 0n && at + sizeOf(length - 1) - 1n <= end) length -= 1;
      yield { words: wordsOf(at), length, record };
      at += sizeOf(length);
    }
  }
  function sizeOf(length: number): bigint {
    return 1n << BigInt(bits - length);
  }
  function wordsOf(at: bigint): readonly number[] {
    return bits === 32 ? [Number(at)] : [Number(at >> 32n), Number(at & 0xffff_ffffn), 0, 0];
  }
}

const { version } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as { version: string };
// Versions look like 2.3.2026061719: year, month, day, hour (UTC) of the build.
const [, year, month, day, hour] = /\.(\d{4})(\d{2})(\d{2})(\d{2})$/.exec(version) ?? [];
if (hour === undefined) throw new Error(`The version ${version} holds no date.`);
const ipv4 = await readRanges('asn-ipv4-num.csv', 0n);
const ipv6 = await readRanges('asn-ipv6-num.csv', 64n);
const database = encodeMmdb([...networksOf(ipv4, 32), ...networksOf(ipv6, 64)], {
  databaseType: `${packageName} ${version}`,
  builtAtMs: Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour)),
  description: 'Made by Sallyport from RouteViews, NRO and DB-IP data, CC BY 4.0: see NOTICE beside this file',
});

if (process.argv.includes('--check')) {
  const isCurrent = await readFile(target).then(
    (committed) => committed.equals(database),
    () => false,
  );
  console.log(
    isCurrent ? `${target} is current.` : `${target} is not what ${version} gives: run this without --check.`,
  );
  process.exitCode = isCurrent ? 0 : 1;
} else {
  await writeFile(target, database);
  console.log(`${target}: ${organizations.size} systems, ${database.length} bytes.`);
}
