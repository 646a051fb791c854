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
import { plural } from '../../kit/words.ts';
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
  useShortcuts('Lists', mayChange ? [{ keys: 'n', words: 'New list', run: () => setNew(true) }] : []);
  return (
    <div className="Page">
      <PageHead title="Lists" count={data === undefined ? undefined : String(data.length)}>
        {mayChange ? (
          <Button look="main" onClick={() => setNew(true)}>
            <Plus size={14} aria-hidden />
            New list
          </Button>
        ) : null}
      </PageHead>
      {error !== null && data === undefined ? (
        <Failure error={error} what="The lists" retry={() => void refetch()} />
      ) : data === undefined ? (
        <Skeleton what="Lists are" />
      ) : data.length === 0 ? (
        <Empty icon={<List size={20} aria-hidden />} title="There are no lists yet">
          <p>
            A list holds values that rules look up, such as blocked countries or trusted addresses. Changing a list
            changes the decisions of every rule that reads it, without touching the rules.
          </p>
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
                {plural(valueListItems.length, itemType === 'number' ? 'number' : 'text')}
              </span>
              <span className="ThingNote ThingUses">
                <UseCount uses={uses?.filter(({ lists }) => lists.includes(alias))} />
              </span>
              {itemType === 'number' ? <Tag>Numbers</Tag> : <Tag>Texts</Tag>}
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
      tell('List created', `Rules read it as lists.${made.alias}.`);
      void navigate({ to: '/t/$tenantId/settings/lists/$alias', params: { tenantId, alias: made.alias } });
    },
  );
  return (
    <Modal isOpen close={close} title="New list" initialFocus={first}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          create.start(undefined);
        }}
      >
        <Labelled
          label="Name"
          note={
            alias === ''
              ? 'Rules read the list by a short form of its name.'
              : `Rules will read it as lists.${alias}, which never changes.`
          }
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
        <Labelled label="Items" note="The type never changes.">
          {(ids) => (
            <select
              {...ids}
              className="Input Select"
              value={itemType}
              onChange={(event) => setItemType(event.target.value)}
            >
              <option value="string">Texts</option>
              <option value="number">Numbers</option>
            </select>
          )}
        </Labelled>
        <div role="alert">{create.problem === undefined ? null : <Notice tone="bad">{create.problem}</Notice>}</div>
        <div className="ModalEnd">
          <Button look="quiet" onClick={close}>
            Cancel
          </Button>
          <Button look="main" type="submit" isBusy={create.isBusy}>
            Create
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
