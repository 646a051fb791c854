import { useQuery, useQueryClient } from '@tanstack/react-query';
import { BellRing, Plus } from 'lucide-react';
import { useState } from 'react';
import type { Alert } from '../../api/types.ts';
import fieldsJson from '../../forms/alerts.json' with { type: 'json' };
import { Confirm } from '../../kit/confirm.tsx';
import type { Field, Values } from '../../kit/described-values.ts';
import { Modal } from '../../kit/modal.tsx';
import { Button, Empty, Failure, PageHead, Skeleton, Tag, Time } from '../../kit/parts.tsx';
import { ResourceForm } from '../../kit/resource-form.tsx';
import { tell } from '../../kit/toasts.tsx';
import { plural, spaced } from '../../kit/words.ts';
import { useShortcuts } from '../../shell/shortcuts.ts';
import { useScene } from '../../shell/tenant.tsx';

const fields = fieldsJson as unknown as readonly Field[];
/** What is measured never changes. */
const laterFields = fields.filter(({ name }) => name !== 'measure');

const measures: Readonly<Record<Alert['measure'], string>> = {
  decisions: 'decisions',
  refusals: 'refused requests',
  failedProofs: 'failed proofs',
  sends: 'messages sent',
  refusedTexts: 'refused texts',
  lockouts: 'lockouts',
  waitingDeliveries: 'waiting deliveries',
};

function watched({ measure, kinds, threshold, windowMinutes }: Alert): string {
  const of = kinds === undefined ? '' : ` (${kinds.map(spaced).join(', ')})`;
  return `${threshold.toLocaleString('en')} ${measures[measure]}${of}${measure === 'waitingDeliveries' ? '' : ` within ${plural(windowMinutes, 'minute')}`}`;
}

export function Alerts() {
  const { tenant, manage, may } = useScene();
  const { tenantId } = tenant;
  const queries = useQueryClient();
  const { data, error, refetch } = useQuery({
    queryKey: [tenantId, 'alerts'],
    queryFn: () => manage<Alert[]>('GET', '/alerts'),
    refetchInterval: 30_000,
  });
  const again = () => void queries.invalidateQueries({ queryKey: [tenantId, 'alerts'] });
  const [open, setOpen] = useState<Alert | 'new'>();
  const [removing, setRemoving] = useState<Alert>();
  const [ending, setEnding] = useState<Alert>();
  const mayChange = may('configuration:change');
  useShortcuts('Alerts', mayChange ? [{ keys: 'n', words: 'New alert', run: () => setOpen('new') }] : []);
  const pathOf = ({ id }: Alert) => `/alerts/${encodeURIComponent(id)}`;
  const close = () => setOpen(undefined);
  return (
    <div className="Page">
      <PageHead title="Alerts" count={data === undefined ? undefined : String(data.length)}>
        {mayChange ? (
          <Button look="main" onClick={() => setOpen('new')}>
            <Plus size={14} aria-hidden />
            New alert
          </Button>
        ) : null}
      </PageHead>
      {error !== null && data === undefined ? (
        <Failure error={error} what="The alerts" retry={() => void refetch()} />
      ) : data === undefined ? (
        <Skeleton what="Alerts are" />
      ) : data.length === 0 ? (
        <Empty icon={<BellRing size={20} aria-hidden />} title="Nobody is told of anything yet">
          <p>
            An alert watches one number, such as how many actions were blocked within ten minutes, and mails those whom
            you name when it is reached, and when it is over.
          </p>
        </Empty>
      ) : (
        <ul className="Things">
          {data.map((alert) => (
            <li key={alert.id}>
              <div className="ThingMain ThingStack">
                <button type="button" className="ThingLink Cut" onClick={() => setOpen(alert)}>
                  <strong>{alert.name}</strong>
                </button>
                <span className="Faint Cut">
                  {watched(alert)}, to {alert.recipients.join(', ')}
                </span>
              </div>
              {alert.isRaised ? (
                <span className="Tags">
                  <Tag tone="bad">Raised</Tag>
                  {alert.raisedAt === undefined ? null : <Time at={alert.raisedAt} isRelative />}
                </span>
              ) : alert.isActive ? (
                <Tag tone="good">Watching</Tag>
              ) : (
                <Tag>Off</Tag>
              )}
              {mayChange ? (
                <span className="Row">
                  {alert.isRaised ? (
                    <Button aria-label={`End ${alert.name}`} onClick={() => setEnding(alert)}>
                      End
                    </Button>
                  ) : null}
                  <Button aria-label={`Delete ${alert.name}`} onClick={() => setRemoving(alert)}>
                    Delete
                  </Button>
                </span>
              ) : null}
            </li>
          ))}
        </ul>
      )}
      {open === undefined ? null : open === 'new' ? (
        <Modal isOpen close={close} title="New alert" size="large">
          <ResourceForm
            label="New alert"
            fields={fields.filter(({ name }) => name !== 'isActive')}
            opened={{ windowMinutes: 10, quietMinutes: 15 }}
            read={() => Promise.resolve({ windowMinutes: 10, quietMinutes: 15 })}
            save={(changes) => manage<Values>('POST', '/alerts', { windowMinutes: 10, quietMinutes: 15, ...changes })}
            saved={() => {
              tell('Alert created', 'It is looked at every minute.');
              again();
              close();
            }}
            isFixed={false}
            isStored={false}
            cancel={close}
            saveWords="Create"
          />
        </Modal>
      ) : (
        <Modal
          isOpen
          close={close}
          title={open.name}
          text={`Watches ${measures[open.measure]}, which never changes.`}
          size="large"
        >
          <ResourceForm
            label={open.name}
            fields={laterFields}
            opened={open as unknown as Values}
            read={() => manage<Values>('GET', pathOf(open))}
            save={(changes) => manage<Values>('PATCH', pathOf(open), changes)}
            saved={() => {
              tell('Alert saved', open.name);
              again();
              close();
            }}
            isFixed={!mayChange}
            cancel={close}
          />
        </Modal>
      )}
      {removing === undefined ? null : (
        <Confirm
          title={`Delete ${removing.name}?`}
          text={
            removing.isRaised ? 'It is raised now. Nobody is told that it is over.' : 'Nobody is told of this any more.'
          }
          words="Delete"
          run={() => manage('DELETE', pathOf(removing))}
          done={() => {
            tell('Alert deleted', removing.name);
            setRemoving(undefined);
            again();
          }}
          close={() => setRemoving(undefined)}
        />
      )}
      {ending === undefined ? null : (
        <Confirm
          title={`End ${ending.name}?`}
          text="It is switched off, which ends it without a message. Switch it on again when the number is expected to stay low."
          words="End and switch off"
          run={() => manage('PATCH', pathOf(ending), { isActive: false })}
          done={() => {
            tell('Alert ended', `${ending.name} is off.`);
            setEnding(undefined);
            again();
          }}
          close={() => setEnding(undefined)}
        />
      )}
    </div>
  );
}
