import { commonTexts } from '#portal-texts/kit.ts';
import { activityTexts } from '#portal-texts/activity.ts';
import { counted, fill } from '../kit/fill.ts';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { ArrowUp, Bookmark, Download, ListFilter, Pause, Play, X } from 'lucide-react';
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { queryOf } from '../api/call.ts';
import type { ActionsPage, ListedAction } from '../api/types.ts';
import { actionColumns, actionWidths } from '../kit/action-cells.tsx';
import { isAttended } from '../kit/attended.ts';
import { csvOf, download } from '../kit/csv.ts';
import { rest } from '../kit/unhurried.ts';
import { DataTable } from '../kit/data-table.tsx';
import { FilterSelect, FilterRange, FilterText, changed } from '../kit/fields.tsx';
import { Button, Empty, Failure, IconButton, PageHead, Skeleton } from '../kit/parts.tsx';
import { clockTime } from '../kit/times.ts';
import { tell } from '../kit/toasts.tsx';
import { methods, numberWords, stateNames, states } from '../kit/words.ts';
import { useShortcuts } from '../shell/shortcuts.ts';
import { useScene } from '../shell/tenant.tsx';
import type { ActivityFilter } from './activity-filter.ts';
import { SaveView, Views } from './activity-views.tsx';

const seldom = ['ipAddress', 'deviceId', 'method', 'ruleId', 'custom', 'from', 'to'] as const;
const pageSize = 100;
const liveEveryMs = 4_000;
const csvRowsMax = 10_000;
const csvPageRows = 50;

