import { startSmsChallenge } from './start-sms-challenge.ts';
import { startSmsEnrolment } from './start-sms-enrolment.ts';
import { verifySms } from './verify-sms.ts';

export const operations = [startSmsEnrolment, startSmsChallenge, verifySms];
