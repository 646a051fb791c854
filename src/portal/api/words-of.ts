import { wordsOfTexts, commonTexts } from '#portal-texts/kit.ts';
import { CallError, StepUpDeclined } from './call.ts';

/** Why a call was not answered as asked, in a sentence. */
export function wordsOf(error: unknown): string {
  if (error instanceof StepUpDeclined) return wordsOfTexts.notProven;
  if (!(error instanceof CallError)) return wordsOfTexts.pageFault;
  if (error.code === 'offline') return commonTexts.noAnswer;
  if (error.code === 'forbidden') return wordsOfTexts.forbidden;
  return error.message === '' ? wordsOfTexts.serverFault : error.message;
}
