import { CallError, StepUpDeclined } from '../api/call.ts';
import { wordsOf } from '../api/words-of.ts';

const busy = 'The server is busy. Try again in a few seconds.';
/** What a failure means for a change. */
const ofChanges: ReadonlyMap<string, string> = new Map([
  ['offline', 'The server did not answer. Nothing may have been saved: look, then try again.'],
  ['not_found', 'It was deleted meanwhile.'],
  ['too_many_requests', busy],
  ['unavailable', busy],
]);

/** What to do about a change that was refused. Undefined if there is nothing to say: the operator stopped it. */
export function refusalWords(error: unknown): string | undefined {
  if (error instanceof StepUpDeclined) return undefined;
  if (error instanceof Error && error.name === 'ChangedMeanwhile') return undefined;
  return (error instanceof CallError ? ofChanges.get(error.code) : undefined) ?? wordsOf(error);
}
