import type { CountedLimit } from './judge-text.ts';
import type { BlockLimit, PumpingSettings, TextLimit } from './pumping-settings.ts';

/** What is counted for all methods that send texts together. */
const allTexts = 'TEXTS';

/** A limit of a text, and under which name and for which method it is counted. */
export interface LimitOfText extends TextLimit {
  readonly name: CountedLimit;
  readonly subject: string;
  readonly verificationMethod: string;
}

/** Whom and what a text is counted for. */
interface Counted {
  readonly verificationMethod: string;
  readonly countryCode: string | null;
  readonly range: string;
  readonly number: string;
  readonly user: string | null;
  readonly address: string | null;
}

/** The limits of a text, the narrowest first. */
export function countedLimits(settings: PumpingSettings, text: Counted): readonly LimitOfText[] {
  const { verificationMethod, number, user, range, address, countryCode } = text;
  const { personLimits, rangeLimit, addressLimit, blockLimits } = settings;
  const ofPerson = (name: CountedLimit, subject: string) =>
    personLimits.map((limit) => ({ ...limit, name, subject, verificationMethod }));
  const ofAll = (name: CountedLimit, subject: string, limit: TextLimit) => ({
    ...limit,
    name,
    subject,
    verificationMethod: allTexts,
  });
  return [
    ...ofPerson('number_limit', number),
    ...(user === null ? [] : ofPerson('user_limit', user)),
    ofAll('range_limit', `range:${range}`, rangeLimit),
    ...blockLimits.flatMap((limit) => {
      const block = blockOf(limit, range, countryCode);
      return block === undefined ? [] : ofAll('block_limit', `block:${block}`, limit);
    }),
    ...(address === null ? [] : [ofAll('address_limit', address, addressLimit)]),
  ];
}

/** The block of numbers that a limit counts this one in; undefined if the limit is not for its country. */
function blockOf(
  { blockSize, countryCodes }: BlockLimit,
  range: string,
  countryCode: string | null,
): string | undefined {
  if (countryCodes.length > 0 && !(countryCode !== null && countryCodes.includes(countryCode))) return undefined;
  // A longer block than its range counts as the range: of the last four digits nothing is kept.
  return blockSize === 'country' ? (countryCode ?? '') : range.slice(0, blockSize + 1);
}
