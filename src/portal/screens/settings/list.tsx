import { commonTexts } from '#portal-texts/kit.ts';
import { listTexts } from '#portal-texts/lists.ts';
import { counted, fill } from '../../kit/fill.ts';
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
import { numberWords } from '../../kit/words.ts';
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
          {listTexts.lists}
        </Link>
      </div>
      {data !== undefined ? (
        <ListEditor key={alias} list={data} uses={uses?.filter(({ lists }) => lists.includes(alias))} />
      ) : error === null ? (
        <Skeleton label={listTexts.listLoading} />
      ) : (
        <Failure isWholePage error={error} title={listTexts.listNotLoaded} retry={() => void refetch()} />
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
      tell(listTexts.listSaved, counted(listTexts.listSavedText, uses?.length ?? 0));
    },
  );
  const looked = useDeferredValue(words.trim().toLowerCase());
  const found = looked === '' ? items : items.filter((item) => String(item).toLowerCase().includes(looked));

  return (
    <>
      <PageHead title={guard.base.name} count={counted(listTexts.itemCount, items.length)}>
        {mayChange ? (
          <Button onClick={() => setRemoving(true)}>
            <Trash2 size={14} aria-hidden />
            {commonTexts.delete}
          </Button>
        ) : null}
      </PageHead>
      <div className="Split">
        <div className="SplitMain">
          {guard.theirs === undefined ? null : (
            <ChangedNotice
              takeTheirs={() => begin(guard.base)}
              differences={[
                ...(guard.base.name === name ? [] : [{ name: listTexts.name, theirs: guard.base.name, mine: name }]),
                {
                  name: listTexts.onlyThereNow,
                  theirs: <ItemsText of={difference.removed} />,
                  mine: difference.removed.length === 0 ? listTexts.theSame : listTexts.wouldBeRemoved,
                },
                {
                  name: listTexts.onlyYours,
                  theirs: difference.added.length === 0 ? listTexts.theSame : listTexts.notThere,
                  mine: <ItemsText of={difference.added} />,
                },
              ]}
            />
          )}
          {mayChange ? <AddItems list={list} items={items} setItems={setItems} /> : null}
          <section>
            <h2>{listTexts.itemsHeading}</h2>
            <div className="SearchBox">
              <input
                className="Field"
                aria-label={listTexts.findAnItem}
                placeholder={listTexts.findAnItem}
                value={words}
                spellCheck={false}
                onChange={(event) => setWords(event.target.value)}
              />
            </div>
            {found.length === 0 ? (
              <p className="Faint Above">{items.length === 0 ? listTexts.empty : listTexts.nothingFound}</p>
            ) : (
              <ul className="Items">
                {found.slice(0, shownMax).map((item, at) => (
                  <li key={at} data-new={difference.added.includes(item)}>
                    <span className="Value">{item === '' ? <em>{listTexts.emptyValue}</em> : String(item)}</span>
                    {mayChange ? (
                      <button
                        type="button"
                        className="IconButton"
                        aria-label={fill(listTexts.removeNamed, { item })}
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
              <p className="Note">{counted(listTexts.shownOf, found.length, { shownMax })}</p>
            ) : null}
          </section>
        </div>
        <div className="SplitSide">
          <section className="Card">
            <h2>{listTexts.about}</h2>
            <Facts
              of={[
                [listTexts.inRules, <Copyable key="path" value={`lists.${alias}`} label={listTexts.copyNameInRules} />],
                [listTexts.itemsHeading, itemType === 'number' ? listTexts.numbers : listTexts.texts],
              ]}
            />
            {mayChange ? (
              <div className="Above">
                <Labelled label={listTexts.name}>
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
            <section className="Card" aria-label={listTexts.difference}>
              <h2>{listTexts.notSavedYet}</h2>
              {isChanged ? (
                <>
                  {name === guard.base.name ? null : <p>{listTexts.aNewName}</p>}
                  <DifferenceList words={counted(listTexts.adds, difference.added.length)} items={difference.added} />
                  <DifferenceList
                    words={counted(listTexts.removes, difference.removed.length)}
                    items={difference.removed}
                  />
                </>
              ) : (
                <p className="Faint">{listTexts.nothingWasChanged}</p>
              )}
              <div role="alert">{save.problem === undefined ? null : <Notice tone="bad">{save.problem}</Notice>}</div>
              {isChanged ? (
                <div className="Row Above">
                  <Button look="main" isBusy={save.isBusy} onClick={() => save.start(undefined)}>
                    {commonTexts.save}
                  </Button>
                  <Button look="quiet" onClick={() => begin(guard.base)}>
                    {commonTexts.discard}
                  </Button>
                </div>
              ) : null}
            </section>
          ) : null}
          <UsedBy uses={uses} unused={listTexts.unused} />
        </div>
      </div>
      {isRemoving ? (
        <Confirm
          title={fill(listTexts.deleteTitle, { name: guard.base.name })}
          text={
            uses === undefined || uses.length === 0
              ? listTexts.deleteUnreadText
              : counted(listTexts.deleteText, uses.length)
          }
          words={commonTexts.delete}
          run={() => manage('DELETE', path)}
          done={() => {
            void queries.invalidateQueries({ queryKey: [tenantId, 'lists'] });
            tell(listTexts.listDeleted, guard.base.name);
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
        words: counted(itemType === 'number' ? listTexts.linesNoNumbers : listTexts.linesNoItems, read.refused.length, {
          example: one,
        }),
        isBad: true,
      });
      return;
    }
    const result = how === 'add' ? [...new Set([...items, ...read.items])] : read.items;
    if (result.length > itemsMax) {
      setOutcome({
        words: fill(listTexts.tooManyItems, {
          itemsMax: numberWords(itemsMax),
          items: numberWords(result.length),
        }),
        isBad: true,
      });
      return;
    }
    const known = how === 'add' ? read.items.length - (result.length - items.length) : 0;
    setOutcome({
      words:
        known > 0
          ? counted(listTexts.takenSomeKnown, read.items.length, { known })
          : counted(listTexts.taken, read.items.length),
      isBad: false,
    });
    setItems(result);
    setText('');
  }
  async function open(chosen: File | undefined): Promise<void> {
    if (chosen === undefined) return;
    if (chosen.size > fileBytesMax) {
      setOutcome({ words: listTexts.fileTooLarge, isBad: true });
      return;
    }
    take(await chosen.text(), 'add', /\.(?:csv|tsv)$/i.test(chosen.name));
  }
  return (
    <section>
      <h2>{listTexts.addItems}</h2>
      <Labelled label={listTexts.oneALine} note={listTexts.addNote}>
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
          {listTexts.addToTheList}
        </Button>
        <Button aria-disabled={text.trim() === ''} onClick={() => take(text, 'replace')}>
          {listTexts.replaceAllByThese}
        </Button>
        <Button onClick={() => file.current?.click()}>
          <Upload size={14} aria-hidden />
          {listTexts.addAFile}
        </Button>
        <input
          ref={file}
          type="file"
          hidden
          accept=".txt,.csv,.tsv,text/plain,text/csv"
          aria-label={listTexts.fileWithItems}
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
      <summary>{words}</summary>
      <ItemsText of={items} />
    </details>
  );
}

function ItemsText({ of }: { readonly of: readonly Item[] }) {
  if (of.length === 0) return <>{commonTexts.none}</>;
  return (
    <span className="Value">
      {of.length > differenceMax
        ? fill(listTexts.andMore, {
            items: of.slice(0, differenceMax).join(', '),
            more: numberWords(of.length - differenceMax),
          })
        : of.join(', ')}
    </span>
  );
}
