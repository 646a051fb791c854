/**
 * Whether a text may be sent, by what became of those before it. Pumping earns money by texts that nobody reads: so what
 * counts is whether codes are ever entered, by country and by range of numbers (decision 0041).
 */
import type { Breaker, NumberType, PumpingSettings } from './pumping-settings.ts';

const countedLimitNames = ['number_limit', 'user_limit', 'range_limit', 'block_limit', 'address_limit'] as const;
/** Why a text is refused. */
export const refusalReasons = [
  ...countedLimitNames,
  ...(['country', 'number_type', 'tenant_limit', 'range_breaker', 'country_breaker'] as const),
] as const;
type RefusalReason = (typeof refusalReasons)[number];
/** Why a text is sent. */
type SendReason = 'safe_number' | 'verified_number' | 'within_limits';

/** A limit that is counted under a lock. */
export type CountedLimit = (typeof countedLimitNames)[number];

export type TextVerdict =
  | { readonly isRefused: false; readonly reason: SendReason }
  | { readonly isRefused: true; readonly reason: RefusalReason };

/** What a number is, as its digits tell. */
export interface NumberFacts {
  /** ISO 3166-1 alpha-2; null where the number belongs to no country. */
  readonly countryCode: string | null;
  readonly numberType: NumberType;
}

/** How many codes were asked for, and how many were entered. */
export interface Share {
  readonly asked: number;
  readonly entered: number;
}

/**
 * What is known when a text is asked for. Texts to numbers that verified before, or are safe, are counted neither for
 * their range nor for their country: they say nothing about strangers, and must not hide them.
 */
export interface TextFacts extends NumberFacts {
  readonly phoneNumber: string;
  /** The first limit that is reached, under the lock that it is counted under. */
  readonly reachedLimit: CountedLimit | undefined;
  readonly number: {
    /** Whether the user has it as verified, or a code sent to it was entered. */
    readonly hasVerified: boolean;
    /** Codes sent to it within a day that were not entered. */
    readonly unanswered: number;
  };
  /** Of those sent within a day, but for `enteredBefore`: entered earlier than that. */
  readonly range: {
    readonly sent: number;
    readonly entered: number;
    /** Not entered, and their codes are still valid. */
    readonly unansweredNow: number;
    readonly enteredBefore: number;
  };
  /**
   * What breakers refused was asked for as well. Otherwise a country would look healthy again because its attack is held
   * back, and let more of it through.
   */
  readonly country: { readonly hour: Share; readonly day: Share };
  /** All texts of the tenant within an hour. */
  readonly tenantSent: number;
}

/** For how long texts count for breakers. */
export const judgedMs = 24 * 60 * 60 * 1000;
/** For how long a code is valid. */
export const answerMs = 10 * 60 * 1000;

// A number that verified is served like this until its codes stay unanswered: who has verified one number could pump it.
const unansweredMax = 5;
// A range with so many entered codes before the last day is known: an attack of today cannot have made them.
const enteredBeforeMin = 3;

/**
 * Whether a text is not sent. While a tenant only monitors, all are sent but for the limit of a number: it keeps a person
 * from being flooded, whoever pays (ruling 44).
 */
export function isHeldBack({ mode }: PumpingSettings, { isRefused, reason }: TextVerdict): boolean {
  return isRefused && (mode === 'block' || reason === 'number_limit');
}

/** What was decided about a text, for those who are told. */
export interface JudgedText {
  /** The challenge whose code it carries. */
  readonly textId: string;
  readonly countryCode: string;
  readonly reason: TextVerdict['reason'];
  /** `withheld`: refused, and the response does not say so. `monitored`: sent, but would have been refused. */
  readonly result: 'sent' | 'monitored' | 'refused' | 'withheld';
}

/** Whether a refused text still counts as asked for in its country. */
export function isCountedAsAsked(reason: string): boolean {
  return reason === 'range_breaker' || reason === 'country_breaker';
}

export function judgeText(settings: PumpingSettings, text: TextFacts): TextVerdict {
  const { countryCode, numberType, reachedLimit, number, range, country } = text;
  // Elsewhere in this order, it would be sent for another reason.
  if (settings.mode === 'monitor' && reachedLimit === 'number_limit') return refused('number_limit');
  if (countryCode === null || !settings.countryCodes.includes(countryCode)) return refused('country');
  if (!settings.numberTypes.includes(numberType)) return refused('number_type');
  if (reachedLimit !== undefined) return refused(reachedLimit);
  if (text.tenantSent >= settings.hourlyMax) return refused('tenant_limit');
  const trust = trustOf(settings, text.phoneNumber, number);
  if (trust !== undefined) return { isRefused: false, reason: trust };
  if (isOpen(settings.rangeBreaker, { asked: range.sent, entered: range.entered })) return refused('range_breaker');
  const isCountryOpen = [country.hour, country.day].some((share) => isOpen(settings.countryBreaker, share));
  if (isCountryOpen && isWaiting(range)) return refused('country_breaker');
  return { isRefused: false, reason: 'within_limits' };
}

/** Why no breaker blocks a number; undefined for a stranger's. */
export function trustOf(
  { safeNumbers }: PumpingSettings,
  phoneNumber: string,
  { hasVerified, unanswered }: TextFacts['number'],
): 'safe_number' | 'verified_number' | undefined {
  if (safeNumbers.some((start) => phoneNumber.startsWith(start))) return 'safe_number';
  return hasVerified && unanswered < unansweredMax ? 'verified_number' : undefined;
}

function refused(reason: RefusalReason): TextVerdict {
  return { isRefused: true, reason };
}

function isOpen({ sendsMin, shareMin }: Breaker, { asked, entered }: Share): boolean {
  return asked >= sendsMin && entered < shareMin * asked;
}

/**
 * Whether a range has an unanswered send, while it may have one at a time. An answer ends that at once, and otherwise its
 * code's end, if codes of the range were entered on earlier days, else a day.
 */
function isWaiting({ sent, entered, unansweredNow, enteredBefore }: TextFacts['range']): boolean {
  return enteredBefore >= enteredBeforeMin ? unansweredNow > 0 : sent > entered;
}
