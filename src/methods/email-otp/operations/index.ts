import { startEmailOtpChallenge } from './start-email-otp-challenge.ts';
import { startEmailOtpEnrolment } from './start-email-otp-enrolment.ts';
import { verifyEmailOtp } from './verify-email-otp.ts';

export const operations = [startEmailOtpEnrolment, startEmailOtpChallenge, verifyEmailOtp];
