import { serverWordsTexts } from '#portal-texts/shell.ts';
import { fill } from '../kit/fill.ts';
import { CallError } from '../api/call.ts';

/** What to do when coming in at the issuer or by a password did not work. The server's own sentences say it. */
export function serverWords(error: unknown): string {
  if (!(error instanceof CallError)) return serverWordsTexts.pageFault;
  switch (error.code) {
    case 'offline':
      return serverWordsTexts.offline;
    case 'unauthorized':
      return serverWordsTexts.sessionEnded;
    case 'too_many_requests':
      return fill(serverWordsTexts.tooManyTries, { seconds: error.retryAfterSeconds ?? 60 });
    default:
      return error.message === '' ? serverWordsTexts.serverFault : error.message;
  }
}
