import { startTotpEnrolment } from './start-totp-enrolment.ts';
import { verifyTotp } from './verify-totp.ts';

export const operations = [startTotpEnrolment, verifyTotp];
