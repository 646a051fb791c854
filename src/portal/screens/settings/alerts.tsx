import { commonTexts } from '#portal-texts/kit.ts';
import { alertsTexts } from '#portal-texts/alerts.ts';
import { counted, fill } from '../../kit/fill.ts';
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
import { numberWords, spaced } from '../../kit/words.ts';
import { useShortcuts } from '../../shell/shortcuts.ts';
import { useScene } from '../../shell/tenant.tsx';

const fields = fieldsJson as unknown as readonly Field[];
/** What is measured never changes. */
const laterFields = fields.filter(({ name }) => name !== 'measure');

const measures: Readonly<Record<Alert['measure'], string>> = alertsTexts.measures;

function watched({ measure, kinds, threshold, windowMinutes }: Alert): string {
  const many = { threshold: numberWords(threshold), measure: measures[measure] };
  const what =
    kinds === undefined
      ? fill(alertsTexts.watched, many)
      : fill(alertsTexts.watchedKinds, { ...many, kinds: kinds.map(spaced).join(', ') });
  return measure === 'waitingDeliveries' ? what : counted(alertsTexts.watchedWithin, windowMinutes, { what });
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
  useShortcuts(
    alertsTexts.alerts,
    mayChange ? [{ keys: 'n', words: alertsTexts.newAlert, run: () => setOpen('new') }] : [],
  );
  const pathOf = ({ id }: Alert) => `/alerts/${encodeURIComponent(id)}`;
  const close = () => setOpen(undefined);
  return (
    <div className="Page">
      <PageHead title={alertsTexts.alerts} count={data === undefined ? undefined : String(data.length)}>
        {mayChange ? (
          <Button look="main" onClick={() => setOpen('new')}>
            <Plus size={14} aria-hidden />
            {alertsTexts.newAlert}
          </Button>
        ) : null}
      </PageHead>
      {error !== null && data === undefined ? (
        <Failure error={error} title={alertsTexts.alertsNotLoaded} retry={() => void refetch()} />
      ) : data === undefined ? (
        <Skeleton label={alertsTexts.alertsLoading} />
      ) : data.length === 0 ? (
        <Empty icon={<BellRing size={20} aria-hidden />} title={alertsTexts.none}>
          <p>{alertsTexts.noneText}</p>
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
                  {fill(alertsTexts.watchesAndTells, {
                    alert: watched(alert),
                    recipients: alert.recipients.join(', '),
                  })}
                </span>
              </div>
              {alert.isRaised ? (
                <span className="Tags">
                  <Tag tone="bad">{alertsTexts.raised}</Tag>
                  {alert.raisedAt === undefined ? null : <Time at={alert.raisedAt} isRelative />}
                </span>
              ) : alert.isActive ? (
                <Tag tone="good">{alertsTexts.watching}</Tag>
              ) : (
                <Tag>{alertsTexts.off}</Tag>
              )}
              {mayChange ? (
                <span className="Row">
                  {alert.isRaised ? (
                    <Button
                      aria-label={fill(alertsTexts.endNamed, { name: alert.name })}
                      onClick={() => setEnding(alert)}
                    >
                      {alertsTexts.end}
                    </Button>
                  ) : null}
                  <Button
                    aria-label={fill(alertsTexts.deleteNamed, { name: alert.name })}
                    onClick={() => setRemoving(alert)}
                  >
                    {commonTexts.delete}
                  </Button>
                </span>
              ) : null}
            </li>
          ))}
        </ul>
      )}
      {open === undefined ? null : open === 'new' ? (
        <Modal isOpen close={close} title={alertsTexts.newAlert} size="large">
          <ResourceForm
            label={alertsTexts.newAlert}
            fields={fields.filter(({ name }) => name !== 'isActive')}
            opened={{ windowMinutes: 10, quietMinutes: 15 }}
            read={() => Promise.resolve({ windowMinutes: 10, quietMinutes: 15 })}
            save={(changes) => manage<Values>('POST', '/alerts', { windowMinutes: 10, quietMinutes: 15, ...changes })}
            saved={() => {
              tell(alertsTexts.alertCreated, alertsTexts.alertCreatedText);
              again();
              close();
            }}
            isFixed={false}
            isStored={false}
            cancel={close}
            saveWords={alertsTexts.create}
          />
        </Modal>
      ) : (
        <Modal
          isOpen
          close={close}
          title={open.name}
          text={fill(alertsTexts.watches, { measure: measures[open.measure] })}
          size="large"
        >
          <ResourceForm
            label={open.name}
            fields={laterFields}
            opened={open as unknown as Values}
            read={() => manage<Values>('GET', pathOf(open))}
            save={(changes) => manage<Values>('PATCH', pathOf(open), changes)}
            saved={() => {
              tell(alertsTexts.alertSaved, open.name);
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
          title={fill(alertsTexts.deleteTitle, { name: removing.name })}
          text={removing.isRaised ? alertsTexts.deleteRaisedText : alertsTexts.deleteText}
          words={commonTexts.delete}
          run={() => manage('DELETE', pathOf(removing))}
          done={() => {
            tell(alertsTexts.alertDeleted, removing.name);
            setRemoving(undefined);
            again();
          }}
          close={() => setRemoving(undefined)}
        />
      )}
      {ending === undefined ? null : (
        <Confirm
          title={fill(alertsTexts.endTitle, { name: ending.name })}
          text={alertsTexts.endText}
          words={alertsTexts.endButton}
          run={() => manage('PATCH', pathOf(ending), { isActive: false })}
          done={() => {
            tell(alertsTexts.alertEnded, fill(alertsTexts.alertEndedText, { name: ending.name }));
            setEnding(undefined);
            again();
          }}
          close={() => setEnding(undefined)}
        />
      )}
    </div>
  );
}
