import { phoneMethod } from '../contact-method.ts';

/** One-time codes by text message. */
export const sms = phoneMethod('SMS');
