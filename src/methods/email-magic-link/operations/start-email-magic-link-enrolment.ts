import { startEmailMagicLinkEnrolment as route } from '../contract.ts';
import { emailContact } from '../../../core/authenticators/contact.ts';
import { openAction } from '../../../proving/open-action.ts';
import { permitEnrolment } from '../../../proving/permit.ts';
import { operation } from '../../../operations/operation.ts';
import { pendingContact } from '../../../proving/pending-contact.ts';
import { sendMagicLink } from '../../../proving/send-magic-link.ts';

const method = 'EMAIL_MAGIC_LINK';

export const startEmailMagicLinkEnrolment = operation(route, async (context, request) => {
  const action = await openAction(context, request.caller);
  permitEnrolment(action, method);
  const { email, unlessOpen } = request.body;
  const { recipient, sending } = pendingContact(context, action, method, emailContact(email));
  const how = { ...sending, unlessOpen };
  const { told, ...sent } = await sendMagicLink(context, request, route, action, recipient, how);
  return { ...sent, userId: action.key.userId, ...told };
});
