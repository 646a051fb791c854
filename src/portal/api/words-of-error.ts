import { CallError } from './call.ts';

/** What an operator reads about a call that failed. */
export function wordsOf(error: unknown): string {
  if (!(error instanceof CallError)) return 'Something in this page went wrong.';
  if (error.code === 'offline') return 'The server did not answer. Try again.';
  if (error.code === 'forbidden') return 'None of your roles permits it.';
  return error.message === '' ? 'Something went wrong in the server. Try again.' : error.message;
}
