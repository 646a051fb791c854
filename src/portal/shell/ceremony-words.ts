import { CeremonyError } from '../../../sdk/browser/errors.ts';
import { CallError } from '../api/call.ts';

/** What to do when a passkey was not made or used. */
export function ceremonyWords(error: unknown): string {
  if (error instanceof CeremonyError) {
    switch (error.reason) {
      case 'cancelled':
        return 'That was cancelled, or it took too long. Try again.';
      case 'unsupported':
        return 'This browser cannot use passkeys here. Open the portal in a current browser, by https.';
      case 'exists':
        return 'This device has a passkey for the portal already. Sign in with it.';
      default:
        return 'The passkey did not work. Try again, or use another device.';
    }
  }
  if (error instanceof CallError) {
    switch (error.code) {
      case 'offline':
        return 'The server did not answer. Check your connection, then try again.';
      case 'too_many_requests':
        return `Too many tries. Wait ${error.retryAfterSeconds ?? 60} seconds, then try again.`;
      case 'forbidden':
        return 'That passkey may not come in. If you were removed from the team, ask an admin to invite you again.';
      case 'unknown_credential':
      case 'invalid_credential':
        return 'No operator here has that passkey. Choose another one, or ask an admin to invite you again.';
      case 'invalid_token':
      case 'expired_token':
        return 'That took too long. Start again.';
      case 'not_found':
        return 'Nobody has been invited to this portal yet. On the server, run: sallyport operators invite';
      default:
        return error.message === '' ? 'Something went wrong in the server. Try again.' : error.message;
    }
  }
  return 'Something in this page went wrong. Reload it, then try again.';
}
