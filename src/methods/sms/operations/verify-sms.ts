import { verifySms as route } from '../contract.ts';
import { operation } from '../../../operations/operation.ts';
import { verifySentCode } from '../../../proving/verify-sent-code.ts';

export const verifySms = operation(route, async (context, request) =>
  verifySentCode(context, request, route, 'SMS', request.body.verificationCode),
);
