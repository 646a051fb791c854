import { refusalWordsTexts } from '#portal-texts/kit.ts';
import { CallError, StepUpDeclined } from '../api/call.ts';
import { wordsOf } from '../api/words-of.ts';

const busy = refusalWordsTexts.busy;
/** What a failure means for a change. */
const ofChanges: ReadonlyMap<string, string> = new Map([
  ['offline', refusalWordsTexts.offline],
  ['not_found', refusalWordsTexts.notFound],
  ['too_many_requests', busy],
  ['unavailable', busy],
]);

/** What to do about a change that was refused. Undefined if there is nothing to say: the operator stopped it. */
export function refusalWords(error: unknown): string | undefined {
  if (error instanceof StepUpDeclined) return undefined;
  if (error instanceof Error && error.name === 'ChangedMeanwhile') return undefined;
  return (error instanceof CallError ? ofChanges.get(error.code) : undefined) ?? wordsOf(error);
}
