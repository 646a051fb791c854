import { verifyWhatsapp as route } from '../contract.ts';
import { operation } from '../../../operations/operation.ts';
import { verifySentCode } from '../../../proving/verify-sent-code.ts';

export const verifyWhatsapp = operation(route, async (context, request) =>
  verifySentCode(context, request, route, 'WHATSAPP', request.body.verificationCode),
);
