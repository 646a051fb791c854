import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate, useParams } from '@tanstack/react-router';
import { ArrowLeft, Trash2, Upload, X } from 'lucide-react';
import { useDeferredValue, useRef, useState } from 'react';
import type { RuleUse, ValueList } from '../../api/types.ts';
import { ChangedNotice } from '../../kit/changed-meanwhile.tsx';
import { Confirm } from '../../kit/confirm.tsx';
import { Labelled } from '../../kit/fields.tsx';
import { Button, Copyable, Failure, Facts, Notice, PageHead, Skeleton } from '../../kit/parts.tsx';
import { tell } from '../../kit/toasts.tsx';
import { useChange } from '../../kit/use-change.ts';
import { useGuard } from '../../kit/use-guard.ts';
import { plural } from '../../kit/words.ts';
import { useScene } from '../../shell/tenant.tsx';
import { differenceOf, itemsMax, readItems } from './list-items.ts';
import type { Item } from './list-items.ts';
import { UsedBy, useRuleUses } from './uses.tsx';

const shownMax = 200;
const fileBytesMax = 20_000_000;

export function ListScreen() {
  const { alias } = useParams({ from: '/t/$tenantId/settings/lists/$alias' });
  const { tenant, manage } = useScene();
  const { tenantId } = tenant;
  const { data, error, refetch } = useQuery({
    queryKey: [tenantId, 'list', alias],
    queryFn: () => manage<ValueList>('GET', `/value-lists/${encodeURIComponent(alias)}`),
  });
  const { data: uses } = useRuleUses();
  return (
    <div className="Page">
      <div className="Crumbs">
        <Link to="/t/$tenantId/settings/lists" params={{ tenantId }}>
          <ArrowLeft size={14} aria-hidden />
          Lists
        </Link>
      </div>
      {data !== undefined ? (
        <ListEditor key={alias} list={data} uses={uses?.filter(({ lists }) => lists.includes(alias))} />
      ) : error === null ? (
        <Skeleton what="The list is" />
      ) : (
        <Failure isWholePage error={error} what="The list" retry={() => void refetch()} />
      )}
    </div>
  );
}

