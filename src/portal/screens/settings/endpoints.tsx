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
import { plural } from '../../kit/words.ts';
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
  useShortcuts('Endpoints', mayChange ? [{ keys: 'n', words: 'New endpoint', run: () => setNew(true) }] : []);
  return (
    <div className="Page">
      <PageHead title="Endpoints" count={data === undefined ? undefined : String(data.length)}>
        {mayChange ? (
          <Button look="main" onClick={() => setNew(true)}>
            <Plus size={14} aria-hidden />
            New endpoint
          </Button>
        ) : null}
      </PageHead>
      {error !== null && data === undefined ? (
        <Failure error={error} what="The endpoints" retry={() => void refetch()} />
      ) : data === undefined ? (
        <Skeleton what="Endpoints are" />
      ) : data.length === 0 ? (
        <Empty icon={<Webhook size={20} aria-hidden />} title="No server is told of events yet">
          <p>
            An endpoint is an address of yours that is told of what happens, such as that an authenticator was added.
            What it does not accept is tried again for as long as events are kept.
          </p>
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
              <span className="Faint ThingNote">{plural(endpoint.eventTypes.length, 'type')}</span>
              <span className="Faint ThingNote">
                {endpoint.lastDeliveredAt === undefined ? (
                  'Nothing delivered yet'
                ) : (
                  <>
                    Delivered <Time at={endpoint.lastDeliveredAt} isRelative />
                  </>
                )}
              </span>
              <EndpointState endpoint={endpoint} />
            </li>
          ))}
        </ul>
      )}
      {isNew ? (
        <Modal isOpen close={close} title="New endpoint" text="It is told of what happens from now on." size="large">
          <ResourceForm
            label="New endpoint"
            fields={endpointFields}
            opened={{}}
            read={() => Promise.resolve({})}
            save={(given) => manage<Values>('POST', '/event-endpoints', given)}
            saved={({ endpointId }) => {
              tell('Endpoint created', 'Send it a test event to see whether it works.');
              void queries.invalidateQueries({ queryKey: [tenantId, 'endpoints'] });
              void navigate({
                to: '/t/$tenantId/settings/endpoints/$endpointId',
                params: { tenantId, endpointId: String(endpointId) },
              });
            }}
            isFixed={false}
            isStored={false}
            cancel={close}
            saveWords="Create"
          />
        </Modal>
      ) : null}
    </div>
  );
}

export function EndpointState({ endpoint: { state, failingSince } }: { readonly endpoint: EventEndpoint }) {
  if (state === 'paused') return <Tag tone="wait">Paused</Tag>;
  return failingSince === undefined ? <Tag tone="good">Active</Tag> : <Tag tone="bad">Failing</Tag>;
}
