import { parsePhoneNumberFromString } from 'libphonenumber-js/max';
import { numberTypes } from '../core/pumping/pumping-settings.ts';
import type { NumberFacts } from '../core/pumping/judge-text.ts';

/** The country and type of a number in E.164, by its digits alone: of a number that was ported they say what it was. */
export function numberFacts(phoneNumber: string): NumberFacts {
  const parsed = parsePhoneNumberFromString(phoneNumber);
  const type = parsed?.isValid() === true ? parsed.getType() : undefined;
  return {
    countryCode: parsed?.country ?? null,
    numberType: numberTypes.find((known) => known === type) ?? 'UNKNOWN',
  };
}