export function Activity() {
  const filter: ActivityFilter = useSearch({ from: '/t/$tenantId/activity' });
  const { tenant, portal, may } = useScene();
  const { tenantId } = tenant;
  const navigate = useNavigate();
  const box = useRef<HTMLDivElement>(null);
  const [isLive, setLive] = useState(true);
  const [isMore, setMore] = useState(seldom.some((name) => filter[name] !== undefined));
  const [isSaving, setSaving] = useState(false);
  const isFiltered = Object.keys(filter).length > 0;

  const set = (changes: { readonly [Name in keyof ActivityFilter]?: ActivityFilter[Name] | undefined }) =>
    void navigate({
      to: '/t/$tenantId/activity',
      params: { tenantId },
      search: changed(filter, changes),
      replace: true,
    });

  const list = useInfiniteQuery({
    queryKey: [tenantId, 'actions', filter],
    queryFn: ({ pageParam, signal }) =>
      portal<ActionsPage>(
        'GET',
        `/actions${queryOf({ ...filter, limit: pageSize, cursor: pageParam })}`,
        undefined,
        signal,
      ),
    initialPageParam: '',
    getNextPageParam: (page) => page.nextCursor,
    refetchOnWindowFocus: false,
    enabled: may('activity:read'),
  });
  const { fresh, waiting, show, atTop } = useLive(filter, isLive && list.isSuccess && filter.to === undefined);
  const rows = useMemo(() => {
    const byId = new Map<string, ListedAction>();
    for (const action of [...fresh, ...(list.data?.pages.flatMap(({ actions }) => actions) ?? [])]) {
      if (!byId.has(action.actionId)) byId.set(action.actionId, action);
    }
    return [...byId.values()];
  }, [fresh, list.data]);
  const lastPage = list.data?.pages.at(-1);
  const mustAsk = lastPage?.searchedBackTo !== undefined;
  const { fetchNextPage, hasNextPage, isFetchingNextPage } = list;
  const nearEnd = useCallback(() => {
    if (hasNextPage && !isFetchingNextPage && !mustAsk) void fetchNextPage();
  }, [fetchNextPage, hasNextPage, isFetchingNextPage, mustAsk]);

  useShortcuts(activityTexts.activity, [
    {
      keys: '/',
      words: activityTexts.goToFilters,
      run: () => box.current?.querySelector<HTMLElement>('.Field')?.focus(),
    },
    {
      keys: 'l',
      words: isLive ? activityTexts.stopFollowingLive : activityTexts.followLive,
      run: () => setLive(!isLive),
    },
    {
      keys: 'x',
      words: activityTexts.clearFilters,
      run: () => void navigate({ to: '/t/$tenantId/activity', params: { tenantId } }),
    },
    { keys: 's', words: activityTexts.saveThisView, run: () => setSaving(true) },
  ]);

  const end =
    lastPage === undefined ? null : mustAsk ? (
      <>
        {lastPage.searchedBackTo === undefined ? null : (
          <>{fill(activityTexts.searchedBackTo, { time: clockTime(lastPage.searchedBackTo) })} </>
        )}
        {hasNextPage ? (
          <Button isBusy={isFetchingNextPage} onClick={() => void fetchNextPage()}>
            {isFetchingNextPage ? activityTexts.searching : commonTexts.continue}
          </Button>
        ) : null}
      </>
    ) : hasNextPage ? (
      commonTexts.loading
    ) : filter.userId === undefined && filter.from === undefined ? (
      activityTexts.endOfRecent
    ) : (
      activityTexts.end
    );

  return (
    <div className="Page Page-full" ref={box}>
      <PageHead title={activityTexts.activity}>
        <LiveButton isLive={isLive} set={setLive} isPossible={filter.to === undefined} />
        <CsvButton filter={filter} isPossible={rows.length > 0} />
      </PageHead>
      <Views filter={filter} />
      <div className="Filters" role="search" aria-label={commonTexts.filters}>
        <FilterSelect
          label={activityTexts.anyState}
          value={filter.state}
          change={(state) => set({ state })}
          options={stateNames.map((name) => [name, states[name].words])}
        />
        <FilterText
          label={activityTexts.actionCode}
          value={filter.code}
          change={(code) => set({ code })}
          maxLength={256}
        />
        <FilterText
          label={activityTexts.userId}
          value={filter.userId}
          change={(userId) => set({ userId })}
          maxLength={256}
        />
        <Button look="quiet" aria-expanded={isMore} onClick={() => setMore(!isMore)}>
          <ListFilter size={14} aria-hidden />
          {activityTexts.moreFilters}
        </Button>
        {isFiltered ? (
          <>
            <Button look="quiet" onClick={() => void navigate({ to: '/t/$tenantId/activity', params: { tenantId } })}>
              <X size={14} aria-hidden />
              {commonTexts.clear}
            </Button>
            <Button look="quiet" onClick={() => setSaving(true)}>
              <Bookmark size={14} aria-hidden />
              {activityTexts.saveView}
            </Button>
          </>
        ) : null}
        {isMore ? (
          <div className="MoreFilters">
            <FilterText
              label={activityTexts.ipAddress}
              value={filter.ipAddress}
              change={(ipAddress) => set({ ipAddress })}
              maxLength={256}
            />
            <FilterText
              label={activityTexts.deviceId}
              value={filter.deviceId}
              change={(deviceId) => set({ deviceId })}
              maxLength={256}
            />
            <FilterSelect
              label={activityTexts.anyMethod}
              value={filter.method}
              change={(method) => set({ method })}
              options={Object.entries(methods)}
            />
            <FilterText
              label={activityTexts.ruleId}
              value={filter.ruleId}
              change={(ruleId) => set({ ruleId })}
              maxLength={64}
            />
            <FilterText
              label={activityTexts.custom}
              value={filter.custom}
              change={(custom) => set({ custom })}
              maxLength={512}
            />
            <FilterRange range={filter} change={set} />
          </div>
        ) : null}
      </div>
      <div className="TableArea">
        {list.error !== null && list.data === undefined ? (
          <Failure error={list.error} title={activityTexts.activityNotLoaded} retry={() => void list.refetch()} />
        ) : list.data === undefined ? (
          <Skeleton label={activityTexts.actionsLoading} lines={14} />
        ) : rows.length === 0 && !hasNextPage ? (
          <NoActions
            isFiltered={isFiltered}
            clear={() => void navigate({ to: '/t/$tenantId/activity', params: { tenantId } })}
          />
        ) : (
          <>
            {waiting > 0 ? (
              <button
                type="button"
                className="NewRows"
                onClick={() => {
                  show();
                  box.current?.querySelector('.TableBox')?.scrollTo({ top: 0 });
                }}
              >
                <ArrowUp size={13} aria-hidden />
                {counted(activityTexts.newActions, waiting)}
              </button>
            ) : null}
            <DataTable
              label={activityTexts.actions}
              rows={rows}
              columns={actionColumns}
              widths={actionWidths}
              idOf={({ actionId }) => actionId}
              nearEnd={nearEnd}
              atTop={atTop}
              end={
                list.isFetchNextPageError ? (
                  <>
                    {activityTexts.restNotLoaded}{' '}
                    <Button onClick={() => void fetchNextPage()}>{commonTexts.tryAgain}</Button>
                  </>
                ) : (
                  end
                )
              }
            />
          </>
        )}
      </div>
      <SaveView isOpen={isSaving} close={() => setSaving(false)} filter={filter} />
    </div>
  );
}

interface Lived {
  /** Of which filter: what was found by another one is forgotten. */
  readonly key: string;
  readonly fresh: readonly ListedAction[];
  /** Known, but not shown yet, because rows would move under who reads. */
  readonly held: readonly ListedAction[];
}

/** The newest actions, asked for again and again while somebody watches the top of the list. */
function useLive(filter: ActivityFilter, isOn: boolean) {
  const { tenant, portal } = useScene();
  const key = JSON.stringify(filter);
  const isAtTop = useRef(true);
  const [state, setState] = useState<Lived>({ key, fresh: [], held: [] });
  const lived = state.key === key ? state : { key, fresh: [], held: [] };
  const newest = useQuery({
    queryKey: [tenant.tenantId, 'live', filter],
    queryFn: ({ signal }) =>
      portal<ActionsPage>('GET', `/actions${queryOf({ ...filter, limit: 50 })}`, undefined, signal),
    refetchInterval: () => (isAttended() ? liveEveryMs : false),
    enabled: isOn,
    staleTime: 0,
    gcTime: 0,
  });
  useEffect(() => {
    const actions = newest.data?.actions;
    if (actions === undefined) return;
    setState((before) => {
      const { fresh } = before.key === key ? before : { fresh: [] };
      if (isAtTop.current || fresh.length === 0) return { key, fresh: joined(actions, fresh), held: [] };
      const known = new Set(fresh.map(({ actionId }) => actionId));
      // States of what is shown change in place; nothing moves.
      const changed = fresh.map((old) => actions.find(({ actionId }) => actionId === old.actionId) ?? old);
      return { key, fresh: changed, held: actions.filter(({ actionId }) => !known.has(actionId)) };
    });
  }, [newest.data, key]);
  return {
    fresh: lived.fresh,
    waiting: lived.held.length,
    show: () => setState({ key, fresh: joined(lived.held, lived.fresh), held: [] }),
    atTop: (is: boolean) => {
      isAtTop.current = is;
    },
  };
}

