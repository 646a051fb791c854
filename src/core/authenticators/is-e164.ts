/** The form of a phone number that messages can be sent to (ITU-T E.164 §6): `+`, a country code and digits. */
export const e164 = /^\+[1-9][0-9]{6,14}$/;

/**
 * Whether messages can be sent to a number. Backends may store numbers in other forms, which then reach nobody
 * (ruling 39). Only the syntax counts: numbering plans change.
 */
export function isE164(phoneNumber: string): boolean {
  return e164.test(phoneNumber);
}
