import { endpointsTexts } from '#portal-texts/endpoints.ts';
import { counted, fillNodes } from '../../kit/fill.ts';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { Plus, Webhook } from 'lucide-react';
import { useState } from 'react';
import type { EventEndpoint } from '../../api/types.ts';
import fieldsJson from '../../forms/event-endpoints.json' with { type: 'json' };
import type { Field, Values } from '../../kit/described-values.ts';
import { Modal } from '../../kit/modal.tsx';
import { Button, Empty, Failure, PageHead, Skeleton, Tag, Time } from '../../kit/parts.tsx';
import { ResourceForm } from '../../kit/resource-form.tsx';
import { tell } from '../../kit/toasts.tsx';
import { useShortcuts } from '../../shell/shortcuts.ts';
import { useScene } from '../../shell/tenant.tsx';

export const endpointFields = fieldsJson as unknown as readonly Field[];

export function Endpoints() {
  const { tenant, manage, may } = useScene();
  const { tenantId } = tenant;
  const queries = useQueryClient();
  const navigate = useNavigate();
  const { data, error, refetch } = useQuery({
    queryKey: [tenantId, 'endpoints'],
    queryFn: () => manage<EventEndpoint[]>('GET', '/event-endpoints'),
  });
  const [isNew, setNew] = useState(false);
  const mayChange = may('configuration:change');
  const close = () => setNew(false);
  useShortcuts(
    endpointsTexts.endpoints,
    mayChange ? [{ keys: 'n', words: endpointsTexts.newEndpoint, run: () => setNew(true) }] : [],
  );
  return (
    <div className="Page">
      <PageHead title={endpointsTexts.endpoints} count={data === undefined ? undefined : String(data.length)}>
        {mayChange ? (
          <Button look="main" onClick={() => setNew(true)}>
            <Plus size={14} aria-hidden />
            {endpointsTexts.newEndpoint}
          </Button>
        ) : null}
      </PageHead>
      {error !== null && data === undefined ? (
        <Failure error={error} title={endpointsTexts.endpointsNotLoaded} retry={() => void refetch()} />
      ) : data === undefined ? (
        <Skeleton label={endpointsTexts.endpointsLoading} />
      ) : data.length === 0 ? (
        <Empty icon={<Webhook size={20} aria-hidden />} title={endpointsTexts.none}>
          <p>{endpointsTexts.noneText}</p>
        </Empty>
      ) : (
        <ul className="Things">
          {data.map((endpoint) => (
            <li key={endpoint.endpointId}>
              <div className="ThingMain ThingStack">
                <Link
                  to="/t/$tenantId/settings/endpoints/$endpointId"
                  params={{ tenantId, endpointId: endpoint.endpointId }}
                  className="ThingLink Cut"
                  preload={false}
                >
                  <strong>{endpoint.description ?? endpoint.url}</strong>
                </Link>
                <span className="Faint Cut">{endpoint.url}</span>
              </div>
              <span className="Faint ThingNote">{counted(endpointsTexts.types, endpoint.eventTypes.length)}</span>
              <span className="Faint ThingNote">
                {endpoint.lastDeliveredAt === undefined ? (
                  endpointsTexts.nothingDeliveredYet
                ) : (
                  <>
                    {fillNodes(endpointsTexts.delivered, {
                      lastDeliveredAt: <Time at={endpoint.lastDeliveredAt} isRelative />,
                    })}
                  </>
                )}
              </span>
              <EndpointState endpoint={endpoint} />
            </li>
          ))}
        </ul>
      )}
      {isNew ? (
        <Modal isOpen close={close} title={endpointsTexts.newEndpoint} text={endpointsTexts.newText} size="large">
          <ResourceForm
            label={endpointsTexts.newEndpoint}
            fields={endpointFields}
            opened={{}}
            read={() => Promise.resolve({})}
            save={(given) => manage<Values>('POST', '/event-endpoints', given)}
            saved={({ endpointId }) => {
              tell(endpointsTexts.endpointCreated, endpointsTexts.endpointCreatedText);
              void queries.invalidateQueries({ queryKey: [tenantId, 'endpoints'] });
              void navigate({
                to: '/t/$tenantId/settings/endpoints/$endpointId',
                params: { tenantId, endpointId: String(endpointId) },
              });
            }}
            isFixed={false}
            isStored={false}
            cancel={close}
            saveWords={endpointsTexts.create}
          />
        </Modal>
      ) : null}
    </div>
  );
}

export function EndpointState({ endpoint: { state, failingSince } }: { readonly endpoint: EventEndpoint }) {
  if (state === 'paused') return <Tag tone="wait">{endpointsTexts.paused}</Tag>;
  return failingSince === undefined ? (
    <Tag tone="good">{endpointsTexts.active}</Tag>
  ) : (
    <Tag tone="bad">{endpointsTexts.failing}</Tag>
  );
}
