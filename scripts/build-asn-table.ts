/**
 * Makes `data/asn-table.bin` from the package `@ip-location-db/asn`: `npx tsx scripts/build-asn-table.ts`. With
 * `--check` it only says whether the committed table is what the installed package gives. The table depends on nothing
 * but the package's content: its date is taken from the package's version.
 */
import { createReadStream } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { type AsnRange, encodeAsnTable } from '../src/enrichment/asn-table.ts';

const packageName = '@ip-location-db/asn';
const target = fileURLToPath(new URL('../data/asn-table.bin', import.meta.url));
const folder = dirname(createRequire(import.meta.url).resolve(`${packageName}/package.json`));
const organizations = new Map<number, string>();

/** `start,end,number,name`, the name quoted when it holds a comma or a quote. */
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
    // Only whole units: a range finer than a /64 is a router's link, not a place where people are.
    const start = (row.start + unit - 1n) >> bitsLeftOut;
    const end = ((row.end + 1n) >> bitsLeftOut) - 1n;
    if (end < start) {
      leftOut += 1;
      continue;
    }
    if (row.name !== '') organizations.set(row.asn, row.name);
    const last = ranges.at(-1);
    if (last !== undefined && start <= last.start) throw new Error(`The data is not sorted at: ${line}`);
    // The data of June 2026 holds one overlap; the range that starts later is the narrower statement.
    if (last !== undefined && last.end >= start) last.end = start - 1n;
    if (last !== undefined && last.asn === row.asn && last.end + 1n === start) last.end = end;
    else ranges.push({ start, end, asn: row.asn });
  }
  console.log(`${file}: ${ranges.length} ranges, ${leftOut} finer than a /64 left out.`);
  return ranges;
}

const { version } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as { version: string };
// Versions look like 2.3.2026061719: year, month, day, hour (UTC) of the build.
const [, year, month, day, hour] = /\.(\d{4})(\d{2})(\d{2})(\d{2})$/.exec(version) ?? [];
if (hour === undefined) throw new Error(`The version ${version} holds no date.`);
const table = encodeAsnTable({
  version: `${packageName} ${version}`,
  builtAtMs: Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour)),
  ipv4: await readRanges('asn-ipv4-num.csv', 0n),
  ipv6: await readRanges('asn-ipv6-num.csv', 64n),
  organizations,
});

if (process.argv.includes('--check')) {
  const isCurrent = await readFile(target).then(
    (committed) => committed.equals(table),
    () => false,
  );
  console.log(
    isCurrent ? `${target} is current.` : `${target} is not what ${version} gives: run this without --check.`,
  );
  process.exitCode = isCurrent ? 0 : 1;
} else {
  await writeFile(target, table);
  console.log(`${target}: ${organizations.size} systems, ${table.length} bytes.`);
}
