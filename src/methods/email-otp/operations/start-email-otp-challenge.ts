import { startEmailOtpChallenge as route } from '../contract.ts';
import { openAction } from '../../../proving/open-action.ts';
import { operation } from '../../../operations/operation.ts';
import { contactToChallenge } from '../../../proving/contact-to-challenge.ts';
import { sendCode } from '../../../proving/send-code.ts';

export const startEmailOtpChallenge = operation(route, async (context, request) => {
  const action = await openAction(context, request.caller);
  const recipient = contactToChallenge(action, 'EMAIL_OTP', request.body.userAuthenticatorId);
  const { unlessOpen } = request.body;
  const { challengeId, told } = await sendCode(context, request, route, action, recipient, { unlessOpen });
  return { challengeId, ...told };
});
