import { CallError, StepUpDeclined } from './call.ts';

/** Why a call was not answered as asked, in a sentence. */
export function wordsOf(error: unknown): string {
  if (error instanceof StepUpDeclined) return 'You did not prove who you are.';
  if (!(error instanceof CallError)) return 'Something in this page went wrong.';
  if (error.code === 'offline') return 'The server did not answer. Try again.';
  if (error.code === 'forbidden') return 'None of your roles permits it.';
  return error.message === '' ? 'Something went wrong in the server. Try again.' : error.message;
}
