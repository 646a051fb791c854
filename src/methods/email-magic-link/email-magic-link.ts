import { emailMethod } from '../contact-method.ts';

/** Links by e-mail. */
export const emailMagicLink = emailMethod('EMAIL_MAGIC_LINK');
