import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Braces, Plus } from 'lucide-react';
import { useRef, useState } from 'react';
import type { DataPoint, RuleUse } from '../../api/types.ts';
import { ChangedNotice } from '../../kit/changed-meanwhile.tsx';
import { Confirm } from '../../kit/confirm.tsx';
import { Labelled } from '../../kit/fields.tsx';
import { Modal } from '../../kit/modal.tsx';
import { Button, Empty, Failure, Notice, PageHead, Skeleton, Tag } from '../../kit/parts.tsx';
import { tell } from '../../kit/toasts.tsx';
import { useChange } from '../../kit/use-change.ts';
import { useGuard } from '../../kit/use-guard.ts';
import { plural } from '../../kit/words.ts';
import { useShortcuts } from '../../shell/shortcuts.ts';
import { useScene } from '../../shell/tenant.tsx';
import { UseCount, UsedBy, useRuleUses } from './uses.tsx';

const types = { text: 'Text', number: 'Number', boolean: 'Yes or no', multiselect: 'List of texts' } as const;
const models = { action: 'Of the action', user: 'Of the user' } as const;
const pathOf = ({ modelType, name }: Pick<DataPoint, 'modelType' | 'name'>) =>
  modelType === 'user' ? `user.custom.${name}` : `custom.${name}`;

export function DataPoints() {
  const { tenant, manage, may } = useScene();
  const { tenantId } = tenant;
  const { data, error, refetch } = useQuery({
    queryKey: [tenantId, 'data-points'],
    queryFn: () => manage<DataPoint[]>('GET', '/custom-data-points'),
  });
  const { data: uses } = useRuleUses();
  const usesOf = (name: string) => uses?.filter(({ dataPoints }) => dataPoints.includes(name));
  const queries = useQueryClient();
  const again = () => void queries.invalidateQueries({ queryKey: [tenantId, 'data-points'] });
  const [open, setOpen] = useState<DataPoint | 'new'>();
  const [removing, setRemoving] = useState<DataPoint>();
  const mayChange = may('configuration:change');
  useShortcuts('Data points', mayChange ? [{ keys: 'n', words: 'New data point', run: () => setOpen('new') }] : []);
  const declared = new Set(data?.map(({ name }) => name));
  const undeclared = [...new Set((uses ?? []).flatMap(({ dataPoints }) => dataPoints))].filter(
    (name) => data !== undefined && !declared.has(name),
  );
  return (
    <div className="Page">
      <PageHead title="Data points" count={data === undefined ? undefined : String(data.length)}>
        {mayChange ? (
          <Button look="main" onClick={() => setOpen('new')}>
            <Plus size={14} aria-hidden />
            New data point
          </Button>
        ) : null}
      </PageHead>
      {undeclared.length === 0 ? null : (
        <Notice tone="wait">
          Rules read {undeclared.map((name) => `“${name}”`).join(', ')}, which {undeclared.length === 1 ? 'is' : 'are'}{' '}
          not declared. That works; declared data points are checked for their type as well.
        </Notice>
      )}
      {error !== null && data === undefined ? (
        <Failure error={error} what="The data points" retry={() => void refetch()} />
      ) : data === undefined ? (
        <Skeleton what="Data points are" />
      ) : data.length === 0 ? (
        <Empty icon={<Braces size={20} aria-hidden />} title="No data point is declared yet">
          <p>
            Your backend may send any members in <code>custom</code> with an action, such as an amount, and rules can
            read them. Declaring one checks its type, and says whether users see it when they confirm.
          </p>
        </Empty>
      ) : (
        <ul className="Things">
          {data.map((point) => (
            <li key={point.id}>
              <div className="ThingMain ThingStack">
                <button type="button" className="ThingLink Cut" onClick={() => setOpen(point)}>
                  <strong>{point.name}</strong>
                </button>
                <span className="Faint Cut">{point.description ?? pathOf(point)}</span>
              </div>
              <span className="Faint ThingNote">
                {types[point.dataType]}, {models[point.modelType].toLowerCase()}
              </span>
              <span className="Tags">
                {point.isPublic ? <Tag>Shown to users</Tag> : null}
                {point.linked ? <Tag>Linked</Tag> : null}
              </span>
              <span className="ThingNote ThingUses">
                <UseCount uses={usesOf(point.name)} />
              </span>
              {mayChange ? (
                <Button aria-label={`Delete ${point.name}`} onClick={() => setRemoving(point)}>
                  Delete
                </Button>
              ) : null}
            </li>
          ))}
        </ul>
      )}
      {open === 'new' ? (
        <NewDataPoint close={() => setOpen(undefined)} done={again} />
      ) : open === undefined ? null : (
        <EditDataPoint point={open} uses={usesOf(open.name)} close={() => setOpen(undefined)} done={again} />
      )}
      {removing === undefined ? null : (
        <Confirm
          title={`Delete ${removing.name}?`}
          text={`Only the declaration goes: values that are stored stay, and rules read them without a check of their type. ${plural(usesOf(removing.name)?.length ?? 0, 'rule reads', 'rules read')} it.`}
          words="Delete"
          run={() => manage('DELETE', `/custom-data-points/${encodeURIComponent(removing.id)}`)}
          done={() => {
            tell('Data point deleted', removing.name);
            setRemoving(undefined);
            again();
          }}
          close={() => setRemoving(undefined)}
        />
      )}
    </div>
  );
}

