import { CallError } from '../api/call.ts';

/** What to do when coming in at the issuer or by a password did not work. The server's own sentences say it. */
export function serverWords(error: unknown): string {
  if (!(error instanceof CallError)) return 'Something in this page went wrong. Reload it, then try again.';
  switch (error.code) {
    case 'offline':
      return 'The server did not answer. Check your connection, then try again.';
    case 'unauthorized':
      return 'Your session has ended. Sign in, then do it again.';
    case 'too_many_requests':
      return `Too many tries. Wait ${error.retryAfterSeconds ?? 60} seconds, then try again.`;
    default:
      return error.message === '' ? 'Something went wrong in the server. Try again.' : error.message;
  }
}
