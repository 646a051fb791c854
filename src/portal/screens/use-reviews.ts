/** Deciding and taking reviews, from the queue and from the page of an action. */
import { useQueryClient } from '@tanstack/react-query';
import { CallError } from '../api/call.ts';
import type { ListedAction } from '../api/types.ts';
import { tell } from '../kit/toasts.tsx';
import { useScene } from '../shell/tenant.tsx';

type Reviewed = Pick<ListedAction, 'actionId' | 'actionCode' | 'userId'>;

/** Decides, and says what became of it. False if it still waits. */
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
  }): Promise<boolean> => {
    const what = `${action.actionCode} of ${action.userId}`;
    const words = note.trim();
    try {
      await portal('POST', `/reviews/${encodeURIComponent(action.actionId)}/decide`, {
        decision,
        ...(words === '' ? {} : { note: words }),
      });
      tell(decision === 'APPROVE' ? 'Approved' : 'Rejected', what);
      void queries.invalidateQueries({ queryKey: [tenant.tenantId, 'waiting'] });
      return true;
    } catch (error) {
      if (error instanceof CallError && (error.code === 'conflict' || error.code === 'not_found')) {
        // The sentence of the server says who was first.
        tell('Not changed', `${what}: ${error.message}`, 'bad');
        return true;
      }
      tell('Not decided', `${what}: ${wordsOf(error)}`, 'bad');
      return false;
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

function wordsOf(error: unknown): string {
  if (!(error instanceof CallError)) return 'Something in this page went wrong.';
  if (error.code === 'offline') return 'The server did not answer. Try again.';
  if (error.code === 'forbidden') return 'None of your roles permits it.';
  return error.message === '' ? 'Something went wrong in the server. Try again.' : error.message;
}
