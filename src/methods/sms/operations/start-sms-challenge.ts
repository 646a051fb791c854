import { startSmsChallenge as route } from '../contract.ts';
import { openAction } from '../../../proving/open-action.ts';
import { operation } from '../../../operations/operation.ts';
import { contactToChallenge } from '../../../proving/contact-to-challenge.ts';
import { permitProof } from '../../../proving/permit.ts';
import { sendCode } from '../../../proving/send-code.ts';

export const startSmsChallenge = operation(route, async (context, request) => {
  const action = await openAction(context, request.caller);
  const { unlessOpen, smsChannel, userAuthenticatorId } = request.body;
  const own = contactToChallenge(action, 'SMS', userAuthenticatorId);
  // Where the action or the tenant does not take WhatsApp, its messages prove nothing under another name either.
  if (smsChannel === 'WHATSAPP') permitProof(action, smsChannel, own);
  const recipient = { ...own, channel: smsChannel === 'WHATSAPP' ? smsChannel : undefined };
  const { challengeId, told } = await sendCode(context, request, route, action, recipient, { unlessOpen });
  return { challengeId, ...told };
});
