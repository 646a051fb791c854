import { phoneMethod } from '../contact-method.ts';

/** One-time codes by WhatsApp message. */
export const whatsapp = phoneMethod('WHATSAPP');
