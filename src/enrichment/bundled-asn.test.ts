import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { type AsnResponse, Reader } from 'mmdb-lib';
import { expect, it } from 'vitest';
import { addressOf } from '../testkit/enrichment.ts';
import { isMmdbMap, openMmdb } from './mmdb.ts';

it('the bundled file of autonomous systems says what its source says, to the reference reader as well', () => {
  const bytes = readFileSync(new URL('../../data/asn.mmdb', import.meta.url));
  const database = openMmdb(bytes);
  const reference = new Reader<AsnResponse>(bytes);
  const folder = dirname(createRequire(import.meta.url).resolve('@ip-location-db/asn/package.json'));
  const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { version: string };
  // Here because this failed? The package was updated: run `npx tsx scripts/build-asn-mmdb.ts`.
  expect(database.databaseType).toBe(`@ip-location-db/asn ${version}`);

  const asnOf = (text: string) => {
    const offset = database.find(addressOf(text));
    const record = offset === null ? null : database.read(offset);
    return record !== null && isMmdbMap(record) ? record['autonomous_system_number'] : null;
  };
  for (const file of ['asn-ipv4.csv', 'asn-ipv6.csv']) {
    const lines = readFileSync(join(folder, file), 'utf8').split('\n');
    for (let index = 0; index < lines.length; index += 499) {
      const [start = '', end = '', asn] = (lines[index] ?? '').split(',');
      if (start === '') continue;
      const [, , ...withinSlash64] = addressOf(start).words;
      // The file leaves out what is finer than a /64.
      if (withinSlash64.some((word) => word !== 0)) continue;
      for (const text of [start, end]) {
        expect([text, asnOf(text)]).toEqual([text, Number(asn)]);
        expect(reference.get(text)?.autonomous_system_number).toBe(Number(asn));
      }
    }
  }
});
