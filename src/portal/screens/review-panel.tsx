/** Decides one review; on the page of the action. */
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Check, X } from 'lucide-react';
import { useState } from 'react';
import type { ActionDetail } from '../api/types.ts';
import { Button, Facts, Time } from '../kit/parts.tsx';
import { useScene } from '../shell/tenant.tsx';
import { FirstApproval } from './first-approval.tsx';
import { useDecide, useTake } from './use-reviews.ts';

type GivenReview = NonNullable<ActionDetail['review']>;

export function ReviewPanel({ action, review }: { readonly action: ActionDetail; readonly review: GivenReview }) {
  const { tenant, session, may } = useScene();
  const queries = useQueryClient();
  const [note, setNote] = useState('');
  const after = () => void queries.invalidateQueries({ queryKey: [tenant.tenantId, 'action', action.actionId] });
  const decide = useDecide();
  const take = useTake();
  const deciding = useMutation({
    mutationFn: (decision: 'APPROVE' | 'REJECT') => decide({ action, decision, note }),
    onSettled: after,
  });
  const isMine = review.assignedTo === session.email;

  if (!review.isWaiting) {
    return (
      <section className="Card">
        <h2>Review</h2>
        <Facts
          of={[
            ...(review.firstApproval === undefined ? [] : ([['Approved first by', review.firstApproval.by]] as const)),
            ['Decided by', review.decidedBy === 'API' ? 'Your backend' : (review.decidedBy ?? 'Unknown')],
            ...(review.decidedAt === undefined ? [] : ([['At', <Time key="at" at={review.decidedAt} />]] as const)),
            ...(review.note === undefined
              ? []
              : ([
                  [
                    'Note',
                    <span key="note" className="Words">
                      {review.note}
                    </span>,
                  ],
                ] as const)),
          ]}
        />
      </section>
    );
  }
  return (
    <section className="Card Card-review">
      <h2>Review</h2>
      <p className="Faint">
        {review.assignedTo === undefined
          ? 'Nobody has taken it.'
          : isMine
            ? 'You have taken it.'
            : `${review.assignedTo} has taken it.`}
      </p>
      <FirstApproval of={review.firstApproval} />
      {may('reviews:decide') ? (
        <>
          <textarea
            className="Input"
            aria-label="Note"
            placeholder="Note for colleagues and auditors"
            rows={2}
            maxLength={2_000}
            value={note}
            onChange={(event) => setNote(event.target.value)}
          />
          <div className="Row">
            <Button look="good" isBusy={deciding.isPending} onClick={() => deciding.mutate('APPROVE')}>
              <Check size={14} aria-hidden />
              Approve
            </Button>
            <Button look="danger" isBusy={deciding.isPending} onClick={() => deciding.mutate('REJECT')}>
              <X size={14} aria-hidden />
              Reject
            </Button>
            <Button
              look="quiet"
              onClick={() =>
                void take({ action, isTaken: !isMine, force: review.assignedTo !== undefined && !isMine }).finally(
                  after,
                )
              }
            >
              {isMine ? 'Give back' : review.assignedTo === undefined ? 'Take' : 'Take over'}
            </Button>
          </div>
        </>
      ) : (
        <p className="Faint">Analysts and admins decide reviews.</p>
      )}
    </section>
  );
}
