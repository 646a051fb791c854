/** What pages show of a message, and which of an action's messages a page would send again. */
import type { SentMessage } from '../contract/client/values.ts';
import { haveSameContact } from '../core/authenticators/contact.ts';
import type { ContactColumns } from '../core/authenticators/contact.ts';
import { maskEmail, maskPhoneNumber } from '../core/authenticators/mask-contact.ts';
import type { TokenPowers } from '../runtime/tokens.ts';
import type { ContactMark } from '../storage/queries/contact-marks.ts';
import type { OpenMessage } from '../storage/queries/challenges/sends.ts';
import { omitAbsent } from './omit-absent.ts';
import { wireTime } from './wire-values.ts';

// As long as mail usually takes. A person who waits less would only have two codes to mix up.
const resendAfterMs = 30_000;

export type ToldMessage = Pick<
  OpenMessage,
  'authenticatorId' | 'email' | 'phoneNumber' | 'codeLength' | 'sentAt' | 'expiresAt'
> & {
  /** What the provider has told of its contact. */
  readonly mark?: ContactMark | undefined;
};

export function sentMessageView(message: ToldMessage, nowMs: number): SentMessage {
  const { email, phoneNumber } = message;
  return omitAbsent({
    userAuthenticatorId: message.authenticatorId,
    target: email === null ? maskPhoneNumber(phoneNumber ?? '') : maskEmail(email),
    resendInSeconds: Math.max(0, Math.ceil((message.sentAt + resendAfterMs - nowMs) / 1000)),
    expiresAt: wireTime(message.expiresAt),
    codeLength: message.codeLength ?? undefined,
    mayNotArrive: message.mark === undefined ? undefined : (true as const),
  });
}

/** Whether an open message can be used instead of one that would be sent to a contact now. */
export function isInPlaceOf(
  message: OpenMessage,
  wanted: Pick<OpenMessage, 'verificationMethod' | 'purpose'> & {
    readonly contact: ContactColumns;
    readonly token: TokenPowers;
  },
): boolean {
  const { verificationMethod: method, purpose, contact, token } = wanted;
  const isOfThis = message.verificationMethod === method && message.purpose === purpose;
  if (!isOfThis || !haveSameContact(message, contact)) return false;
  if (message.codeLength !== null) return true;
  // A link has the powers of the token that requested it, so these have to be the same.
  const { scope, given, proven, isRecovered = false } = message.powers;
  return (
    scope === token.scope &&
    given === token.given &&
    proven === token.proven &&
    isRecovered === (token.isRecovered ?? false)
  );
}
