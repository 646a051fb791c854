/** What pages tell of a message, and which of an action's messages is the one that a page would send again. */
import type { SentMessage } from '../../contract/client/values.ts';
import { haveSameContact } from '../../core/authenticators/contact.ts';
import type { ContactColumns } from '../../core/authenticators/contact.ts';
import { maskEmail, maskPhoneNumber } from '../../core/authenticators/mask-contact.ts';
import type { TokenPowers } from '../../runtime/tokens.ts';
import type { OpenMessage } from '../../storage/queries/sent-challenges.ts';
import { omitAbsent } from '../omit-absent.ts';
import { wireTime } from '../wire-values.ts';

// As long as mail usually takes; a person who waits less would only have two codes to mix up.
const resendAfterMs = 30_000;

export type ToldMessage = Pick<
  OpenMessage,
  'authenticator_id' | 'email' | 'phone_number' | 'code_length' | 'sent_at' | 'expires_at'
>;

export function sentMessageView(message: ToldMessage, nowMs: number): SentMessage {
  const { email, phone_number: phoneNumber } = message;
  return omitAbsent({
    userAuthenticatorId: message.authenticator_id,
    target: email === null ? maskPhoneNumber(phoneNumber ?? '') : maskEmail(email),
    resendInSeconds: Math.max(0, Math.ceil((message.sent_at + resendAfterMs - nowMs) / 1000)),
    expiresAt: wireTime(message.expires_at),
    codeLength: message.code_length ?? undefined,
  });
}

/** Whether a message is answered here as one would be that is sent to a contact now. */
export function isInPlaceOf(
  message: OpenMessage,
  wanted: Pick<OpenMessage, 'verification_method' | 'purpose'> & {
    readonly contact: ContactColumns;
    readonly token: TokenPowers;
  },
): boolean {
  const { verification_method: method, purpose, contact, token } = wanted;
  const isOfThis = message.verification_method === method && message.purpose === purpose;
  if (!isOfThis || !haveSameContact(message, contact)) return false;
  if (message.code_length !== null) return true;
  // A link does what the token may that asked for it.
  const { scope, given, proven, isRecovered = false } = message.powers;
  return (
    scope === token.scope &&
    given === token.given &&
    proven === token.proven &&
    isRecovered === (token.isRecovered ?? false)
  );
}
