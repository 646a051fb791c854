/** What was sent to an endpoint, and sending it again. */
import { commonTexts } from '#portal-texts/kit.ts';
import { deliveriesTexts } from '#portal-texts/endpoints.ts';
import { numberWords } from '../../kit/words.ts';
import { counted, fill } from '../../kit/fill.ts';
import { useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query';
import { ChevronRight, RotateCw } from 'lucide-react';
import { useState } from 'react';
import { queryOf } from '../../api/call.ts';
import type { EventAttempt, EventDelivery, WholeDelivery } from '../../api/types.ts';
import { FilterSelect, FilterText, Labelled } from '../../kit/fields.tsx';
import { Modal } from '../../kit/modal.tsx';
import { Button, Empty, Facts, Failure, Notice, Skeleton, Tag, Time } from '../../kit/parts.tsx';
import { between, fromLocalInput, toLocalInput } from '../../kit/times.ts';
import { tell } from '../../kit/toasts.tsx';
import { useChange } from '../../kit/use-change.ts';
import { useScene } from '../../shell/tenant.tsx';

const pageRows = 50;
const states = {
  waiting: deliveriesTexts.waiting,
  delivered: deliveriesTexts.delivered,
  dead: deliveriesTexts.dead,
} as const;
const tones = { waiting: 'wait', delivered: 'good', dead: 'bad' } as const;
const deadWords: ReadonlyMap<string, string> = new Map([
  ['refused', deliveriesTexts.refused],
  ['unanswered', deliveriesTexts.unanswered],
  ['expired', deliveriesTexts.tooLate],
  ['user_deleted', deliveriesTexts.userDeleted],
]);

export function Deliveries({ endpointId }: { readonly endpointId: string }) {
  const { tenant, manage, may } = useScene();
  const { tenantId } = tenant;
  const [state, setState] = useState<string>();
  const [type, setType] = useState<string>();
  const [isReplaying, setReplaying] = useState(false);
  const { data, error, refetch, hasNextPage, isFetchingNextPage, fetchNextPage } = useInfiniteQuery({
    queryKey: [tenantId, 'deliveries', endpointId, state, type],
    queryFn: ({ pageParam }) =>
      manage<EventDelivery[]>(
        'GET',
        `/event-deliveries${queryOf({ endpointId, state, type, limit: pageRows, cursor: pageParam })}`,
      ),
    initialPageParam: '',
    getNextPageParam: (page) => (page.length < pageRows ? undefined : page.at(-1)?.deliveryId),
    refetchInterval: (query) =>
      query.state.data?.pages[0]?.some((delivery) => delivery.state === 'waiting') === true ? 5_000 : false,
  });
  const rows = data?.pages.flat() ?? [];
  return (
    <section>
      <h2>{deliveriesTexts.deliveries}</h2>
      <div className="Filters" role="search" aria-label={commonTexts.filters}>
        <FilterSelect
          label={deliveriesTexts.anyState}
          value={state}
          change={setState}
          options={Object.entries(states)}
        />
        <FilterText label={deliveriesTexts.typeOfEvent} value={type} change={setType} maxLength={64} />
        <Button onClick={() => void refetch()}>
          <RotateCw size={14} aria-hidden />
          {deliveriesTexts.lookAgain}
        </Button>
        {may('configuration:change') ? (
          <Button onClick={() => setReplaying(true)}>{deliveriesTexts.range}</Button>
        ) : null}
      </div>
      {error !== null && data === undefined ? (
        <Failure error={error} title={deliveriesTexts.deliveriesNotLoaded} retry={() => void refetch()} />
      ) : data === undefined ? (
        <Skeleton label={deliveriesTexts.deliveriesLoading} />
      ) : rows.length === 0 ? (
        <Empty
          title={
            state === undefined && type === undefined ? deliveriesTexts.nothingSent : deliveriesTexts.noDeliveryFits
          }
        >
          <p>
            {state === undefined && type === undefined
              ? deliveriesTexts.nothingSentText
              : deliveriesTexts.noDeliveryFitsText}
          </p>
        </Empty>
      ) : (
        <ul className="Events">
          {rows.map((delivery) => (
            <DeliveryLine key={delivery.deliveryId} delivery={delivery} />
          ))}
        </ul>
      )}
      {hasNextPage ? (
        <div className="TableEnd">
          <Button isBusy={isFetchingNextPage} onClick={() => void fetchNextPage()}>
            {deliveriesTexts.showEarlierOnes}
          </Button>
        </div>
      ) : null}
      {isReplaying ? <ReplayRange endpointId={endpointId} close={() => setReplaying(false)} /> : null}
    </section>
  );
}

function DeliveryLine({ delivery }: { readonly delivery: EventDelivery }) {
  const [isOpen, setOpen] = useState(false);
  return (
    <li>
      <button type="button" className="EventHead DeliveryHead" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
        <ChevronRight size={14} className="Turn" aria-hidden />
        <Time at={delivery.createdAt} />
        <strong className="Cut">{delivery.type}</strong>
        <span className="Tags">
          <Tag tone={tones[delivery.state]}>{states[delivery.state]}</Tag>
          {delivery.isReplay ? <Tag>{deliveriesTexts.again}</Tag> : null}
        </span>
        <span className="Faint Cut">{delivery.lastStatus ?? counted(deliveriesTexts.attempts, delivery.attempts)}</span>
      </button>
      {isOpen ? <DeliveryBody delivery={delivery} /> : null}
    </li>
  );
}

function DeliveryBody({ delivery }: { readonly delivery: EventDelivery }) {
  const { tenant, manage, may } = useScene();
  const { tenantId } = tenant;
  const queries = useQueryClient();
  const path = `/event-deliveries/${encodeURIComponent(delivery.deliveryId)}`;
  const maySee = may('contacts:read');
  const { data, error, refetch } = useQuery({
    queryKey: [tenantId, 'deliveries', 'one', delivery.deliveryId],
    queryFn: () => manage<WholeDelivery>('GET', path),
    enabled: maySee,
  });
  const replay = useChange(
    () => manage('POST', `${path}/replay`, {}),
    () => {
      tell(deliveriesTexts.sentAgain, delivery.type);
      void queries.invalidateQueries({ queryKey: [tenantId, 'deliveries'] });
    },
  );
  return (
    <div className="EventBody">
      <Facts
        of={[
          [deliveriesTexts.event, <code key="event">{delivery.eventId}</code>],
          ...(delivery.userId === undefined ? [] : ([[deliveriesTexts.user, delivery.userId]] as const)),
          ...(delivery.deadBecause === undefined
            ? []
            : ([[deliveriesTexts.dead, deadWords.get(delivery.deadBecause) ?? delivery.deadBecause]] as const)),
          ...(delivery.dueAt === undefined
            ? []
            : ([[deliveriesTexts.triedNext, <Time key="due" at={delivery.dueAt} isRelative />]] as const)),
        ]}
      />
      <div role="alert">{replay.problem === undefined ? null : <Notice tone="bad">{replay.problem}</Notice>}</div>
      {may('configuration:change') ? (
        <div>
          <Button isBusy={replay.isBusy} onClick={() => replay.start(undefined)}>
            {deliveriesTexts.sendAgain}
          </Button>
        </div>
      ) : null}
      {!maySee ? (
        <p className="Faint">{deliveriesTexts.contentNotForYou}</p>
      ) : error !== null && data === undefined ? (
        <Failure error={error} title={deliveriesTexts.deliveryNotLoaded} retry={() => void refetch()} />
      ) : data === undefined ? (
        <Skeleton label={deliveriesTexts.deliveryLoading} lines={3} />
      ) : (
        <>
          {data.payload === undefined ? (
            <p className="Faint">{deliveriesTexts.contentNotKept}</p>
          ) : (
            <pre>{pretty(data.payload)}</pre>
          )}
          {data.latestAttempts.map((attempt) => (
            <Attempt key={attempt.attemptId} attempt={attempt} />
          ))}
        </>
      )}
    </div>
  );
}

export function Attempt({ attempt }: { readonly attempt: EventAttempt }) {
  const { response, failure, startedAt, endedAt } = attempt;
  return (
    <div className="Attempt">
      <p className="Row">
        <Tag tone={response !== undefined && response.status < 300 ? 'good' : 'bad'}>
          {response === undefined ? deliveriesTexts.noAnswer : String(response.status)}
        </Tag>
        <Time at={startedAt} />
        <span className="Faint">{between(startedAt, endedAt)}</span>
      </p>
      {failure === undefined ? null : <p>{failure}</p>}
      {response === undefined || response.body === '' ? null : <pre>{response.body}</pre>}
    </div>
  );
}

function pretty(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

const hourMs = 3_600_000;

/** Sends all of a time again, in as many calls as it takes. */
function ReplayRange({ endpointId, close }: { readonly endpointId: string; readonly close: () => void }) {
  const { tenant, manage } = useScene();
  const queries = useQueryClient();
  const [from, setFrom] = useState<string | undefined>(new Date(Date.now() - 24 * hourMs).toISOString());
  const [to, setTo] = useState<string | undefined>(new Date().toISOString());
  const [state, setState] = useState('dead');
  const [count, setCount] = useState(0);
  const replay = useChange(
    async () => {
      let cursor: string | undefined;
      let sum = 0;
      do {
        const reply = await manage<{ replayedCount: number; nextCursor?: string }>('POST', '/event-deliveries/replay', {
          endpointId,
          from,
          to,
          ...(state === '' ? {} : { state }),
          ...(cursor === undefined ? {} : { cursor }),
        });
        sum += reply.replayedCount;
        setCount(sum);
        cursor = reply.nextCursor;
      } while (cursor !== undefined);
      return sum;
    },
    (sum) => {
      tell(counted(deliveriesTexts.eventsSentAgain, sum));
      void queries.invalidateQueries({ queryKey: [tenant.tenantId, 'deliveries'] });
      close();
    },
  );
  const time = (label: string, value: string | undefined, set: (given: string | undefined) => void) => (
    <Labelled label={label}>
      {(ids) => (
        <input
          {...ids}
          className="Input"
          type="datetime-local"
          required
          value={toLocalInput(value)}
          onChange={(event) => set(fromLocalInput(event.target.value))}
        />
      )}
    </Labelled>
  );
  return (
    <Modal isOpen close={close} title={deliveriesTexts.range} text={deliveriesTexts.rangeText}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          replay.start(undefined);
        }}
      >
        {time(deliveriesTexts.from, from, setFrom)}
        {time(deliveriesTexts.to, to, setTo)}
        <Labelled label={deliveriesTexts.which}>
          {(ids) => (
            <select {...ids} className="Input Select" value={state} onChange={(event) => setState(event.target.value)}>
              <option value="dead">{deliveriesTexts.deadOnes}</option>
              <option value="waiting">{deliveriesTexts.waitingOnes}</option>
              <option value="delivered">{deliveriesTexts.deliveredOnes}</option>
              <option value="">{deliveriesTexts.all}</option>
            </select>
          )}
        </Labelled>
        <div role="alert">
          {replay.problem === undefined ? null : (
            <Notice tone="bad">
              {replay.problem}
              {count > 0 ? <> {counted(deliveriesTexts.sentBefore, count)}</> : null}
            </Notice>
          )}
        </div>
        <div className="ModalEnd">
          <Button look="quiet" onClick={close}>
            {commonTexts.cancel}
          </Button>
          <Button look="main" type="submit" isBusy={replay.isBusy}>
            {replay.isBusy && count > 0
              ? fill(deliveriesTexts.soFar, { count: numberWords(count) })
              : deliveriesTexts.sendAgain}
          </Button>
        </div>
      </form>
    </Modal>
  );
}
