import { reviewsTexts } from '#portal-texts/reviews.ts';
import { numberWords } from '../kit/words.ts';
import { counted, fill } from '../kit/fill.ts';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { ArrowUpRight, Check, ClipboardCheck, Hand, MessageSquareText, X } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { queryOf } from '../api/call.ts';
import type { Review, ReviewsPage } from '../api/types.ts';
import { Address } from '../kit/action-cells.tsx';
import { isAttended } from '../kit/attended.ts';
import { FilterText } from '../kit/fields.tsx';
import { Button, Empty, Failure, Kbd, PageHead, Skeleton, Tag, Time } from '../kit/parts.tsx';
import { DecisionWords, RuleList } from '../kit/reasons.tsx';
import { textOf } from '../kit/parts.tsx';
import { tell } from '../kit/toasts.tsx';
import { useShortcuts } from '../shell/shortcuts.ts';
import { useScene } from '../shell/tenant.tsx';
import { ActionFacts, Custom, Recent, useAction } from './action.tsx';
import { FirstApproval } from './first-approval.tsx';
import { SimilarReviews } from './similar-reviews.tsx';
import { useDecide, useTake } from './use-reviews.ts';

const reviewsMax = 200;
const askEveryMs = 10_000;

/** The queue: a list and the action that is looked at. Everything has a key. */
export function Reviews() {
  const { tenant, portal, may, session } = useScene();
  const { tenantId } = tenant;
  const { code } = useSearch({ from: '/t/$tenantId/reviews' });
  const navigate = useNavigate();
  const queries = useQueryClient();
  const key = [tenantId, 'reviews', code ?? ''] as const;
  const { data, error, refetch } = useQuery({
    queryKey: key,
    queryFn: ({ signal }) =>
      portal<ReviewsPage>('GET', `/reviews${queryOf({ code, limit: reviewsMax })}`, undefined, signal),
    refetchInterval: () => (isAttended() ? askEveryMs : false),
  });
  // What was decided here leaves at once, before the server's list says so.
  const [gone, setGone] = useState<ReadonlySet<string>>(new Set());
  const [selected, setSelected] = useState<string>();
  const [notes, setNotes] = useState<Readonly<Record<string, string>>>({});
  const noteField = useRef<HTMLTextAreaElement>(null);
  const list = useRef<HTMLUListElement>(null);
  const decide = useDecide();
  const take = useTake();
  const reviews = (data?.reviews ?? []).filter(({ actionId }) => !gone.has(actionId));
  const at = Math.max(
    0,
    reviews.findIndex(({ actionId }) => actionId === selected),
  );
  const current = reviews[at];
  const currentId = current?.actionId;
  const canDecide = may('reviews:decide');
  const needsTwo = data?.needsTwoPeople === true;

  useEffect(() => {
    list.current?.querySelector('[aria-current=true]')?.scrollIntoView({ block: 'nearest' });
  }, [currentId]);

  function move(to: number): void {
    const next = reviews[Math.max(0, Math.min(reviews.length - 1, to))];
    if (next !== undefined) setSelected(next.actionId);
  }

  async function settle(decision: 'APPROVE' | 'REJECT'): Promise<void> {
    if (current === undefined || !canDecide) return;
    if (decision === 'APPROVE' && needsTwo && current.firstApproval?.isOwn === true) {
      tell(reviewsTexts.approvedAlready, reviewsTexts.approvedAlreadyText, 'bad');
      return;
    }
    const next = reviews[at + 1] ?? reviews[at - 1];
    // It stays for a second person.
    const stays = decision === 'APPROVE' && needsTwo && current.firstApproval === undefined;
    if (!stays) setGone((before) => new Set([...before, current.actionId]));
    setSelected(next?.actionId);
    const result = await decide({ action: current, decision, note: notes[current.actionId] ?? '' });
    if (result !== 'done') setGone((before) => new Set([...before].filter((id) => id !== current.actionId)));
    if (result === 'failed') setSelected(current.actionId);
    else void queries.invalidateQueries({ queryKey: [tenantId, 'action', current.actionId] });
    if (stays) void refetch();
  }

  async function takeOrGive(force: boolean): Promise<void> {
    if (current === undefined || !canDecide) return;
    const isTaken = force || !current.isOwn;
    const result = await take({ action: current, isTaken, force });
    if (result === 'done') {
      queries.setQueryData<ReviewsPage>(key, (before) =>
        before === undefined
          ? before
          : { ...before, reviews: before.reviews.map((one) => withTaken(one, current, isTaken, session.email)) },
      );
    }
    void refetch();
  }

  useShortcuts(reviewsTexts.reviews, [
    { keys: 'j', words: reviewsTexts.next, run: () => move(at + 1) },
    { keys: 'k', words: reviewsTexts.previous, run: () => move(at - 1) },
    ...(canDecide
      ? [
          { keys: 'a', words: reviewsTexts.approve, run: () => void settle('APPROVE') },
          { keys: 'r', words: reviewsTexts.reject, run: () => void settle('REJECT') },
          { keys: 'n', words: reviewsTexts.writeNote, run: () => noteField.current?.focus() },
          { keys: 't', words: reviewsTexts.takeOrGiveBack, run: () => void takeOrGive(false) },
          { keys: 'T', words: reviewsTexts.takeOverFromAColleague, run: () => void takeOrGive(true) },
        ]
      : []),
    {
      keys: 'Enter',
      words: reviewsTexts.openTheAction,
      run: () =>
        current === undefined
          ? undefined
          : void navigate({ to: '/t/$tenantId/actions/$actionId', params: { tenantId, actionId: current.actionId } }),
    },
  ]);

  const waiting = data === undefined ? undefined : Math.max(0, data.waiting - (data.reviews.length - reviews.length));
  return (
    <div className="Page Page-full">
      <PageHead
        title={reviewsTexts.reviews}
        count={waiting === undefined ? undefined : counted(reviewsTexts.waiting, waiting)}
      >
        <FilterText
          label={reviewsTexts.actionCode}
          value={code}
          maxLength={256}
          change={(changed) =>
            void navigate({
              to: '/t/$tenantId/reviews',
              params: { tenantId },
              search: changed === undefined ? {} : { code: changed },
              replace: true,
            })
          }
        />
      </PageHead>
      {error !== null && data === undefined ? (
        <Failure error={error} title={reviewsTexts.queueNotLoaded} retry={() => void refetch()} />
      ) : data === undefined ? (
        <Skeleton label={reviewsTexts.reviewsLoading} lines={12} />
      ) : current === undefined ? (
        <Empty
          icon={<ClipboardCheck size={20} aria-hidden />}
          title={code === undefined ? reviewsTexts.nothingWaits : fill(reviewsTexts.nothingOfCodeWaits, { code })}
        >
          <p>{reviewsTexts.nothingWaitsText}</p>
          <p>{reviewsTexts.nothingWaitsHint}</p>
        </Empty>
      ) : (
        <div className="Queue">
          <ul className="QueueList" ref={list} aria-label={reviewsTexts.waitingOldestFirst}>
            {reviews.map((review) => (
              <li key={review.actionId}>
                <button
                  type="button"
                  className="QueueItem"
                  aria-current={review.actionId === currentId}
                  onClick={() => setSelected(review.actionId)}
                >
                  <span className="QueueTop">
                    <strong className="Cut">{review.actionCode}</strong>
                    <Time at={review.createdAt} isRelative />
                  </span>
                  <span className="QueueUser Cut">{review.userId}</span>
                  <span className="QueueEnd">
                    <span className="Cut">{review.rules[0]?.name ?? reviewsTexts.default}</span>
                    {review.firstApproval === undefined ? null : (
                      <Tag tone={review.firstApproval.isOwn ? 'calm' : 'wait'}>
                        {review.firstApproval.isOwn ? reviewsTexts.approvedByYou : reviewsTexts.needsASecond}
                      </Tag>
                    )}
                    {review.assignedTo === undefined ? null : (
                      <Tag tone={review.isOwn ? 'main' : 'wait'}>
                        {review.isOwn ? reviewsTexts.yours : review.assignedTo.split('@')[0]}
                      </Tag>
                    )}
                  </span>
                </button>
              </li>
            ))}
            {data.nextCursor === undefined ? null : <li className="QueueMore">{reviewsTexts.more}</li>}
          </ul>
          <ReviewDetail
            key={current.actionId}
            review={current}
            note={notes[current.actionId] ?? ''}
            setNote={(note) => setNotes((before) => ({ ...before, [current.actionId]: note }))}
            noteField={noteField}
            canDecide={canDecide}
            needsTwo={needsTwo}
            settle={(decision) => void settle(decision)}
            take={() => void takeOrGive(false)}
          />
        </div>
      )}
    </div>
  );
}

