/** Deciding and taking reviews, from the queue and from the page of an action. */
import { useReviewsTexts } from '#portal-texts/reviews.ts';
import { fill } from '../kit/fill.ts';
import { useQueryClient } from '@tanstack/react-query';
import { CallError } from '../api/call.ts';
import { wordsOf } from '../api/words-of.ts';
import type { ListedAction } from '../api/types.ts';
import { tell } from '../kit/toasts.tsx';
import { useScene } from '../shell/tenant.tsx';

type Reviewed = Pick<ListedAction, 'actionId' | 'actionCode' | 'userId'>;

/** Decides, and says what became of it: `first` if it waits for a second person. */
export function useDecide() {
  const { portal, tenant } = useScene();
  const queries = useQueryClient();
  return async ({
    action,
    decision,
    note = '',
  }: {
    readonly action: Reviewed;
    readonly decision: 'APPROVE' | 'REJECT';
    readonly note?: string;
  }): Promise<'done' | 'first' | 'failed'> => {
    const what = fill(useReviewsTexts.actionOfUser, { actionCode: action.actionCode, userId: action.userId });
    const words = note.trim();
    try {
      const decided = await portal<ListedAction>('POST', `/reviews/${encodeURIComponent(action.actionId)}/decide`, {
        decision,
        ...(words === '' ? {} : { note: words }),
      });
      const isFirst = decided.state === 'REVIEW_REQUIRED';
      if (isFirst) tell(useReviewsTexts.approvedByYou, fill(useReviewsTexts.approvedByYouText, { what }));
      else tell(decision === 'APPROVE' ? useReviewsTexts.approved : useReviewsTexts.rejected, what);
      void queries.invalidateQueries({ queryKey: [tenant.tenantId, 'waiting'] });
      return isFirst ? 'first' : 'done';
    } catch (error) {
      if (error instanceof CallError && (error.code === 'conflict' || error.code === 'not_found')) {
        // The sentence of the server says who was first.
        tell(useReviewsTexts.notChanged, `${what}: ${error.message}`, 'bad');
        return 'done';
      }
      tell(useReviewsTexts.notDecided, `${what}: ${wordsOf(error)}`, 'bad');
      return 'failed';
    }
  };
}

/** Takes a review, or gives it back. */
export function useTake() {
  const { portal } = useScene();
  return async ({
    action,
    isTaken,
    force = false,
  }: {
    readonly action: Reviewed;
    readonly isTaken: boolean;
    readonly force?: boolean;
  }): Promise<'done' | 'taken' | 'failed'> => {
    try {
      await portal('POST', `/reviews/${encodeURIComponent(action.actionId)}/take`, {
        isTaken,
        ...(force ? { force } : {}),
      });
      return 'done';
    } catch (error) {
      const isConflict = error instanceof CallError && error.code === 'conflict';
      tell(
        useReviewsTexts.notTaken,
        isConflict && isTaken ? fill(useReviewsTexts.takeOverHint, { message: error.message }) : wordsOf(error),
        'bad',
      );
      return isConflict ? 'taken' : 'failed';
    }
  };
}
