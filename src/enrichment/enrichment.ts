/**
 * The facts that come from data files, joined for the rest of the program. Every answer is immediate and local; an
 * answer that is missing is null (nothing to look up) or `unknown` (the look-up failed, ruling 8), never a guess.
 */
import type { Runtime } from '../runtime/runtime.ts';
import { type AddressScope, readAddress } from './address.ts';
import { openAnonymisers } from './anonymisers.ts';
import { type IpLocation, type IpLocationOptions, openIpLocation } from './ip-location.ts';
import { passkeyProviderName } from './passkey-providers.ts';
import { describePhoneNumber } from './phone-numbers.ts';
import { defaultSanctionedCountries } from './sanctioned-countries.ts';
import type { Known, OnProblem, Unknown } from './unknown.ts';
import { parsedUserAgent, type ParsedUserAgent, type UserAgentDescription, userAgentDescriber } from './user-agent.ts';
import type { DataSource } from './watched-file.ts';

/** Where the data lies and what the operator decided about it. */
export interface EnrichmentOptions extends IpLocationOptions {
  /** Text files of addresses and CIDR ranges of anonymous exits. None: `isAnonymous` is null. */
  readonly anonymiserPaths?: readonly string[];
  /** ISO 3166-1 alpha-2, any case. Left out: {@link defaultSanctionedCountries}. */
  readonly sanctionedCountries?: readonly string[];
  /** What a provider has told of a number in E.164 form, if one was asked before: it answers at once, as all data does. */
  lookUpNumber?(phoneNumber: string): NumberLookUp | undefined;
}

/** What is known of a phone number. */
export interface NumberDescription extends NumberLookUp {
  /** ISO 3166-1 alpha-2; null if several countries share the range, or no plan knows it. */
  readonly countryCode: string | null;
}

/** What a provider tells of one. */
interface NumberLookUp {
  /** As numbering plans name types; null if it is not known. */
  readonly type: string | null;
  /** Unix milliseconds; null if it is not known. */
  readonly simChangedAtMs: number | null;
}

/** Everything known about one address. */
export interface AddressDescription extends IpLocation {
  /** The one spelling of the address; null if none was sent or what was sent cannot be read. */
  readonly address: string | null;
  /** Whether something was sent that cannot be read as one address: then every fact about it is unknown (ruling 37). */
  readonly isUnreadable: boolean;
  readonly scope: AddressScope | null;
  readonly isAnonymous: Known<boolean>;
  readonly isSanctionedCountry: Known<boolean>;
}

const unreadable: AddressDescription = {
  address: null,
  isUnreadable: true,
  scope: null,
  country: 'unknown',
  place: 'unknown',
  network: 'unknown',
  isAnonymous: 'unknown',
  isSanctionedCountry: 'unknown',
};

/** The open data files and parsers. */
export interface Enrichment {
  /** Null: none was sent. Never throws. */
  describeAddress(ip: string | null): AddressDescription;
  /** Null: there is none, or it is not in E.164 form. */
  describeNumber(phoneNumber: string | null): NumberDescription | null;
  /** Never throws. */
  describeUserAgent(ua: string | null): UserAgentDescription | Unknown;
  /** The wire shape of server-api 3.5; null when there is no user agent. */
  parsedUserAgent(ua: string | null): ParsedUserAgent | null;
  /** The name of a model of authenticator, by its AAGUID. */
  passkeyProviderName(aaguid: string): string | undefined;
  /** How fresh and how well each source is: for the decision record, the log and the operator. */
  sources(): readonly DataSource[];
  /** Reads all files again now, without waiting for the check that runs every minute. Never rejects. */
  reload(): Promise<void>;
  close(): void;
}

/** Opens all data. Never rejects: a file that cannot be used makes its facts unknown and is reported to `onProblem`. */
export async function openEnrichment(
  options: EnrichmentOptions,
  runtime: Pick<Runtime, 'clock' | 'timers'>,
  onProblem: OnProblem,
): Promise<Enrichment> {
  const locator = await openIpLocation(options, runtime, onProblem);
  const anonymisers = await openAnonymisers(options.anonymiserPaths ?? [], runtime, onProblem);
  const describeUserAgent = userAgentDescriber();
  const sanctioned = new Set(
    (options.sanctionedCountries ?? defaultSanctionedCountries).map((code) => code.toUpperCase()),
  );

  return {
    describeAddress(ip) {
      const address = ip === null ? null : readAddress(ip);
      if (ip !== null && address === null) return unreadable;
      const { country, place, network } = locator.locate(address);
      return {
        address: address?.text ?? null,
        isUnreadable: false,
        scope: address?.scope ?? null,
        country,
        place,
        network,
        isAnonymous: anonymisers.isAnonymous(address),
        isSanctionedCountry: country === null || country === 'unknown' ? country : sanctioned.has(country.countryCode),
      };
    },
    describeNumber(phoneNumber) {
      if (phoneNumber === null) return null;
      const plan = describePhoneNumber(phoneNumber);
      if (plan === undefined) return null;
      const told = options.lookUpNumber?.(plan.phoneNumber);
      const { countryCode, type } = plan;
      return { countryCode, type: told?.type ?? type, simChangedAtMs: told?.simChangedAtMs ?? null };
    },
    describeUserAgent,
    parsedUserAgent(ua) {
      return ua === null || ua === '' ? null : parsedUserAgent(ua, describeUserAgent(ua));
    },
    passkeyProviderName,
    sources: () => [...locator.sources(), ...anonymisers.sources()],
    async reload() {
      await locator.reload();
      await anonymisers.reload();
    },
    close() {
      locator.close();
      anonymisers.close();
    },
  };
}
