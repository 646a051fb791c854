/** What the numbering plans say of phone numbers. They are part of the program: no call leaves the machine. */
import { createRequire } from 'node:module';
import type * as Phones from 'libphonenumber-js/max';

type Library = typeof Phones;

const require = createRequire(import.meta.url);
let loaded: Library | undefined;

/** A hundred modules and all plans: loaded by the first number, which cannot wait for an import. */
function library(): Library {
  return (loaded ??= require('libphonenumber-js/max') as Library);
}

/** A phone number as its numbering plan describes it. */
export interface PhoneNumberDescription {
  /** In E.164 form. */
  readonly phoneNumber: string;
  /** As people write it for others abroad: `+351 912 345 678`. */
  readonly international: string;
  /** ISO 3166-1 alpha-2; null if several countries share the number's range, or the plan does not know it. */
  readonly countryCode: string | null;
  /** `MOBILE`, `FIXED_LINE`, `VOIP` and so on, as the plan names its ranges; null if it does not know the range. */
  readonly type: string | null;
  /** Whether it has a length that numbers of its plan have. */
  readonly isPossible: boolean;
}

/**
 * A number as people write and paste it: with spaces, brackets and dashes, with `+` or the prefix for calls abroad, or
 * in the national form of `countryCode`. Undefined if it cannot be read as one.
 */
export function readPhoneNumber(written: string, countryCode: string | undefined): PhoneNumberDescription | undefined {
  // Digits of every script, and nothing invisible, as in codes (ruling 45).
  const text = written
    .normalize('NFKC')
    .replace(/[\p{C}\p{Default_Ignorable_Code_Point}]/gu, '')
    .trim();
  const country = countryCode !== undefined && library().isSupportedCountry(countryCode) ? countryCode : undefined;
  const readings = [
    parsed(text, country),
    // Most of the world dials 00 for abroad, also where the chosen country does not.
    /^00\s*[1-9]/.test(text) ? parsed(`+${text.slice(2)}`, undefined) : undefined,
  ];
  return readings.find((reading) => reading?.isPossible) ?? readings.find((reading) => reading !== undefined);
}

/** What is known of a number in E.164 form; undefined if it belongs to no plan. */
export function describePhoneNumber(phoneNumber: string): PhoneNumberDescription | undefined {
  return parsed(phoneNumber, undefined);
}

function parsed(text: string, country: Phones.CountryCode | undefined): PhoneNumberDescription | undefined {
  const found = library().parsePhoneNumberFromString(text, {
    extract: false,
    ...(country === undefined ? {} : { defaultCountry: country }),
  });
  // An extension cannot be sent to.
  if (found === undefined || found.ext !== undefined) return undefined;
  return {
    phoneNumber: found.number,
    international: found.formatInternational(),
    countryCode: found.country ?? null,
    type: found.getType() ?? null,
    isPossible: found.isPossible(),
  };
}

let codes: Readonly<Record<string, string>> | undefined;

/** Of every country that has numbers (ISO 3166-1 alpha-2), the code that they begin with. */
export function callingCodes(): Readonly<Record<string, string>> {
  if (codes !== undefined) return codes;
  const { getCountries, getCountryCallingCode } = library();
  codes = Object.fromEntries(getCountries().map((countryCode) => [countryCode, getCountryCallingCode(countryCode)]));
  return codes;
}
