import { phoneMethod } from '../contact-method.ts';
import { manifest } from './manifest.ts';

/** One-time codes by WhatsApp message. */
export const whatsapp = phoneMethod(manifest);
