import { startEmailMagicLinkEnrolment as route } from '../../contract/client/email-magic-link.ts';
import { emailContact } from '../../core/authenticators/contact.ts';
import { openAction } from '../../proving/open-action.ts';
import { permitEnrolment } from '../../proving/permit.ts';
import { tokenOperation } from '../operation.ts';
import { pendingContact } from './pending-contact.ts';
import { sendMagicLink } from './send-magic-link.ts';

const method = 'EMAIL_MAGIC_LINK';

export const startEmailMagicLinkEnrolment = tokenOperation(route, async (context, request) => {
  const action = await openAction(context, request.caller);
  permitEnrolment(action, method);
  const { recipient, preparation } = pendingContact(context, action, method, emailContact(request.body.email));
  const challengeId = await sendMagicLink(context, request, route, action, recipient, preparation);
  return { challengeId, userAuthenticatorId: recipient.authenticator_id, userId: action.key.userId };
});
