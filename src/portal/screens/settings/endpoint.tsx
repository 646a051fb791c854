import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate, useParams } from '@tanstack/react-router';
import { ArrowLeft, Pause, Play, Send, Trash2 } from 'lucide-react';
import { useState } from 'react';
import type { EventAttempt, EventEndpoint } from '../../api/types.ts';
import { Confirm } from '../../kit/confirm.tsx';
import type { Values } from '../../kit/described-values.ts';
import { Button, Copyable, Facts, Failure, Notice, PageHead, Skeleton, Time } from '../../kit/parts.tsx';
import { ResourceForm } from '../../kit/resource-form.tsx';
import { tell } from '../../kit/toasts.tsx';
import { useChange } from '../../kit/use-change.ts';
import { useScene } from '../../shell/tenant.tsx';
import { Attempt, Deliveries } from './deliveries.tsx';
import { EndpointState, endpointFields } from './endpoints.tsx';

export function EndpointScreen() {
  const { endpointId } = useParams({ from: '/t/$tenantId/settings/endpoints/$endpointId' });
  const { tenant, manage } = useScene();
  const { tenantId } = tenant;
  const { data, error, refetch } = useQuery({
    queryKey: [tenantId, 'endpoint', endpointId],
    queryFn: () => manage<EventEndpoint>('GET', `/event-endpoints/${encodeURIComponent(endpointId)}`),
  });
  return (
    <div className="Page">
      <div className="Crumbs">
        <Link to="/t/$tenantId/settings/endpoints" params={{ tenantId }}>
          <ArrowLeft size={14} aria-hidden />
          Endpoints
        </Link>
      </div>
      {data !== undefined ? (
        <EndpointBody key={endpointId} endpoint={data} />
      ) : error === null ? (
        <Skeleton what="The endpoint is" />
      ) : (
        <Failure isWholePage error={error} what="The endpoint" retry={() => void refetch()} />
      )}
    </div>
  );
}

const pausedWords = {
  operator: 'An operator has paused it. Its events wait.',
  failing: 'It is paused because it accepted nothing for five days. Its events wait.',
  gone: 'It is paused because it answered that it is gone (410). Its events wait.',
} as const;

function EndpointBody({ endpoint }: { readonly endpoint: EventEndpoint }) {
  const { tenant, manage, may } = useScene();
  const { tenantId } = tenant;
  const { endpointId, url, state } = endpoint;
  const queries = useQueryClient();
  const navigate = useNavigate();
  const [isRemoving, setRemoving] = useState(false);
  const [tried, setTried] = useState<EventAttempt>();
  const path = `/event-endpoints/${encodeURIComponent(endpointId)}`;
  const mayChange = may('configuration:change');
  const refresh = () => {
    for (const what of ['endpoints', 'endpoint', 'deliveries'])
      void queries.invalidateQueries({ queryKey: [tenantId, what] });
  };
  const test = useChange(
    () => manage<EventAttempt>('POST', `${path}/test`, {}),
    (attempt) => {
      setTried(attempt);
      refresh();
    },
  );
  const turn = useChange(
    () => manage<EventEndpoint>('PATCH', path, { state: state === 'active' ? 'paused' : 'active' }),
    (now) => {
      tell(
        now.state === 'active' ? 'Resumed' : 'Paused',
        now.state === 'active' ? 'What waits follows now, oldest first.' : 'Events wait until it is resumed.',
      );
      refresh();
    },
  );
  const problem = test.problem ?? turn.problem;
  const fields =
    endpoint.setting === undefined
      ? endpointFields
      : endpointFields.filter(({ name }) => name !== 'url' && name !== 'eventTypes');
  return (
    <>
      <PageHead title={endpoint.description ?? url}>
        <EndpointState endpoint={endpoint} />
        {mayChange ? (
          <>
            <Button isBusy={test.isBusy} onClick={() => test.start(undefined)}>
              <Send size={14} aria-hidden />
              {test.isBusy ? 'Waiting for its answer…' : 'Send a test event'}
            </Button>
            <Button
              look={state === 'paused' ? 'main' : 'plain'}
              isBusy={turn.isBusy}
              onClick={() => turn.start(undefined)}
            >
              {state === 'paused' ? <Play size={14} aria-hidden /> : <Pause size={14} aria-hidden />}
              {state === 'paused' ? 'Resume' : 'Pause'}
            </Button>
            {endpoint.setting === undefined ? (
              <Button onClick={() => setRemoving(true)}>
                <Trash2 size={14} aria-hidden />
                Delete
              </Button>
            ) : null}
          </>
        ) : null}
      </PageHead>
      <div role="alert">{problem === undefined ? null : <Notice tone="bad">{problem}</Notice>}</div>
      {endpoint.pausedBecause === undefined ? null : <Notice tone="wait">{pausedWords[endpoint.pausedBecause]}</Notice>}
      {endpoint.setting === undefined ? null : (
        <Notice tone="calm">
          It stands for the tenant’s setting <code>{endpoint.setting}</code>, which alone changes its address and types.
        </Notice>
      )}
      {tried === undefined ? null : (
        <section className="Card" aria-label="Test event">
          <h2>{isAccepted(tried) ? 'The test event was accepted' : 'The test event was not accepted'}</h2>
          <Attempt attempt={tried} />
        </section>
      )}
      <div className="Split">
        <div className="SplitMain">
          <Deliveries endpointId={endpointId} />
        </div>
        <div className="SplitSide">
          <section className="Card">
            <h2>Health</h2>
            <Facts
              of={[
                ['Address', <Copyable key="url" value={url} label="address" />],
                ['Delivered', timeOrNone(endpoint.lastDeliveredAt)],
                ['Failed', timeOrNone(endpoint.lastFailedAt)],
                ...(endpoint.lastFailure === undefined ? [] : ([['Failure', endpoint.lastFailure]] as const)),
                ...(endpoint.failingSince === undefined
                  ? []
                  : ([['Failing since', timeOrNone(endpoint.failingSince)]] as const)),
              ]}
            />
          </section>
          <ResourceForm
            label="Endpoint"
            fields={fields}
            opened={endpoint as unknown as Values}
            read={() => manage<Values>('GET', path)}
            save={(changes) => manage<Values>('PATCH', path, changes)}
            saved={() => {
              tell('Endpoint saved');
              refresh();
            }}
            isFixed={!mayChange}
            heading={<h2>What it is told</h2>}
          />
        </div>
      </div>
      {isRemoving ? (
        <Confirm
          title="Delete this endpoint?"
          text={`What waits for ${url} is not sent, and its deliveries are gone.`}
          words="Delete"
          run={() => manage('DELETE', path)}
          done={() => {
            tell('Endpoint deleted', url);
            void queries.invalidateQueries({ queryKey: [tenantId, 'endpoints'] });
            void navigate({ to: '/t/$tenantId/settings/endpoints', params: { tenantId } });
          }}
          close={() => setRemoving(false)}
        />
      ) : null}
    </>
  );
}

const isAccepted = ({ response }: EventAttempt) =>
  response !== undefined && response.status >= 200 && response.status < 300;

const timeOrNone = (at: string | undefined) => (at === undefined ? 'Never' : <Time at={at} isRelative />);
