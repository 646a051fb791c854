/** How texts are protected from pumping: what a tenant has set, and what holds where it has set nothing. */

/** At most so many within a time. */
export interface TextLimit {
  readonly messagesMax: number;
  readonly windowMs: number;
}

/** Opens where too few of the codes that were sent are ever entered. */
export interface Breaker {
  /** With fewer sends it does not judge. */
  readonly sendsMin: number;
  /** It opens where less than this share was entered, 0 to 1. */
  readonly shareMin: number;
}

/** A limit on the numbers that begin with the same digits, or that are of one country. */
export interface BlockLimit extends TextLimit {
  readonly blockSize: 'country' | number;
  /** The countries that it is for; empty: all. */
  readonly countryCodes: readonly string[];
}

export interface PumpingSettings {
  /** `monitor`: everything is sent, and what would have been refused is told. */
  readonly mode: 'block' | 'monitor';
  /** `silent`: the response to a refused send looks as if the code had been sent. */
  readonly refusal: 'error' | 'silent';
  readonly countryCodes: readonly string[];
  readonly numberTypes: readonly NumberType[];
  /** Numbers, or beginnings of numbers, that no breaker blocks. */
  readonly safeNumbers: readonly string[];
  /** Of each user, and of each number. */
  readonly personLimits: readonly TextLimit[];
  readonly rangeLimit: TextLimit;
  readonly addressLimit: TextLimit;
  readonly blockLimits: readonly BlockLimit[];
  readonly hourlyMax: number;
  readonly rangeBreaker: Breaker;
  readonly countryBreaker: Breaker;
}

/** As libphonenumber names them, and `UNKNOWN` for a number that it takes for no real one. */
export const numberTypes = [
  'MOBILE',
  'FIXED_LINE_OR_MOBILE',
  'FIXED_LINE',
  'VOIP',
  'PERSONAL_NUMBER',
  'PREMIUM_RATE',
  'SHARED_COST',
  'TOLL_FREE',
  'PAGER',
  'UAN',
  'VOICEMAIL',
  'UNKNOWN',
] as const;
export type NumberType = (typeof numberTypes)[number];

const minuteMs = 60_000;

/** What holds until a tenant sets its own. The guide on pumping says where the numbers come from. */
export const pumpingDefaults = {
  mode: 'block',
  refusal: 'error',
  countryCodes: [],
  numberTypes: ['MOBILE', 'FIXED_LINE_OR_MOBILE'],
  safeNumbers: [],
  personLimits: [{ messagesMax: 6, windowMs: 10 * minuteMs }],
  rangeLimit: { messagesMax: 100, windowMs: 60 * minuteMs },
  addressLimit: { messagesMax: 60, windowMs: 60 * minuteMs },
  blockLimits: [],
  hourlyMax: 5_000,
  rangeBreaker: { sendsMin: 5, shareMin: 0.2 },
  countryBreaker: { sendsMin: 50, shareMin: 0.5 },
} as const satisfies PumpingSettings;

type Members = Readonly<Record<string, unknown>>;

/**
 * Reads the settings of a method as they are stored. What cannot be read counts as not set, so broken data never permits
 * more than the defaults do.
 */
function readPumpingSettings(stored: Members): PumpingSettings {
  const own = members(stored['pumpingProtection']);
  const defaults = pumpingDefaults;
  const personLimits = list(stored['sendingRateLimitConfigurations']).flatMap((one) => readLimit(one) ?? []);
  return {
    mode: own['mode'] === 'monitor' ? 'monitor' : defaults.mode,
    refusal: own['refusal'] === 'silent' ? 'silent' : defaults.refusal,
    countryCodes: texts(stored['smsCountryCodes']),
    numberTypes: Array.isArray(own['numberTypes'])
      ? numberTypes.filter((type) => texts(own['numberTypes']).includes(type))
      : defaults.numberTypes,
    safeNumbers: texts(own['safeNumbers']),
    personLimits: personLimits.length > 0 ? personLimits : defaults.personLimits,
    rangeLimit: readLimit(own['rangeLimit']) ?? defaults.rangeLimit,
    addressLimit: readLimit(own['addressLimit']) ?? defaults.addressLimit,
    blockLimits: list(stored['prefixRateLimitConfigurations']).flatMap((one) => readBlockLimit(one) ?? []),
    hourlyMax: number(own['hourlyMax']) ?? defaults.hourlyMax,
    rangeBreaker: readBreaker(own['rangeBreaker'], defaults.rangeBreaker),
    countryBreaker: readBreaker(own['countryBreaker'], defaults.countryBreaker),
  };
}

/** What texts of all methods share, where a method has none of its own. */
const sharedNames = ['smsCountryCodes', 'pumpingProtection', 'prefixRateLimitConfigurations'];

/** How a method's texts are protected. What is not set for WHATSAPP is as for SMS. */
export function pumpingSettingsOf(
  configurations: readonly { readonly verificationMethod: string; readonly settings: Members }[],
  verificationMethod: string,
): PumpingSettings {
  const of = (method: string) => configurations.find((one) => one.verificationMethod === method)?.settings ?? {};
  const shared = Object.entries(of('SMS')).filter(([name]) => sharedNames.includes(name));
  return readPumpingSettings({ ...Object.fromEntries(shared), ...of(verificationMethod) });
}

function readLimit(stored: unknown): TextLimit | undefined {
  const { rateLimit, windowInMinutes } = members(stored);
  const [messagesMax, minutes] = [number(rateLimit), number(windowInMinutes)];
  return messagesMax === undefined || minutes === undefined ? undefined : { messagesMax, windowMs: minutes * minuteMs };
}

function readBlockLimit(stored: unknown): BlockLimit | undefined {
  const { enabled, blockSize, countryCodes } = members(stored);
  const limit = readLimit(stored);
  if (limit === undefined || enabled === false) return undefined;
  const isSize = blockSize === 'country' || typeof blockSize === 'number';
  return isSize ? { ...limit, blockSize, countryCodes: texts(countryCodes) } : undefined;
}

function readBreaker(stored: unknown, defaults: Breaker): Breaker {
  const { minimumSends, minimumShare } = members(stored);
  const percent = number(minimumShare);
  return {
    sendsMin: number(minimumSends) ?? defaults.sendsMin,
    shareMin: percent === undefined ? defaults.shareMin : percent / 100,
  };
}

function members(value: unknown): Members {
  return typeof value === 'object' && value !== null ? (value as Members) : {};
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function texts(value: unknown): readonly string[] {
  return list(value).filter((one) => typeof one === 'string');
}

function number(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}
