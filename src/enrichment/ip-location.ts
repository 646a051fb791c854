/**
 * Where an address is and who announces it, from files on this machine: no look-up leaves it (ruling 27). Every fact
 * group has three situations that rules must be able to tell apart (ruling 8): a value; null, because there was nothing
 * to look up or nothing to look it up in; and `unknown`, because a file that should have answered is damaged.
 */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { packageRoot } from '../runtime/package-root.ts';
import type { Runtime } from '../runtime/runtime.ts';
import { type IpAddress, parseAddress } from './address.ts';
import { boundedCache } from './bounded-cache.ts';
import { countryCentroids } from './country-centroids.ts';
import { isMmdbMap, type Mmdb, type MmdbValue, openMmdb } from './mmdb.ts';
import type { Known, OnProblem } from './unknown.ts';
import {
  type DataSource,
  describeSource,
  fileCheckIntervalMs,
  type Loaded,
  openWatchedFile,
  type WatchedFile,
} from './watched-file.ts';

/** The country of an address. */
export interface Country {
  /** ISO 3166-1 alpha-2, upper case. */
  readonly countryCode: string;
}

/** A point on the map for an address, in degrees. */
export interface Place {
  readonly latitude: number;
  readonly longitude: number;
  /** `country`: the middle of the country, which says nothing about distances within it. */
  readonly precision: 'city' | 'country';
  readonly city: string | null;
}

/** Who announces an address. */
export interface AutonomousSystem {
  readonly asn: number;
  readonly asOrganization: string | null;
}

/** What the files say about one address. */
export interface IpLocation {
  readonly country: Known<Country>;
  readonly place: Known<Place>;
  readonly network: Known<AutonomousSystem>;
}

/** Paths of data files. Left out: the bundled file, or none for the city file. Null: no such data. */
export interface IpLocationOptions {
  readonly countryPath?: string | null;
  readonly asnPath?: string | null;
  readonly cityPath?: string | null;
}

/** The open files. */
export interface IpLocator {
  /** What is known about an address; null stands for one that was not sent. Never throws. */
  locate(address: IpAddress | null): IpLocation;
  sources(): readonly DataSource[];
  /** Reads all files again, changed or not. Never rejects: what cannot be read goes to `onProblem`. */
  reload(): Promise<void>;
  close(): void;
}

const bundledCountryFile = '@ip-location-db/geo-whois-asn-country-mmdb/geo-whois-asn-country.mmdb';
// Made by `scripts/build-asn-mmdb.ts`.
const bundledAsnPath = fileURLToPath(new URL('data/asn.mmdb', packageRoot));

// A record of a country file is shared by all addresses of the country; a city file has a few hundred thousand.
const recordsCachedMax = 20_000;

// Codes that geo files use for "no single country": user-assigned or reserved by ISO 3166-1, so nothing is known.
const codesOfNoCountry: ReadonlySet<string> = new Set(['EU', 'AP', 'ZZ', 'XX', 'A1', 'A2', 'O1', 'T1']);

const nothing: IpLocation = { country: null, place: null, network: null };

type AddressLookup<T> = (address: IpAddress) => T | null;

/** What is wanted of a record of a country or city file. */
interface GeoRecord {
  readonly countryCode: string | null;
  readonly coordinates: { readonly latitude: number; readonly longitude: number } | null;
  readonly city: string | null;
}

function bundledCountryPath(): string {
  try {
    return createRequire(import.meta.url).resolve(bundledCountryFile);
  } catch {
    // The name itself cannot be read as a path: the source is then broken, not silently missing.
    return bundledCountryFile;
  }
}

function child(value: MmdbValue | undefined, key: string): MmdbValue | undefined {
  return isMmdbMap(value) ? value[key] : undefined;
}

function countryCodeOf(record: MmdbValue): string | null {
  // MaxMind and DB-IP, then ip-location-db, then IPinfo.
  const country = child(record, 'country');
  const code =
    child(country, 'iso_code') ?? child(record, 'country_code') ?? (typeof country === 'string' ? country : undefined);
  if (code === undefined || code === '') return null;
  if (typeof code !== 'string') throw new Error('the country code is not a text');
  const upper = code.toUpperCase();
  if (codesOfNoCountry.has(upper)) return null;
  if (!countryCentroids.has(upper)) throw new Error('the country code is no country');
  return upper;
}

function degreesOf(record: MmdbValue, key: 'latitude' | 'longitude', limit: number): number | null {
  const value = child(child(record, 'location'), key) ?? child(record, key);
  if (value === undefined || value === '') return null;
  const degrees = Number(value);
  if (!(Math.abs(degrees) <= limit)) throw new Error(`the ${key} is not on the globe`);
  return degrees;
}

function cityOf(record: MmdbValue): string | null {
  const city = child(record, 'city');
  const name = typeof city === 'string' ? city : child(child(city, 'names'), 'en');
  return typeof name === 'string' && name !== '' ? name : null;
}

function geoRecordOf(record: MmdbValue): GeoRecord {
  const latitude = degreesOf(record, 'latitude', 90);
  const longitude = degreesOf(record, 'longitude', 180);
  return {
    countryCode: countryCodeOf(record),
    coordinates: latitude === null || longitude === null ? null : { latitude, longitude },
    city: cityOf(record),
  };
}

function systemOf(record: MmdbValue): AutonomousSystem | null {
  const number = child(record, 'autonomous_system_number') ?? child(record, 'asn');
  if (number === undefined || number === '') return null;
  const asn = Number(typeof number === 'string' ? number.replace(/^AS/i, '') : number);
  if (!Number.isInteger(asn) || asn < 0 || asn > 0xffff_ffff) throw new Error('the number of the system is none');
  const name = child(record, 'autonomous_system_organization') ?? child(record, 'as_name') ?? child(record, 'name');
  return { asn, asOrganization: typeof name === 'string' && name !== '' ? name : null };
}