interface Said {
  readonly description: string;
  readonly isPublic: boolean;
  readonly linked: boolean;
}
const saidOf = ({ description = '', isPublic, linked }: DataPoint): Said => ({ description, isPublic, linked });

/** What can be said of a data point at any time. */
function SaidFields({
  said,
  change,
  isFixed,
}: {
  readonly said: Said;
  readonly change: (said: Said) => void;
  readonly isFixed: boolean;
}) {
  return (
    <>
      <Labelled label="Description" note="A note for your team.">
        {(ids) => (
          <textarea
            {...ids}
            className="Input"
            rows={2}
            maxLength={4_096}
            readOnly={isFixed}
            value={said.description}
            onChange={(event) => change({ ...said, description: event.target.value })}
          />
        )}
      </Labelled>
      <label className="Check">
        <input
          type="checkbox"
          disabled={isFixed}
          checked={said.isPublic}
          onChange={(event) => change({ ...said, isPublic: event.target.checked })}
        />
        <span>
          <strong>Users may see it</strong>
          <small>Their own device shows the value when it confirms an action.</small>
        </span>
      </label>
      <label className="Check">
        <input
          type="checkbox"
          disabled={isFixed}
          checked={said.linked}
          onChange={(event) => change({ ...said, linked: event.target.checked })}
        />
        <span>
          <strong>Linked to the action</strong>
          <small>Tracking again under the same idempotency key with another value is refused.</small>
        </span>
      </label>
    </>
  );
}

