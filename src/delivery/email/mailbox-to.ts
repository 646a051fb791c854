import { isMailbox } from '../../core/authenticators/is-mailbox.ts';
import { normalEmail } from '../../core/authenticators/normal-email.ts';
import { DeliveryFailed } from '../delivery-failed.ts';

/**
 * The one mailbox that a mail goes to: nothing in an address becomes a second recipient. The domain is in its DNS form, so
 * that nobody has to convert it.
 * @throws {DeliveryFailed} for a text that is more, or less, than one address
 */
export function mailboxTo(address: string): string {
  if (!isMailbox(address)) {
    throw new DeliveryFailed('Mail cannot be sent to this address exactly as written.', { isRefused: true });
  }
  return normalEmail(address);
}
