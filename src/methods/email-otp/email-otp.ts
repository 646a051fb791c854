import { emailMethod } from '../contact-method.ts';
import { manifest } from './manifest.ts';

/** One-time codes by e-mail. */
export const emailOtp = emailMethod(manifest);