function NewDataPoint({ close, done }: { readonly close: () => void; readonly done: () => void }) {
  const { manage } = useScene();
  const [name, setName] = useState('');
  const [dataType, setDataType] = useState<DataPoint['dataType']>('text');
  const [modelType, setModelType] = useState<DataPoint['modelType']>('action');
  const [said, setSaid] = useState<Said>({ description: '', isPublic: false, linked: false });
  const first = useRef<HTMLInputElement>(null);
  const create = useChange(
    () =>
      manage<DataPoint>('POST', '/custom-data-points', {
        name,
        dataType,
        modelType,
        ...said,
        description: said.description === '' ? null : said.description,
      }),
    (made) => {
      tell('Data point declared', `Rules read it as ${pathOf(made)}.`);
      done();
      close();
    },
  );
  return (
    <Modal isOpen close={close} title="New data point" size="large" initialFocus={first}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          create.start(undefined);
        }}
      >
        <div className="Columns">
          <Labelled label="Name" note={`Rules read it as ${pathOf({ name: name === '' ? '…' : name, modelType })}.`}>
            {(ids) => (
              <input
                {...ids}
                ref={first}
                className="Input"
                required
                maxLength={64}
                pattern="[^.]+"
                title="Without a full stop"
                autoComplete="off"
                spellCheck={false}
                value={name}
                onChange={(event) => setName(event.target.value)}
              />
            )}
          </Labelled>
          <Labelled label="Type" note="A value of another type counts as unknown.">
            {(ids) => (
              <select
                {...ids}
                className="Input Select"
                value={dataType}
                onChange={(event) => setDataType(event.target.value as DataPoint['dataType'])}
              >
                {Object.entries(types).map(([value, words]) => (
                  <option key={value} value={value}>
                    {words}
                  </option>
                ))}
              </select>
            )}
          </Labelled>
          <Labelled label="Comes with" note="Name, type and this never change.">
            {(ids) => (
              <select
                {...ids}
                className="Input Select"
                value={modelType}
                onChange={(event) => setModelType(event.target.value as DataPoint['modelType'])}
              >
                <option value="action">Each tracked action</option>
                <option value="user">The user, where it is stored</option>
              </select>
            )}
          </Labelled>
        </div>
        <SaidFields said={said} change={setSaid} isFixed={false} />
        <div role="alert">{create.problem === undefined ? null : <Notice tone="bad">{create.problem}</Notice>}</div>
        <div className="ModalEnd">
          <Button look="quiet" onClick={close}>
            Cancel
          </Button>
          <Button look="main" type="submit" isBusy={create.isBusy}>
            Declare
          </Button>
        </div>
      </form>
    </Modal>
  );
}

function EditDataPoint({
  point,
  uses,
  close,
  done,
}: {
  readonly point: DataPoint;
  readonly uses: readonly RuleUse[] | undefined;
  readonly close: () => void;
  readonly done: () => void;
}) {
  const { manage, may } = useScene();
  const path = `/custom-data-points/${encodeURIComponent(point.id)}`;
  const guard = useGuard(point, () => manage<DataPoint>('GET', path));
  const [said, setSaid] = useState(saidOf(point));
  const isFixed = !may('configuration:change');
  const theirs = saidOf(guard.base);
  const save = useChange(
    async () => {
      await guard.requireUnchanged();
      return manage<DataPoint>('PATCH', path, {
        ...said,
        description: said.description === '' ? null : said.description,
      });
    },
    () => {
      tell('Data point saved', point.name);
      done();
      close();
    },
  );
  const words = (value: string | boolean) =>
    typeof value === 'string' ? (value === '' ? 'None' : value) : value ? 'Yes' : 'No';
  const names = { description: 'Description', isPublic: 'Users may see it', linked: 'Linked to the action' } as const;
  return (
    <Modal
      isOpen
      close={close}
      title={point.name}
      text={`${types[point.dataType]}, ${models[point.modelType].toLowerCase()}. Rules read it as ${pathOf(point)}.`}
      size="large"
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (!isFixed) save.start(undefined);
        }}
      >
        {guard.theirs === undefined ? null : (
          <ChangedNotice
            takeTheirs={() => {
              setSaid(theirs);
              guard.begin(guard.base);
            }}
            differences={(['description', 'isPublic', 'linked'] as const).flatMap((member) =>
              theirs[member] === said[member]
                ? []
                : [{ name: names[member], theirs: words(theirs[member]), mine: words(said[member]) }],
            )}
          />
        )}
        <SaidFields said={said} change={setSaid} isFixed={isFixed} />
        <UsedBy uses={uses} what="data point" />
        <div role="alert">{save.problem === undefined ? null : <Notice tone="bad">{save.problem}</Notice>}</div>
        <div className="ModalEnd">
          <Button look="quiet" onClick={close}>
            {isFixed ? 'Close' : 'Cancel'}
          </Button>
          {isFixed ? null : (
            <Button look="main" type="submit" isBusy={save.isBusy}>
              Save
            </Button>
          )}
        </div>
      </form>
    </Modal>
  );
}
