import { phoneMethod } from '../contact-method.ts';
import { manifest } from './manifest.ts';

/** One-time codes by text message. */
export const sms = phoneMethod(manifest);