function ListEditor({ list, uses }: { readonly list: ValueList; readonly uses: readonly RuleUse[] | undefined }) {
  const { tenant, manage, may } = useScene();
  const { tenantId } = tenant;
  const { alias, itemType } = list;
  const path = `/value-lists/${encodeURIComponent(alias)}`;
  const queries = useQueryClient();
  const navigate = useNavigate();
  const guard = useGuard(list, () => manage<ValueList>('GET', path));
  const [name, setName] = useState(list.name);
  const [items, setItems] = useState<readonly Item[]>(list.valueListItems ?? []);
  const [words, setWords] = useState('');
  const [isRemoving, setRemoving] = useState(false);
  const mayChange = may('configuration:change');
  const before = guard.base.valueListItems ?? [];
  const difference = differenceOf(before, items);
  const isChanged = name !== guard.base.name || difference.added.length + difference.removed.length > 0;

  function begin(again: ValueList): void {
    guard.begin(again);
    setName(again.name);
    setItems(again.valueListItems ?? []);
    queries.setQueryData([tenantId, 'list', alias], again);
    void queries.invalidateQueries({ queryKey: [tenantId, 'lists'] });
  }
  const save = useChange(
    async () => {
      await guard.requireUnchanged();
      return manage<ValueList>('PATCH', path, { name: name.trim(), valueListItems: items });
    },
    (saved) => {
      begin(saved);
      tell('List saved', `${plural(uses?.length ?? 0, 'rule reads', 'rules read')} it from now on.`);
    },
  );
  const looked = useDeferredValue(words.trim().toLowerCase());
  const found = looked === '' ? items : items.filter((item) => String(item).toLowerCase().includes(looked));

  return (
    <>
      <PageHead title={guard.base.name} count={plural(items.length, 'item')}>
        {mayChange ? (
          <Button onClick={() => setRemoving(true)}>
            <Trash2 size={14} aria-hidden />
            Delete
          </Button>
        ) : null}
      </PageHead>
      <div className="Split">
        <div className="SplitMain">
          {guard.theirs === undefined ? null : (
            <ChangedNotice
              takeTheirs={() => begin(guard.base)}
              differences={[
                ...(guard.base.name === name ? [] : [{ name: 'Name', theirs: guard.base.name, mine: name }]),
                {
                  name: 'Only there now',
                  theirs: <ItemsText of={difference.removed} />,
                  mine: difference.removed.length === 0 ? 'The same' : 'Would be removed',
                },
                {
                  name: 'Only yours',
                  theirs: difference.added.length === 0 ? 'The same' : 'Not there',
                  mine: <ItemsText of={difference.added} />,
                },
              ]}
            />
          )}
          {mayChange ? <AddItems list={list} items={items} setItems={setItems} /> : null}
          <section>
            <h2>Items</h2>
            <div className="SearchBox">
              <input
                className="Field"
                aria-label="Find an item"
                placeholder="Find an item"
                value={words}
                spellCheck={false}
                onChange={(event) => setWords(event.target.value)}
              />
            </div>
            {found.length === 0 ? (
              <p className="Faint Above">
                {items.length === 0
                  ? 'Nothing is in the list. Rules that look something up in it find nothing.'
                  : 'No item has these characters.'}
              </p>
            ) : (
              <ul className="Items">
                {found.slice(0, shownMax).map((item, at) => (
                  <li key={at} data-new={difference.added.includes(item)}>
                    <span className="Value">{item === '' ? <em>Empty</em> : String(item)}</span>
                    {mayChange ? (
                      <button
                        type="button"
                        className="IconButton"
                        aria-label={`Remove ${item}`}
                        onClick={() => setItems(items.filter((one) => one !== item))}
                      >
                        <X size={13} aria-hidden />
                      </button>
                    ) : null}
                  </li>
                ))}
              </ul>
            )}
            {found.length > shownMax ? (
              <p className="Note">
                The first {shownMax} of {plural(found.length, 'item')}. Search to see others.
              </p>
            ) : null}
          </section>
        </div>
        <div className="SplitSide">
          <section className="Card">
            <h2>About</h2>
            <Facts
              of={[
                ['In rules', <Copyable key="path" value={`lists.${alias}`} label="the name in rules" />],
                ['Items', itemType === 'number' ? 'Numbers' : 'Texts'],
              ]}
            />
            {mayChange ? (
              <div className="Above">
                <Labelled label="Name">
                  {(ids) => (
                    <input
                      {...ids}
                      className="Input"
                      maxLength={256}
                      value={name}
                      onChange={(event) => setName(event.target.value)}
                    />
                  )}
                </Labelled>
              </div>
            ) : null}
          </section>
          {mayChange ? (
            <section className="Card" aria-label="Difference">
              <h2>Not saved yet</h2>
              {isChanged ? (
                <>
                  {name === guard.base.name ? null : <p>A new name.</p>}
                  <DifferenceList words="Adds" items={difference.added} />
                  <DifferenceList words="Removes" items={difference.removed} />
                </>
              ) : (
                <p className="Faint">Nothing was changed.</p>
              )}
              <div role="alert">{save.problem === undefined ? null : <Notice tone="bad">{save.problem}</Notice>}</div>
              {isChanged ? (
                <div className="Row Above">
                  <Button look="main" isBusy={save.isBusy} onClick={() => save.start(undefined)}>
                    Save
                  </Button>
                  <Button look="quiet" onClick={() => begin(guard.base)}>
                    Discard
                  </Button>
                </div>
              ) : null}
            </section>
          ) : null}
          <UsedBy uses={uses} what="list" />
        </div>
      </div>
      {isRemoving ? (
        <Confirm
          title={`Delete ${guard.base.name}?`}
          text={
            uses === undefined || uses.length === 0
              ? 'No rule reads it.'
              : `${plural(uses.length, 'rule reads', 'rules read')} it. For them nothing is in the list from then on.`
          }
          words="Delete"
          run={() => manage('DELETE', path)}
          done={() => {
            void queries.invalidateQueries({ queryKey: [tenantId, 'lists'] });
            tell('List deleted', guard.base.name);
            void navigate({ to: '/t/$tenantId/settings/lists', params: { tenantId } });
          }}
          close={() => setRemoving(false)}
        />
      ) : null}
    </>
  );
}

