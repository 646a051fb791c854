import { emailMethod } from '../contact-method.ts';
import { manifest } from './manifest.ts';

/** Links by e-mail. */
export const emailMagicLink = emailMethod(manifest);
