import { verifyEmailOtp as route } from '../../contract/client/email-otp.ts';
import { tokenOperation } from '../operation.ts';
import { verifySentCode } from './verify-sent-code.ts';

export const verifyEmailOtp = tokenOperation(route, async (context, request) =>
  verifySentCode(context, request, route, 'EMAIL_OTP', request.body.verificationCode),
);
