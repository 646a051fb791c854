import { emailMethod } from '../contact-method.ts';

/** One-time codes by e-mail. */
export const emailOtp = emailMethod('EMAIL_OTP');