function joined(first: readonly ListedAction[], rest: readonly ListedAction[]): readonly ListedAction[] {
  const ids = new Set(first.map(({ actionId }) => actionId));
  return [...first, ...rest.filter(({ actionId }) => !ids.has(actionId))];
}

function LiveButton({
  isLive,
  set,
  isPossible,
}: {
  readonly isLive: boolean;
  readonly set: (isLive: boolean) => void;
  readonly isPossible: boolean;
}) {
  if (!isPossible) return null;
  return (
    <button type="button" className="Live" aria-pressed={isLive} onClick={() => set(!isLive)}>
      <i aria-hidden />
      {activityTexts.live}
      {isLive ? <Pause size={12} aria-hidden /> : <Play size={12} aria-hidden />}
    </button>
  );
}

function NoActions({ isFiltered, clear }: { readonly isFiltered: boolean; readonly clear: () => void }) {
  if (isFiltered) {
    return (
      <Empty title={activityTexts.noActionFits}>
        <p>{activityTexts.noActionFitsText}</p>
        <Button onClick={clear}>{activityTexts.clearFilters}</Button>
      </Empty>
    );
  }
  return (
    <Empty title={activityTexts.nothingHasHappenedYet}>
      <p>{activityTexts.nothingHasHappenedYetText}</p>
      <pre>{`curl -X POST ${location.origin}/v1/users/alice/actions/signIn \\
  -u "$SECRET_KEY:" -H 'content-type: application/json' -d '{}'`}</pre>
      <p>{activityTexts.nothingHasHappenedYetHint}</p>
    </Empty>
  );
}

function CsvButton({ filter, isPossible }: { readonly filter: ActivityFilter; readonly isPossible: boolean }) {
  const { portal } = useScene();
  const [count, setCount] = useState<number>();
  const stop = useRef<AbortController>(undefined);
  useEffect(() => () => stop.current?.abort(), []);

  async function save(): Promise<void> {
    const ending = new AbortController();
    stop.current = ending;
    const actions: ListedAction[] = [];
    let cursor: string | undefined;
    setCount(0);
    try {
      do {
        const startedMs = performance.now();
        const page: ActionsPage = await portal(
          'GET',
          `/actions${queryOf({ ...filter, limit: csvPageRows, cursor })}`,
          undefined,
          ending.signal,
        );
        actions.push(...page.actions);
        cursor = page.nextCursor;
        setCount(actions.length);
        if (cursor !== undefined) await rest(startedMs);
      } while (cursor !== undefined && actions.length < csvRowsMax);
      download('sallyport-actions.csv', csvOf(csvRows(actions.slice(0, csvRowsMax))));
      const isCut = cursor !== undefined;
      tell(
        counted(activityTexts.downloaded, Math.min(actions.length, csvRowsMax)),
        isCut ? activityTexts.downloadCut : undefined,
      );
    } catch {
      if (!ending.signal.aborted) tell(activityTexts.downloadFailed, commonTexts.noAnswer, 'bad');
    } finally {
      setCount(undefined);
    }
  }

  if (count !== undefined) {
    return (
      <Button onClick={() => stop.current?.abort()}>
        <X size={14} aria-hidden />
        {fill(activityTexts.soFarStop, { count: numberWords(count) })}
      </Button>
    );
  }
  return (
    <IconButton label={activityTexts.download} disabled={!isPossible} onClick={() => void save()}>
      <Download size={15} aria-hidden />
    </IconButton>
  );
}

function csvRows(actions: readonly ListedAction[]): readonly (readonly string[])[] {
  const head = ['createdAt', 'state', 'actionCode', 'userId', 'ipAddress', 'countryCode', 'deviceId', 'userAgent'];
  return [
    [...head, 'verificationMethod', 'rules', 'decidingRuleId', 'idempotencyKey', 'actionId'],
    ...actions.map((action) => [
      action.createdAt,
      action.state,
      action.actionCode,
      action.userId,
      action.ipAddress ?? '',
      action.countryCode ?? '',
      action.deviceId ?? '',
      action.userAgent ?? '',
      action.verificationMethod ?? '',
      action.rules.map(({ name }) => name).join('; '),
      action.decidingRuleId ?? '',
      action.idempotencyKey,
      action.actionId,
    ]),
  ];
}
