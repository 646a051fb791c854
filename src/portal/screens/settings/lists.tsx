import { commonTexts } from '#portal-texts/kit.ts';
import { listsTexts } from '#portal-texts/lists.ts';
import { counted, fill } from '../../kit/fill.ts';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { List, Plus } from 'lucide-react';
import { useRef, useState } from 'react';
import type { ValueList } from '../../api/types.ts';
import { Labelled } from '../../kit/fields.tsx';
import { Modal } from '../../kit/modal.tsx';
import { Button, Empty, Failure, Notice, PageHead, Skeleton, Tag } from '../../kit/parts.tsx';
import { tell } from '../../kit/toasts.tsx';
import { useChange } from '../../kit/use-change.ts';
import { useShortcuts } from '../../shell/shortcuts.ts';
import { useScene } from '../../shell/tenant.tsx';
import { UseCount, useRuleUses } from './uses.tsx';

export function Lists() {
  const { tenant, manage, may } = useScene();
  const { tenantId } = tenant;
  const { data, error, refetch } = useQuery({
    queryKey: [tenantId, 'lists'],
    queryFn: () => manage<ValueList[]>('GET', '/value-lists'),
  });
  const { data: uses } = useRuleUses();
  const [isNew, setNew] = useState(false);
  const mayChange = may('configuration:change');
  useShortcuts(listsTexts.lists, mayChange ? [{ keys: 'n', words: listsTexts.newList, run: () => setNew(true) }] : []);
  return (
    <div className="Page">
      <PageHead title={listsTexts.lists} count={data === undefined ? undefined : String(data.length)}>
        {mayChange ? (
          <Button look="main" onClick={() => setNew(true)}>
            <Plus size={14} aria-hidden />
            {listsTexts.newList}
          </Button>
        ) : null}
      </PageHead>
      {error !== null && data === undefined ? (
        <Failure error={error} title={listsTexts.listsNotLoaded} retry={() => void refetch()} />
      ) : data === undefined ? (
        <Skeleton label={listsTexts.listsLoading} />
      ) : data.length === 0 ? (
        <Empty icon={<List size={20} aria-hidden />} title={listsTexts.none}>
          <p>{listsTexts.noneText}</p>
        </Empty>
      ) : (
        <ul className="Things">
          {data.map(({ alias, name, itemType, valueListItems = [] }) => (
            <li key={alias}>
              <div className="ThingMain ThingStack">
                <Link
                  to="/t/$tenantId/settings/lists/$alias"
                  params={{ tenantId, alias }}
                  className="ThingLink Cut"
                  preload={false}
                >
                  <strong>{name}</strong>
                </Link>
                <code className="Faint Cut">lists.{alias}</code>
              </div>
              <span className="Faint ThingNote">
                {counted(itemType === 'number' ? listsTexts.numberCount : listsTexts.textCount, valueListItems.length)}
              </span>
              <span className="ThingNote ThingUses">
                <UseCount uses={uses?.filter(({ lists }) => lists.includes(alias))} />
              </span>
              {itemType === 'number' ? <Tag>{listsTexts.numbers}</Tag> : <Tag>{listsTexts.texts}</Tag>}
            </li>
          ))}
        </ul>
      )}
      {isNew ? <NewList close={() => setNew(false)} /> : null}
    </div>
  );
}

function NewList({ close }: { readonly close: () => void }) {
  const { tenant, manage } = useScene();
  const { tenantId } = tenant;
  const queries = useQueryClient();
  const navigate = useNavigate();
  const [name, setName] = useState('');
  const [itemType, setItemType] = useState('string');
  const first = useRef<HTMLInputElement>(null);
  const alias = aliasOf(name);
  const create = useChange(
    () => manage<ValueList>('POST', '/value-lists', { name: name.trim(), itemType, isActive: true }),
    (made) => {
      void queries.invalidateQueries({ queryKey: [tenantId, 'lists'] });
      tell(listsTexts.listCreated, fill(listsTexts.createdText, { alias: made.alias }));
      void navigate({ to: '/t/$tenantId/settings/lists/$alias', params: { tenantId, alias: made.alias } });
    },
  );
  return (
    <Modal isOpen close={close} title={listsTexts.newList} initialFocus={first}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          create.start(undefined);
        }}
      >
        <Labelled
          label={listsTexts.name}
          note={alias === '' ? listsTexts.aliasNote : fill(listsTexts.aliasWillBe, { alias })}
        >
          {(ids) => (
            <input
              {...ids}
              ref={first}
              className="Input"
              required
              maxLength={256}
              autoComplete="off"
              value={name}
              onChange={(event) => setName(event.target.value)}
            />
          )}
        </Labelled>
        <Labelled label={listsTexts.items} note={listsTexts.itemsNote}>
          {(ids) => (
            <select
              {...ids}
              className="Input Select"
              value={itemType}
              onChange={(event) => setItemType(event.target.value)}
            >
              <option value="string">{listsTexts.texts}</option>
              <option value="number">{listsTexts.numbers}</option>
            </select>
          )}
        </Labelled>
        <div role="alert">{create.problem === undefined ? null : <Notice tone="bad">{create.problem}</Notice>}</div>
        <div className="ModalEnd">
          <Button look="quiet" onClick={close}>
            {commonTexts.cancel}
          </Button>
          <Button look="main" type="submit" isBusy={create.isBusy}>
            {listsTexts.create}
          </Button>
        </div>
      </form>
    </Modal>
  );
}

/** As the server makes it. */
const aliasOf = (name: string) =>
  name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '');
