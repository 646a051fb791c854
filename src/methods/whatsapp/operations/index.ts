import { startWhatsappChallenge } from './start-whatsapp-challenge.ts';
import { startWhatsappEnrolment } from './start-whatsapp-enrolment.ts';
import { verifyWhatsapp } from './verify-whatsapp.ts';

export const operations = [startWhatsappEnrolment, startWhatsappChallenge, verifyWhatsapp];
