import { copyFile, rename, rm, utimes, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { writeMmdb } from '../../scripts/write-mmdb.ts';
import { addressOf, cityRecord, problemLog, scratchFolder, testClockAndTimers } from '../testkit/enrichment.ts';
import { countryCentroids } from './country-centroids.ts';
import { type IpLocationOptions, openIpLocation } from './ip-location.ts';

const bundledPath = createRequire(import.meta.url).resolve(
  '@ip-location-db/geo-whois-asn-country-mmdb/geo-whois-asn-country.mmdb',
);
const google = addressOf('8.8.8.8');
const nothing = { country: null, place: null, network: null };

const cityOf = (city: string, countryCode = 'US') =>
  writeMmdb({ records: { '8.8.8.0/24': cityRecord(countryCode, city, 37, -122) }, databaseType: 'Test-City' });

async function open(options: IpLocationOptions) {
  const clock = testClockAndTimers();
  const log = problemLog();
  const locator = await openIpLocation(options, clock.runtime, log.onProblem);
  return { locator, problems: log.problems, ring: clock.ring, timerCount: clock.timerCount };
}

describe('the place of an address', () => {
  it('comes from the bundled files, by the middle of the country', async () => {
    const { locator, problems } = await open({});
    expect(locator.locate(google)).toEqual({
      country: { countryCode: 'US' },
      place: { latitude: 39.5, longitude: -98.4, precision: 'country', city: null },
      network: { asn: 15169, asOrganization: 'Google LLC' },
    });
    expect(locator.locate(addressOf('::ffff:8.8.8.8'))).toEqual(locator.locate(google));
    expect(locator.locate(addressOf('2001:4860:4860::8888'))).toMatchObject({
      country: { countryCode: 'US' },
      network: { asn: 15169 },
    });
    expect(locator.locate(addressOf('175.45.176.1')).country).toEqual({ countryCode: 'KP' });
    expect(problems).toEqual([]);
  });

  it('is null for no address, and for addresses that are nowhere', async () => {
    const { locator } = await open({});
    expect(locator.locate(null)).toEqual(nothing);
    for (const text of ['10.0.0.1', '127.0.0.1', '192.0.2.1', '::1', 'fd00::1', '2001:db8::1', '255.255.255.255']) {
      expect(locator.locate(addressOf(text))).toEqual(nothing);
    }
  });

  it('is null where no file is configured, and where the files do not know the address', async () => {
    const none = await open({ countryPath: null, asnPath: null });
    expect(none.locator.locate(google)).toEqual(nothing);
    expect(none.locator.sources().map(({ state }) => state)).toEqual(['missing', 'missing', 'missing']);
    const { put } = await scratchFolder();
    const path = await put('c.mmdb', writeMmdb({ records: { '9.0.0.0/8': { country_code: 'DE' } } }));
    const other = await open({ countryPath: path, asnPath: null });
    expect(other.locator.locate(google)).toEqual(nothing);
  });

  it('F30: is unknown, not null, where a configured file cannot be used', async () => {
    const { folder, put } = await scratchFolder();
    const garbage = await put('garbage', 'not a database');
    const empty = await put('empty', '');
    const absent = join(folder, 'absent.mmdb');
    for (const path of [garbage, empty, absent, folder]) {
      const { locator, problems } = await open({ countryPath: path, asnPath: path, cityPath: path });
      expect(locator.locate(google)).toEqual({ country: 'unknown', place: 'unknown', network: 'unknown' });
      expect(locator.locate(addressOf('10.0.0.1'))).toEqual(nothing);
      expect(locator.locate(null)).toEqual(nothing);
      expect(problems.map(({ source }) => source)).toEqual(['country', 'asn', 'city']);
      expect(locator.sources().every(({ state, problem }) => state === 'broken' && problem !== null)).toBe(true);
    }
  });

  it('F30: is unknown for the damaged part of a file only, and the operator hears of it once', async () => {
    const { put } = await scratchFolder();
    // Not the addresses that are tried when a file is opened: damage there has the whole file refused.
    const records = { '4.4.4.0/24': { country_code: 'US' }, '5.5.5.0/24': { country_code: 'DE' } };
    const bytes = writeMmdb({ records, ipVersion: 4 });
    let damagedSeen = 0;
    const treeEnd = bytes.indexOf('country_code') - 18;
    for (let at = 0; at < treeEnd; at += 3) {
      const damaged = Buffer.from(bytes);
      // A record that points back to the root is within all bounds, so only a look-up can notice it.
      damaged.writeUIntBE(0, at, 3);
      const { locator, problems } = await open({ countryPath: await put('damaged', damaged), asnPath: null });
      const answers = ['4.4.4.4', '4.4.4.4', '5.5.5.5'].map((text) => locator.locate(addressOf(text)).country);
      if (locator.sources()[0]?.state !== 'ok' || !answers.includes('unknown')) continue;
      damagedSeen += 1;
      expect(problems).toHaveLength(1);
      expect(problems[0]?.message).toContain('look-up');
    }
    expect(damagedSeen).toBeGreaterThan(0);
  });

  it('F30: never throws and never names a country that is none, whatever bytes of the file are flipped', async () => {
    const { put } = await scratchFolder();
    const whole = cityOf('Here');
    const flip = fc.tuple(fc.nat(whole.length - 1), fc.integer({ min: 1, max: 255 }));
    await fc.assert(
      fc.asyncProperty(fc.array(flip, { minLength: 1, maxLength: 8 }), fc.nat(40), async (flips, cut) => {
        const damaged = Buffer.from(whole.subarray(0, whole.length - (cut > 20 ? cut : 0)));
        for (const [at, mask] of flips) if (at < damaged.length) damaged[at] = (damaged[at] ?? 0) ^ mask;
        const path = await put('fuzz.mmdb', damaged);
        const { locator } = await open({ countryPath: path, cityPath: path, asnPath: path });
        const { country, place } = locator.locate(google);
        if (country !== null && country !== 'unknown') expect(countryCentroids.has(country.countryCode)).toBe(true);
        if (place !== null && place !== 'unknown') expect(Math.abs(place.latitude)).toBeLessThanOrEqual(90);
      }),
      { numRuns: 300 },
    );
  });

  it('comes from a city file when there is one, and its country wins over the bundled one', async () => {
    const { put } = await scratchFolder();
    const cityPath = await put('city.mmdb', cityOf('Toronto', 'CA'));
    const { locator } = await open({ cityPath });
    expect(locator.locate(google)).toMatchObject({
      country: { countryCode: 'CA' },
      place: { latitude: 37.25, longitude: -121.75, precision: 'city', city: 'Toronto' },
    });
    // Not in the city file: the rest of the world has the middle of its country.
    expect(locator.locate(addressOf('133.11.0.1'))).toMatchObject({
      country: { countryCode: 'JP' },
      place: { precision: 'country' },
    });
  });

  it('has the country of the file that the operator chose for countries, whatever the city file says', async () => {
    const { put } = await scratchFolder();
    const cityPath = await put('city.mmdb', cityOf('Toronto', 'CA'));
    const countryPath = await put('country.mmdb', writeMmdb({ records: { '8.8.8.0/24': { country: 'nz' } } }));
    const { locator } = await open({ cityPath, countryPath });
    expect(locator.locate(google).country).toEqual({ countryCode: 'NZ' });
  });

  it('F30: with a broken city file is unknown, so that a journey is never certain not to have happened', async () => {
    const { put } = await scratchFolder();
    const { locator } = await open({ cityPath: await put('city.mmdb', 'broken') });
    expect(locator.locate(google)).toMatchObject({ country: { countryCode: 'US' }, place: 'unknown' });
  });

  it('has no country for codes of no single country, and is unknown for a code that is none', async () => {
    const { put } = await scratchFolder();
    const records = { '8.8.8.0/24': { country_code: 'EU' }, '9.9.9.0/24': { country_code: 'US' } };
    const { locator } = await open({ countryPath: await put('eu.mmdb', writeMmdb({ records })) });
    expect(locator.locate(google)).toMatchObject({ country: null, place: null });
    const damaged = writeMmdb({ records: { ...records, '4.4.4.0/24': { country_code: 'Q#' } } });
    const partly = await open({ countryPath: await put('damaged.mmdb', damaged) });
    expect(partly.locator.locate(addressOf('4.4.4.4')).country).toBe('unknown');
    expect(partly.locator.locate(addressOf('9.9.9.9')).country).toEqual({ countryCode: 'US' });
  });

  it('takes networks from an .mmdb that the operator chose', async () => {
    const { put } = await scratchFolder();
    const system = { autonomous_system_number: 64512, autonomous_system_organization: 'Example' };
    const { locator } = await open({ asnPath: await put('asn.mmdb', writeMmdb({ records: { '8.0.0.0/8': system } })) });
    expect(locator.locate(google).network).toEqual({ asn: 64512, asOrganization: 'Example' });
  });
});

describe('a data file that changes', () => {
  it('F30: is taken into use within a check, whole', async () => {
    const { put } = await scratchFolder();
    const cityPath = await put('city.mmdb', cityOf('Before'));
    const { locator, ring } = await open({ cityPath });
    await put('city.mmdb', cityOf('After'));
    expect(locator.locate(google).place).toMatchObject({ city: 'Before' });
    await ring();
    expect(locator.locate(google).place).toMatchObject({ city: 'After' });
  });

  it('F30: is noticed even if length and time of modification are as before', async () => {
    const { folder, put } = await scratchFolder();
    const cityPath = await put('city.mmdb', cityOf('One'));
    const { locator, ring } = await open({ cityPath });
    const { atime, mtime } = await stat(cityPath);
    const fresh = await put('fresh.mmdb', cityOf('Two'));
    await utimes(fresh, atime, mtime);
    await rename(fresh, join(folder, 'city.mmdb'));
    await ring();
    expect(locator.locate(google).place).toMatchObject({ city: 'Two' });
  });

  it.each([
    ['truncated', cityOf('After').subarray(0, 200)],
    ['empty', Buffer.alloc(0)],
    ['something else', Buffer.from('<html>Quota exceeded</html>')],
  ])('F30: to %s leaves the last good content in use and says so once', async (_name, content) => {
    const { put } = await scratchFolder();
    const cityPath = await put('city.mmdb', cityOf('Before'));
    const { locator, problems, ring } = await open({ cityPath });
    await put('city.mmdb', content);
    await ring();
    await ring();
    expect(locator.locate(google).place).toMatchObject({ city: 'Before' });
    expect(problems).toHaveLength(1);
    expect(problems[0]?.message).toContain('last good content');
    expect(locator.sources()[2]).toMatchObject({ state: 'ok', problem: problems[0]?.message });
    await put('city.mmdb', cityOf('Repaired'));
    await ring();
    expect(locator.locate(google).place).toMatchObject({ city: 'Repaired' });
    expect(locator.sources()[2]).toMatchObject({ state: 'ok', problem: null });
  });

  it('F30: by being deleted leaves the last good content in use, and is found again when it is back', async () => {
    const { folder, put } = await scratchFolder();
    const cityPath = await put('city.mmdb', cityOf('Before'));
    const { locator, problems, ring } = await open({ cityPath });
    await rm(cityPath);
    await ring();
    await ring();
    expect(locator.locate(google).place).toMatchObject({ city: 'Before' });
    expect(problems).toHaveLength(1);
    await copyFile(await put('new.mmdb', cityOf('Back')), join(folder, 'city.mmdb'));
    await ring();
    expect(locator.locate(google).place).toMatchObject({ city: 'Back' });
  });

  it('F30: from broken to whole ends the unknown', async () => {
    const { put } = await scratchFolder();
    const cityPath = await put('city.mmdb', 'broken');
    const { locator, ring } = await open({ cityPath });
    expect(locator.locate(google).place).toBe('unknown');
    await put('city.mmdb', cityOf('Here'));
    await ring();
    expect(locator.locate(google).place).toMatchObject({ city: 'Here' });
  });

  it('F30: under load gives every answer from one content or the other, never from a mixture', async () => {
    const { folder, put } = await scratchFolder();
    const cityPath = await put('city.mmdb', cityOf('CA-city', 'CA'));
    const { locator, problems } = await open({ cityPath, countryPath: null, asnPath: null });
    for (let round = 0; round < 30; round += 1) {
      const code = round % 2 === 0 ? 'MX' : 'CA';
      await rename(await put('next.mmdb', cityOf(`${code}-city`, code)), join(folder, 'city.mmdb'));
      const reloading = locator.reload();
      for (let index = 0; index < 200; index += 1) {
        const { country, place } = locator.locate(google);
        if (country === null || country === 'unknown' || place === null || place === 'unknown')
          throw new Error('a gap');
        expect(place.city).toBe(`${country.countryCode}-city`);
        if (index % 20 === 0) await Promise.resolve();
      }
      await reloading;
      expect(locator.locate(google).country).toEqual({ countryCode: code });
    }
    expect(problems).toEqual([]);
  });

  it('is not watched any more after close', async () => {
    const { locator, timerCount } = await open({});
    expect(timerCount()).toBe(1);
    locator.close();
    expect(timerCount()).toBe(0);
  });
});

describe('the sources', () => {
  it('F30: tell the age of the data', async () => {
    const { put } = await scratchFolder();
    const builtAtMs = Date.UTC(2026, 5, 1);
    const bytes = writeMmdb({ records: { '8.0.0.0/8': { country_code: 'US' } }, builtAtMs, databaseType: 'Mine' });
    const { locator } = await open({ countryPath: await put('mine.mmdb', bytes) });
    expect(locator.sources()[0]).toEqual({
      name: 'country',
      state: 'ok',
      version: 'mine.mmdb (Mine)',
      builtAt: '2026-06-01T00:00:00.000Z',
      ageDays: 30,
      problem: null,
    });
  });

  it('say ok for a copy of the bundled file that the operator names', async () => {
    const { put } = await scratchFolder();
    const copy = await put('copy.mmdb', Buffer.alloc(0));
    await copyFile(bundledPath, copy);
    const { locator } = await open({ countryPath: copy });
    expect(locator.sources()[0]?.state).toBe('ok');
  });
});

describe('the middles of countries', () => {
  it('are on the globe and cover every country that the bundled file names', async () => {
    for (const [code, [latitude, longitude]] of countryCentroids) {
      expect(code).toMatch(/^[A-Z]{2}$/);
      expect(Math.abs(latitude)).toBeLessThanOrEqual(90);
      expect(Math.abs(longitude)).toBeLessThanOrEqual(180);
    }
    expect(countryCentroids.size).toBe(250);
    const { locator, problems } = await open({});
    fc.assert(
      fc.property(fc.ipV4(), (text) => locator.locate(addressOf(text)).country !== 'unknown'),
      { numRuns: 5000 },
    );
    expect(problems).toEqual([]);
  });
});
