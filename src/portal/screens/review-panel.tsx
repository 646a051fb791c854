/** Decides one review; on the page of the action. */
import { reviewPanelTexts } from '#portal-texts/reviews.ts';
import { fill } from '../kit/fill.ts';
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
        <h2>{reviewPanelTexts.review}</h2>
        <Facts
          of={[
            ...(review.firstApproval === undefined
              ? []
              : ([[reviewPanelTexts.approvedFirstBy, review.firstApproval.by]] as const)),
            [
              reviewPanelTexts.decidedBy,
              review.decidedBy === 'API'
                ? reviewPanelTexts.yourBackend
                : (review.decidedBy ?? reviewPanelTexts.unknown),
            ],
            ...(review.decidedAt === undefined
              ? []
              : ([[reviewPanelTexts.at, <Time key="at" at={review.decidedAt} />]] as const)),
            ...(review.note === undefined
              ? []
              : ([
                  [
                    reviewPanelTexts.note,
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
      <h2>{reviewPanelTexts.review}</h2>
      <p className="Faint">
        {review.assignedTo === undefined
          ? reviewPanelTexts.takenByNobody
          : isMine
            ? reviewPanelTexts.takenByYou
            : fill(reviewPanelTexts.takenBy, { assignedTo: review.assignedTo })}
      </p>
      <FirstApproval of={review.firstApproval} />
      {may('reviews:decide') ? (
        <>
          <textarea
            className="Input"
            aria-label={reviewPanelTexts.note}
            placeholder={reviewPanelTexts.notePlaceholder}
            rows={2}
            maxLength={2_000}
            value={note}
            onChange={(event) => setNote(event.target.value)}
          />
          <div className="Row">
            <Button look="good" isBusy={deciding.isPending} onClick={() => deciding.mutate('APPROVE')}>
              <Check size={14} aria-hidden />
              {reviewPanelTexts.approve}
            </Button>
            <Button look="danger" isBusy={deciding.isPending} onClick={() => deciding.mutate('REJECT')}>
              <X size={14} aria-hidden />
              {reviewPanelTexts.reject}
            </Button>
            <Button
              look="quiet"
              onClick={() =>
                void take({ action, isTaken: !isMine, force: review.assignedTo !== undefined && !isMine }).finally(
                  after,
                )
              }
            >
              {isMine
                ? reviewPanelTexts.giveBack
                : review.assignedTo === undefined
                  ? reviewPanelTexts.take
                  : reviewPanelTexts.takeOver}
            </Button>
          </div>
        </>
      ) : (
        <p className="Faint">{reviewPanelTexts.notForYou}</p>
      )}
    </section>
  );
}
