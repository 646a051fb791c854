import { startEmailMagicLinkChallenge as route } from '../../contract/client/email-magic-link.ts';
import { openAction } from '../../proving/open-action.ts';
import { tokenOperation } from '../operation.ts';
import { contactToChallenge } from './contact-to-challenge.ts';
import { sendMagicLink } from './send-magic-link.ts';

export const startEmailMagicLinkChallenge = tokenOperation(route, async (context, request) => {
  const action = await openAction(context, request.caller);
  const recipient = contactToChallenge(action, 'EMAIL_MAGIC_LINK', request.body.userAuthenticatorId);
  const { unlessOpen } = request.body;
  const { challengeId, told } = await sendMagicLink(context, request, route, action, recipient, { unlessOpen });
  return { challengeId, ...told };
});
