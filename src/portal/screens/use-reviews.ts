/** Deciding and taking reviews, from the queue and from the page of an action. */
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
    const what = `${action.actionCode} of ${action.userId}`;
    const words = note.trim();
    try {
      const decided = await portal<ListedAction>('POST', `/reviews/${encodeURIComponent(action.actionId)}/decide`, {
        decision,
        ...(words === '' ? {} : { note: words }),
      });
      const isFirst = decided.state === 'REVIEW_REQUIRED';
      if (isFirst) tell('Approved by you', `${what}: somebody else has to approve it too.`);
      else tell(decision === 'APPROVE' ? 'Approved' : 'Rejected', what);
      void queries.invalidateQueries({ queryKey: [tenant.tenantId, 'waiting'] });
      return isFirst ? 'first' : 'done';
    } catch (error) {
      if (error instanceof CallError && (error.code === 'conflict' || error.code === 'not_found')) {
        // The sentence of the server says who was first.
        tell('Not changed', `${what}: ${error.message}`, 'bad');
        return 'done';
      }
      tell('Not decided', `${what}: ${wordsOf(error)}`, 'bad');
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
        'Not taken',
        isConflict && isTaken ? `${error.message} Press Shift T to take it over.` : wordsOf(error),
        'bad',
      );
      return isConflict ? 'taken' : 'failed';
    }
  };
}
