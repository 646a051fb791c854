import { startEmailOtpEnrolment as route } from '../contract.ts';
import { emailContact } from '../../../core/authenticators/contact.ts';
import { openAction } from '../../../proving/open-action.ts';
import { permitEnrolment } from '../../../proving/permit.ts';
import { operation } from '../../../operations/operation.ts';
import { pendingContact } from '../../../proving/pending-contact.ts';
import { sendCode } from '../../../proving/send-code.ts';

const method = 'EMAIL_OTP';

// The token permits the enrolment, so the code goes to the address in the request, which becomes the user's only once
// it is proven.
export const startEmailOtpEnrolment = operation(route, async (context, request) => {
  const action = await openAction(context, request.caller);
  permitEnrolment(action, method);
  const { email, unlessOpen } = request.body;
  const { recipient, sending } = pendingContact(context, action, method, emailContact(email));
  const how = { ...sending, unlessOpen };
  const { userAuthenticatorId, told } = await sendCode(context, request, route, action, recipient, how);
  return { userAuthenticatorId, userId: action.key.userId, ...told };
});
