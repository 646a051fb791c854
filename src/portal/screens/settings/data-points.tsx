import { commonTexts } from '#portal-texts/kit.ts';
import { dataPointsTexts } from '#portal-texts/data-points.ts';
import { counted, fill, fillNodes } from '../../kit/fill.ts';
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
import { useShortcuts } from '../../shell/shortcuts.ts';
import { useScene } from '../../shell/tenant.tsx';
import { UseCount, UsedBy, useRuleUses } from './uses.tsx';

const types = {
  text: dataPointsTexts.text,
  number: dataPointsTexts.number,
  boolean: dataPointsTexts.yesOrNo,
  multiselect: dataPointsTexts.listOfTexts,
} as const;
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
  useShortcuts(
    dataPointsTexts.dataPoints,
    mayChange ? [{ keys: 'n', words: dataPointsTexts.newDataPoint, run: () => setOpen('new') }] : [],
  );
  const declared = new Set(data?.map(({ name }) => name));
  const undeclared = [...new Set((uses ?? []).flatMap(({ dataPoints }) => dataPoints))].filter(
    (name) => data !== undefined && !declared.has(name),
  );
  return (
    <div className="Page">
      <PageHead title={dataPointsTexts.dataPoints} count={data === undefined ? undefined : String(data.length)}>
        {mayChange ? (
          <Button look="main" onClick={() => setOpen('new')}>
            <Plus size={14} aria-hidden />
            {dataPointsTexts.newDataPoint}
          </Button>
        ) : null}
      </PageHead>
      {undeclared.length === 0 ? null : (
        <Notice tone="wait">
          {counted(dataPointsTexts.undeclared, undeclared.length, {
            names: undeclared.map((name) => `“${name}”`).join(', '),
          })}
        </Notice>
      )}
      {error !== null && data === undefined ? (
        <Failure error={error} title={dataPointsTexts.dataPointsNotLoaded} retry={() => void refetch()} />
      ) : data === undefined ? (
        <Skeleton label={dataPointsTexts.dataPointsLoading} />
      ) : data.length === 0 ? (
        <Empty icon={<Braces size={20} aria-hidden />} title={dataPointsTexts.none}>
          <p>{fillNodes(dataPointsTexts.noneText, { custom: <code>custom</code> })}</p>
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
                {fill(dataPointsTexts.typeAndModel[point.modelType], { type: types[point.dataType] })}
              </span>
              <span className="Tags">
                {point.isPublic ? <Tag>{dataPointsTexts.shownToUsers}</Tag> : null}
                {point.linked ? <Tag>{dataPointsTexts.linked}</Tag> : null}
              </span>
              <span className="ThingNote ThingUses">
                <UseCount uses={usesOf(point.name)} />
              </span>
              {mayChange ? (
                <Button
                  aria-label={fill(dataPointsTexts.deleteNamed, { name: point.name })}
                  onClick={() => setRemoving(point)}
                >
                  {commonTexts.delete}
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
          title={fill(dataPointsTexts.deleteTitle, { name: removing.name })}
          text={counted(dataPointsTexts.deleteText, usesOf(removing.name)?.length ?? 0)}
          words={commonTexts.delete}
          run={() => manage('DELETE', `/custom-data-points/${encodeURIComponent(removing.id)}`)}
          done={() => {
            tell(dataPointsTexts.dataPointDeleted, removing.name);
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
      <Labelled label={dataPointsTexts.description} note={dataPointsTexts.aNoteForYourTeam}>
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
          <strong>{dataPointsTexts.show}</strong>
          <small>{dataPointsTexts.showText}</small>
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
          <strong>{dataPointsTexts.link}</strong>
          <small>{dataPointsTexts.linkText}</small>
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
      tell(dataPointsTexts.dataPointDeclared, fill(dataPointsTexts.declaredText, { path: pathOf(made) }));
      done();
      close();
    },
  );
  return (
    <Modal isOpen close={close} title={dataPointsTexts.newDataPoint} size="large" initialFocus={first}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          create.start(undefined);
        }}
      >
        <div className="Columns">
          <Labelled
            label={dataPointsTexts.name}
            note={fill(dataPointsTexts.nameNote, { path: pathOf({ name: name === '' ? '…' : name, modelType }) })}
          >
            {(ids) => (
              <input
                {...ids}
                ref={first}
                className="Input"
                required
                maxLength={64}
                pattern="[^.]+"
                title={dataPointsTexts.nameTitle}
                autoComplete="off"
                spellCheck={false}
                value={name}
                onChange={(event) => setName(event.target.value)}
              />
            )}
          </Labelled>
          <Labelled label={dataPointsTexts.type} note={dataPointsTexts.typeNote}>
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
          <Labelled label={dataPointsTexts.comesWith} note={dataPointsTexts.modelNote}>
            {(ids) => (
              <select
                {...ids}
                className="Input Select"
                value={modelType}
                onChange={(event) => setModelType(event.target.value as DataPoint['modelType'])}
              >
                <option value="action">{dataPointsTexts.actionModel}</option>
                <option value="user">{dataPointsTexts.userModel}</option>
              </select>
            )}
          </Labelled>
        </div>
        <SaidFields said={said} change={setSaid} isFixed={false} />
        <div role="alert">{create.problem === undefined ? null : <Notice tone="bad">{create.problem}</Notice>}</div>
        <div className="ModalEnd">
          <Button look="quiet" onClick={close}>
            {commonTexts.cancel}
          </Button>
          <Button look="main" type="submit" isBusy={create.isBusy}>
            {dataPointsTexts.declare}
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
      tell(dataPointsTexts.dataPointSaved, point.name);
      done();
      close();
    },
  );
  const words = (value: string | boolean) =>
    typeof value === 'string'
      ? value === ''
        ? commonTexts.none
        : value
      : value
        ? dataPointsTexts.yes
        : dataPointsTexts.no;
  const names = {
    description: dataPointsTexts.description,
    isPublic: dataPointsTexts.show,
    linked: dataPointsTexts.link,
  } as const;
  return (
    <Modal
      isOpen
      close={close}
      title={point.name}
      text={fill(dataPointsTexts.typeAndPath[point.modelType], { type: types[point.dataType], path: pathOf(point) })}
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
        <UsedBy uses={uses} unused={dataPointsTexts.unused} />
        <div role="alert">{save.problem === undefined ? null : <Notice tone="bad">{save.problem}</Notice>}</div>
        <div className="ModalEnd">
          <Button look="quiet" onClick={close}>
            {isFixed ? commonTexts.close : commonTexts.cancel}
          </Button>
          {isFixed ? null : (
            <Button look="main" type="submit" isBusy={save.isBusy}>
              {commonTexts.save}
            </Button>
          )}
        </div>
      </form>
    </Modal>
  );
}
