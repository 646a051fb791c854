import { startEmailMagicLinkChallenge as route } from '../contract.ts';
import { openAction } from '../../../proving/open-action.ts';
import { operation } from '../../../operations/operation.ts';
import { contactToChallenge } from '../../../proving/contact-to-challenge.ts';
import { sendMagicLink } from '../../../proving/send-magic-link.ts';

export const startEmailMagicLinkChallenge = operation(route, async (context, request) => {
  const action = await openAction(context, request.caller);
  const recipient = contactToChallenge(action, 'EMAIL_MAGIC_LINK', request.body.userAuthenticatorId);
  const { unlessOpen } = request.body;
  const { challengeId, told } = await sendMagicLink(context, request, route, action, recipient, { unlessOpen });
  return { challengeId, ...told };
});
