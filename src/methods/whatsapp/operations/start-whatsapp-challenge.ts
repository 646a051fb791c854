import { startWhatsappChallenge as route } from '../contract.ts';
import { openAction } from '../../../proving/open-action.ts';
import { operation } from '../../../operations/operation.ts';
import { numberForWhatsapp } from '../../../proving/number-for-whatsapp.ts';
import { sendCode } from '../../../proving/send-code.ts';

export const startWhatsappChallenge = operation(route, async (context, request) => {
  const action = await openAction(context, request.caller);
  const { unlessOpen, userAuthenticatorId } = request.body;
  const { recipient, sending } = numberForWhatsapp(context, action, userAuthenticatorId);
  const { challengeId, told } = await sendCode(context, request, route, action, recipient, { ...sending, unlessOpen });
  return { challengeId, ...told };
});
