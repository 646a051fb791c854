import { startEmailOtpChallenge as route } from '../../contract/client/email-otp.ts';
import { openAction } from '../../proving/open-action.ts';
import { tokenOperation } from '../operation.ts';
import { contactToChallenge } from './contact-to-challenge.ts';
import { sendCode } from './send-code.ts';

export const startEmailOtpChallenge = tokenOperation(route, async (context, request) => {
  const action = await openAction(context, request.caller);
  const recipient = contactToChallenge(action, 'EMAIL_OTP', request.body.userAuthenticatorId);
  const { unlessOpen } = request.body;
  const { challengeId, told } = await sendCode(context, request, route, action, recipient, { unlessOpen });
  return { challengeId, ...told };
});