function AddItems({
  list: { itemType },
  items,
  setItems,
}: {
  readonly list: ValueList;
  readonly items: readonly Item[];
  readonly setItems: (items: readonly Item[]) => void;
}) {
  const [text, setText] = useState('');
  const [outcome, setOutcome] = useState<{ readonly words: string; readonly isBad: boolean }>();
  const file = useRef<HTMLInputElement>(null);
  function take(given: string, how: 'add' | 'replace', isCsv = false): void {
    const read = readItems(given, itemType, isCsv);
    const [example] = read.refused;
    if (example !== undefined) {
      const one = example.length > 60 ? `${example.slice(0, 60)}…` : example;
      setOutcome({
        words: `${plural(read.refused.length, 'line')} cannot be ${itemType === 'number' ? 'numbers' : 'items (1,000 characters at most)'}, such as “${one}”. Nothing was taken.`,
        isBad: true,
      });
      return;
    }
    const result = how === 'add' ? [...new Set([...items, ...read.items])] : read.items;
    if (result.length > itemsMax) {
      setOutcome({
        words: `A list has at most ${itemsMax.toLocaleString('en')} items; this would be ${result.length.toLocaleString('en')}.`,
        isBad: true,
      });
      return;
    }
    const known = how === 'add' ? read.items.length - (result.length - items.length) : 0;
    setOutcome({
      words: `${plural(read.items.length, 'item')} taken${known > 0 ? `, ${known} of them there already` : ''}. Look at the difference, then save.`,
      isBad: false,
    });
    setItems(result);
    setText('');
  }
  async function open(chosen: File | undefined): Promise<void> {
    if (chosen === undefined) return;
    if (chosen.size > fileBytesMax) {
      setOutcome({ words: 'The file has more than 20 MB.', isBad: true });
      return;
    }
    take(await chosen.text(), 'add', /\.(?:csv|tsv)$/i.test(chosen.name));
  }
  return (
    <section>
      <h2>Add items</h2>
      <Labelled
        label="One a line"
        note="Paste as many as you like. A file may be text, or a table whose first column counts."
      >
        {(ids) => (
          <textarea
            {...ids}
            className="Input Mono"
            rows={4}
            spellCheck={false}
            value={text}
            onChange={(event) => setText(event.target.value)}
          />
        )}
      </Labelled>
      <div className="Row Above">
        <Button aria-disabled={text.trim() === ''} onClick={() => take(text, 'add')}>
          Add to the list
        </Button>
        <Button aria-disabled={text.trim() === ''} onClick={() => take(text, 'replace')}>
          Replace all by these
        </Button>
        <Button onClick={() => file.current?.click()}>
          <Upload size={14} aria-hidden />
          Add a file
        </Button>
        <input
          ref={file}
          type="file"
          hidden
          accept=".txt,.csv,.tsv,text/plain,text/csv"
          aria-label="File with items"
          onChange={(event) => {
            void open(event.target.files?.[0]);
            event.target.value = '';
          }}
        />
      </div>
      <div role="status" className="Above">
        {outcome === undefined ? null : <Notice tone={outcome.isBad ? 'bad' : 'calm'}>{outcome.words}</Notice>}
      </div>
    </section>
  );
}

const differenceMax = 50;

function DifferenceList({ words, items }: { readonly words: string; readonly items: readonly Item[] }) {
  if (items.length === 0) return null;
  return (
    <details className="Difference" open={items.length <= 8}>
      <summary>
        {words} {plural(items.length, 'item')}
      </summary>
      <ItemsText of={items} />
    </details>
  );
}

function ItemsText({ of }: { readonly of: readonly Item[] }) {
  if (of.length === 0) return <>None</>;
  return (
    <span className="Value">
      {of.slice(0, differenceMax).join(', ')}
      {of.length > differenceMax ? ` and ${(of.length - differenceMax).toLocaleString('en')} more` : ''}
    </span>
  );
}
