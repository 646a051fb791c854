import { CallError } from '../api/call.ts';

/** What to do about a change that was refused. Undefined if there is nothing to say: the operator stopped it. */
export function refusalWords(error: unknown): string | undefined {
  if (error instanceof Error && (error.name === 'StepUpDeclined' || error.name === 'ChangedMeanwhile'))
    return undefined;
  if (!(error instanceof CallError)) return 'Something in this page went wrong. Reload it, then try again.';
  switch (error.code) {
    case 'offline':
      return 'The server did not answer. Nothing may have been saved: look, then try again.';
    case 'forbidden':
      return 'None of your roles permits it.';
    case 'not_found':
      return 'It was deleted meanwhile.';
    case 'too_many_requests':
    case 'unavailable':
      return 'The server is busy. Try again in a few seconds.';
    default:
      return error.message === '' ? 'Something went wrong in the server. Try again.' : error.message;
  }
}
