import { ceremonyWordsTexts } from '#portal-texts/shell.ts';
import { fill } from '../kit/fill.ts';
import { CeremonyError } from '../../../sdk/browser/errors.ts';
import { CallError } from '../api/call.ts';

/** What to do when a passkey was not made or used. */
export function ceremonyWords(error: unknown): string {
  if (error instanceof CeremonyError) {
    switch (error.reason) {
      case 'cancelled':
        return ceremonyWordsTexts.cancelled;
      case 'unsupported':
        return ceremonyWordsTexts.unsupported;
      case 'exists':
        return ceremonyWordsTexts.exists;
      default:
        return ceremonyWordsTexts.passkeyFailed;
    }
  }
  if (error instanceof CallError) {
    switch (error.code) {
      case 'offline':
        return ceremonyWordsTexts.offline;
      case 'too_many_requests':
        return fill(ceremonyWordsTexts.tooManyTries, { seconds: error.retryAfterSeconds ?? 60 });
      case 'forbidden':
        return ceremonyWordsTexts.forbidden;
      case 'unknown_credential':
      case 'invalid_credential':
        return ceremonyWordsTexts.unknownPasskey;
      case 'invalid_token':
      case 'expired_token':
        return ceremonyWordsTexts.tookTooLong;
      case 'not_found':
        return ceremonyWordsTexts.nobodyInvited;
      default:
        return error.message === '' ? ceremonyWordsTexts.serverFault : error.message;
    }
  }
  return ceremonyWordsTexts.pageFault;
}
