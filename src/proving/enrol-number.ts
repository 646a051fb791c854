import { Refusal } from '../contract/errors.ts';
import type { Route } from '../contract/route.ts';
import { phoneContact } from '../core/authenticators/contact.ts';
import type { Contact } from '../core/authenticators/contact.ts';
import { isE164 } from '../core/authenticators/is-e164.ts';
import { readPhoneNumber } from '../enrichment/phone-numbers.ts';
import type { Context } from '../calls/context.ts';
import type { TokenRequest } from '../calls/request.ts';
import { consentTo } from './consent-to.ts';
import type { GivenConsent } from './consent-to.ts';
import { openAction } from './open-action.ts';
import { pendingContact } from './pending-contact.ts';
import { permitEnrolment } from './permit.ts';
import { sendCode } from './send-code.ts';

interface GivenNumber {
  readonly phoneNumber: string;
  readonly countryCode?: string | undefined;
  readonly consent?: GivenConsent | undefined;
  readonly unlessOpen?: boolean | undefined;
}

/**
 * Begins the enrolment of a phone number by a code that is sent to it. The token permits it, so the code goes to the
 * number in the request, which becomes the user's only once it is proven.
 * @throws {Refusal} `invalid_request` for a number that nothing can be sent to, otherwise as {@link permitEnrolment} and
 * {@link sendCode} do
 */
export async function enrolNumber<R extends Route>(
  context: Context,
  request: TokenRequest<R> & { readonly body: GivenNumber },
  route: R,
  method: string,
) {
  const action = await openAction(context, request.caller);
  permitEnrolment(action, method);
  const { unlessOpen, consent } = request.body;
  const { contact, shown } = readNumber(request.body);
  const state = consent === undefined ? {} : { consent: await consentTo(context, action, method, contact, consent) };
  const { recipient, sending } = pendingContact(context, action, method, contact, state);
  const how = { ...sending, unlessOpen };
  const { userAuthenticatorId, told } = await sendCode(context, request, route, action, recipient, how);
  return { userAuthenticatorId, userId: action.key.userId, ...told, ...shown };
}

/** Without a country the number has to be in E.164 form; with one it is read as people write it. */
function readNumber({ phoneNumber, countryCode }: GivenNumber): {
  readonly contact: Contact;
  readonly shown: { readonly phoneNumber?: string };
} {
  if (countryCode === undefined) {
    if (isE164(phoneNumber)) return { contact: phoneContact(phoneNumber), shown: {} };
    throw new Refusal('invalid_request', 'phoneNumber must be in E.164 form, such as +6427123456.');
  }
  const read = readPhoneNumber(phoneNumber, countryCode);
  if (read === undefined || !read.isPossible || !isE164(read.phoneNumber)) {
    throw new Refusal(
      'invalid_request',
      'phoneNumber is not a phone number of this country, nor of one that it names.',
    );
  }
  return { contact: phoneContact(read.phoneNumber), shown: { phoneNumber: read.international } };
}
