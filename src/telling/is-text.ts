import type { TextChannel } from '../delivery/text/texter.ts';
import { manifestOf } from '../methods/manifests.ts';

/** Whether the messages of a method go to phone numbers. */
export function isText(verificationMethod: string): verificationMethod is TextChannel {
  return manifestOf(verificationMethod)?.channel === 'phoneNumber';
}