/** Looks up and translates, keeping translations: neighbours share records, and a translation costs ten look-ups. */
function lookupIn<T>(mmdb: Mmdb, translate: (record: MmdbValue) => T | null): AddressLookup<T> {
  const translated = boundedCache<number, { readonly value: T | null }>(recordsCachedMax);
  return (address) => {
    const offset = mmdb.find(address);
    if (offset === null) return null;
    const known = translated.get(offset);
    if (known !== undefined) return known.value;
    const value = translate(mmdb.read(offset));
    translated.set(offset, { value });
    return value;
  };
}

// Addresses that any file of the whole world knows: a bundled file that knows none of them is damaged near its root.
const probeAddresses: readonly IpAddress[] = [
  ...['8.8.8.8', '1.1.1.1', '9.9.9.9', '41.0.0.1', '91.198.174.192', '133.11.0.1', '200.160.2.3', '175.45.176.1'],
  ...['2001:4860:4860::8888', '2606:4700:4700::1111', '2a00:1450:4001::1', '2400:cb00::1', '2c0f:fb50::1'],
].flatMap((text) => parseAddress(text) ?? []);

/** Whether a record, readable as such, makes sense: an old file may name countries that no longer exist. */
function isUsable<T>(record: MmdbValue, translate: (record: MmdbValue) => T | null): boolean {
  try {
    translate(record);
    return true;
  } catch {
    return false;
  }
}

/** Opens a database and tries it: a new content must answer without damage before it may replace one that does. */
function tryMmdb<T>(path: string, bytes: Buffer, translate: (record: MmdbValue) => T | null): Loaded<AddressLookup<T>> {
  const mmdb = openMmdb(bytes);
  const usable = mmdb.samples.filter((offset) => isUsable(mmdb.read(offset), translate));
  if (usable.length * 2 < mmdb.samples.length) throw new Error('most of its records hold nothing that can be used');
  const lookup = lookupIn(mmdb, translate);
  const known = probeAddresses.filter((address) => lookup(address) !== null);
  // An operator's own file may cover one organisation only, so there it is enough that no probe met damage.
  const isBundled = path === bundledCountryPath() || path === bundledAsnPath;
  if (isBundled && known.length < probeAddresses.length / 2) {
    throw new Error('it does not know the addresses that it should');
  }
  return { value: lookup, version: `${basename(path)} (${mmdb.databaseType})`, builtAtMs: mmdb.buildEpochMs };
}

async function loadGeo(path: string): Promise<Loaded<AddressLookup<GeoRecord>>> {
  return tryMmdb(path, await readFile(path), geoRecordOf);
}

async function loadAsn(path: string): Promise<Loaded<AddressLookup<AutonomousSystem>>> {
  return tryMmdb(path, await readFile(path), systemOf);
}

function lookupOrUnknown<T>(file: WatchedFile<AddressLookup<T>>, address: IpAddress): Known<T> {
  if (file.state === 'missing') return null;
  if (file.loaded === null) return 'unknown';
  try {
    return file.loaded.value(address);
  } catch (error) {
    file.reportDamage(error);
    return 'unknown';
  }
}

function centroidOf(country: Known<Country>): Known<Place> {
  if (country === null || country === 'unknown') return country;
  const centroid = countryCentroids.get(country.countryCode);
  if (centroid === undefined) return null;
  return { latitude: centroid[0], longitude: centroid[1], precision: 'country', city: null };
}

/** Opens the files and watches them for changes. Never rejects: a file that cannot be used makes its facts unknown. */
export async function openIpLocation(
  options: IpLocationOptions,
  runtime: Pick<Runtime, 'clock' | 'timers'>,
  onProblem: OnProblem,
): Promise<IpLocator> {
  const { countryPath = bundledCountryPath(), asnPath = bundledAsnPath, cityPath = null } = options;
  const countryFile = await openWatchedFile('country', countryPath, loadGeo, onProblem);
  const asnFile = await openWatchedFile('asn', asnPath, loadAsn, onProblem);
  const cityFile = await openWatchedFile('city', cityPath, loadGeo, onProblem);
  const files = [countryFile, asnFile, cityFile];
  // A country file that the operator chose decides countries; the bundled one gives way to a city file.
  const isCountryChosen = typeof options.countryPath === 'string';

  const stop = runtime.timers.every(fileCheckIntervalMs, async () => {
    for (const file of files) await file.check();
  });

  function countryOf(address: IpAddress, city: Known<GeoRecord>): Known<Country> {
    if (!isCountryChosen && city !== null && city !== 'unknown' && city.countryCode !== null) {
      return { countryCode: city.countryCode };
    }
    // Also where the city file is damaged: the bundled file still gives what an installation without one has.
    const record = lookupOrUnknown(countryFile, address);
    if (record === null || record === 'unknown') return record;
    return record.countryCode === null ? null : { countryCode: record.countryCode };
  }

  function placeOf(country: Known<Country>, city: Known<GeoRecord>): Known<Place> {
    // No fallback to the country's middle here: it would turn a possible journey into a certain "did not move".
    if (city === 'unknown') return 'unknown';
    if (city === null || city.coordinates === null) return centroidOf(country);
    return { ...city.coordinates, precision: 'city', city: city.city };
  }

  return {
    locate(address) {
      if (address === null || address.scope !== 'public') return nothing;
      const city = lookupOrUnknown(cityFile, address);
      const country = countryOf(address, city);
      return { country, place: placeOf(country, city), network: lookupOrUnknown(asnFile, address) };
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