function withTaken(one: Review, current: Review, isTaken: boolean, email: string): Review {
  if (one.actionId !== current.actionId) return one;
  const { assignedTo: _before, ...rest } = one;
  return isTaken ? { ...rest, assignedTo: email, isOwn: true } : { ...rest, isOwn: false };
}

function ReviewDetail({
  review,
  note,
  setNote,
  noteField,
  canDecide,
  needsTwo,
  settle,
  take,
}: {
  readonly review: Review;
  readonly note: string;
  readonly setNote: (note: string) => void;
  readonly noteField: React.RefObject<HTMLTextAreaElement | null>;
  readonly canDecide: boolean;
  readonly needsTwo: boolean;
  readonly settle: (decision: 'APPROVE' | 'REJECT') => void;
  readonly take: () => void;
}) {
  const { tenantId } = useScene().tenant;
  const { data: action, error, refetch } = useAction(review.actionId);
  return (
    <section
      className="QueueDetail"
      aria-label={fill(reviewsTexts.actionOfUser, { actionCode: review.actionCode, userId: review.userId })}
    >
      <header className="QueueHead">
        <div className="QueueTitle">
          <h2>
            <span className="Cut">{review.actionCode}</span>
            <span className="Faint Cut">{review.userId}</span>
          </h2>
          <p>
            <Address action={review} />
            <Time at={review.createdAt} />
            {review.assignedTo === undefined || review.isOwn ? null : (
              <Tag tone="wait">{fill(reviewsTexts.takenBy, { assignedTo: review.assignedTo })}</Tag>
            )}
          </p>
        </div>
        <Link
          className="IconButton"
          aria-label={reviewsTexts.openTheAction}
          title={reviewsTexts.openTheAction}
          to="/t/$tenantId/actions/$actionId"
          params={{ tenantId, actionId: review.actionId }}
        >
          <ArrowUpRight size={15} aria-hidden />
        </Link>
      </header>
      <div className="QueueBody">
        <Amounts review={review} />
        <FirstApproval of={review.firstApproval} />
        {action !== undefined ? (
          <>
            <DecisionWords decision={action.decision} today={action.today} />
            <section>
              <h3>{reviewsTexts.rules}</h3>
              <RuleList decision={action.decision} />
            </section>
            <div className="Columns">
              <section>
                <h3>{reviewsTexts.action}</h3>
                <ActionFacts action={action} />
              </section>
              <section>
                <h3>{reviewsTexts.theUserLately}</h3>
                <Recent action={action} />
                <h3>{reviewsTexts.similarCases}</h3>
                <SimilarReviews actionId={review.actionId} />
                <h3>{reviewsTexts.customData}</h3>
                <Custom of={action.custom} />
              </section>
            </div>
          </>
        ) : error === null ? (
          <Skeleton label={reviewsTexts.reasonsLoading} lines={6} />
        ) : (
          <Failure error={error} title={reviewsTexts.reasonsNotLoaded} retry={() => void refetch()} />
        )}
      </div>
      {canDecide ? (
        <footer className="QueueFoot">
          <div className="NoteBox">
            <MessageSquareText size={14} aria-hidden />
            <textarea
              ref={noteField}
              aria-label={reviewsTexts.note}
              placeholder={reviewsTexts.notePlaceholder}
              rows={1}
              maxLength={2_000}
              value={note}
              onChange={(event) => setNote(event.target.value)}
              onKeyDown={(event) => (event.key === 'Escape' ? event.currentTarget.blur() : undefined)}
            />
            <Kbd keys="n" />
          </div>
          <Button look="quiet" onClick={take}>
            <Hand size={14} aria-hidden />
            {review.isOwn ? reviewsTexts.giveBack : reviewsTexts.take}
            <Kbd keys="t" />
          </Button>
          <Button look="danger" onClick={() => settle('REJECT')}>
            <X size={14} aria-hidden />
            {reviewsTexts.reject}
            <Kbd keys="r" />
          </Button>
          <Button look="good" onClick={() => settle('APPROVE')}>
            <Check size={14} aria-hidden />
            {needsTwo && review.firstApproval === undefined ? reviewsTexts.approveFirst : reviewsTexts.approve}
            <Kbd keys="a" />
          </Button>
        </footer>
      ) : (
        <footer className="QueueFoot">
          <p className="Faint">{reviewsTexts.notForYou}</p>
        </footer>
      )}
    </section>
  );
}

const figuresMax = 4;

/** What of the custom data looks like what matters: numbers and short texts, the first few. */
function Amounts({ review: { custom } }: { readonly review: Review }) {
  const shown = Object.entries(custom ?? {})
    .filter(([, value]) => typeof value === 'number' || (typeof value === 'string' && value.length <= 24))
    .slice(0, figuresMax);
  if (shown.length === 0) return null;
  return (
    <dl className="Figures">
      {shown.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{typeof value === 'number' ? numberWords(value) : textOf(value)}</dd>
        </div>
      ))}
    </dl>
  );
}
