import { verifyEmailOtp as route } from '../contract.ts';
import { operation } from '../../../operations/operation.ts';
import { verifySentCode } from '../../../proving/verify-sent-code.ts';

export const verifyEmailOtp = operation(route, async (context, request) =>
  verifySentCode(context, request, route, 'EMAIL_OTP', request.body.verificationCode),
);
