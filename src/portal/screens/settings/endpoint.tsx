import { commonTexts } from '#portal-texts/kit.ts';
import { endpointTexts } from '#portal-texts/endpoints.ts';
import { fill, fillNodes } from '../../kit/fill.ts';
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
          {endpointTexts.endpoints}
        </Link>
      </div>
      {data !== undefined ? (
        <EndpointBody key={endpointId} endpoint={data} />
      ) : error === null ? (
        <Skeleton label={endpointTexts.endpointLoading} />
      ) : (
        <Failure isWholePage error={error} title={endpointTexts.endpointNotLoaded} retry={() => void refetch()} />
      )}
    </div>
  );
}

const pausedWords = {
  operator: endpointTexts.pausedByOperator,
  failing: endpointTexts.pausedByFailure,
  gone: endpointTexts.pausedAsGone,
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
        now.state === 'active' ? endpointTexts.resumed : endpointTexts.paused,
        now.state === 'active' ? endpointTexts.resumedText : endpointTexts.pausedText,
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
              {test.isBusy ? endpointTexts.waitingForAnswer : endpointTexts.sendTest}
            </Button>
            <Button
              look={state === 'paused' ? 'main' : 'plain'}
              isBusy={turn.isBusy}
              onClick={() => turn.start(undefined)}
            >
              {state === 'paused' ? <Play size={14} aria-hidden /> : <Pause size={14} aria-hidden />}
              {state === 'paused' ? endpointTexts.resume : endpointTexts.pause}
            </Button>
            {endpoint.setting === undefined ? (
              <Button onClick={() => setRemoving(true)}>
                <Trash2 size={14} aria-hidden />
                {commonTexts.delete}
              </Button>
            ) : null}
          </>
        ) : null}
      </PageHead>
      <div role="alert">{problem === undefined ? null : <Notice tone="bad">{problem}</Notice>}</div>
      {endpoint.pausedBecause === undefined ? null : <Notice tone="wait">{pausedWords[endpoint.pausedBecause]}</Notice>}
      {endpoint.setting === undefined ? null : (
        <Notice tone="calm">{fillNodes(endpointTexts.ofSetting, { setting: <code>{endpoint.setting}</code> })}</Notice>
      )}
      {tried === undefined ? null : (
        <section className="Card" aria-label={endpointTexts.testEvent}>
          <h2>{isAccepted(tried) ? endpointTexts.testAccepted : endpointTexts.testRefused}</h2>
          <Attempt attempt={tried} />
        </section>
      )}
      <div className="Split">
        <div className="SplitMain">
          <Deliveries endpointId={endpointId} />
        </div>
        <div className="SplitSide">
          <section className="Card">
            <h2>{endpointTexts.health}</h2>
            <Facts
              of={[
                [endpointTexts.address, <Copyable key="url" value={url} label={endpointTexts.copyAddress} />],
                [endpointTexts.delivered, timeOrNone(endpoint.lastDeliveredAt)],
                [endpointTexts.failed, timeOrNone(endpoint.lastFailedAt)],
                ...(endpoint.lastFailure === undefined
                  ? []
                  : ([[endpointTexts.failure, endpoint.lastFailure]] as const)),
                ...(endpoint.failingSince === undefined
                  ? []
                  : ([[endpointTexts.failingSince, timeOrNone(endpoint.failingSince)]] as const)),
              ]}
            />
          </section>
          <ResourceForm
            label={endpointTexts.endpoint}
            fields={fields}
            opened={endpoint as unknown as Values}
            read={() => manage<Values>('GET', path)}
            save={(changes) => manage<Values>('PATCH', path, changes)}
            saved={() => {
              tell(endpointTexts.endpointSaved);
              refresh();
            }}
            isFixed={!mayChange}
            heading={<h2>{endpointTexts.told}</h2>}
          />
        </div>
      </div>
      {isRemoving ? (
        <Confirm
          title={endpointTexts.deleteTitle}
          text={fill(endpointTexts.deleteText, { url })}
          words={commonTexts.delete}
          run={() => manage('DELETE', path)}
          done={() => {
            tell(endpointTexts.endpointDeleted, url);
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

const timeOrNone = (at: string | undefined) => (at === undefined ? endpointTexts.never : <Time at={at} isRelative />);
