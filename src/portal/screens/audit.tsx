import { commonTexts } from '#portal-texts/kit.ts';
import { auditTexts } from '#portal-texts/audit.ts';
import { fill } from '../kit/fill.ts';
import { useInfiniteQuery, useMutation } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { ChevronRight, Download, ScrollText, X } from 'lucide-react';
import { useMemo, useState } from 'react';
import { CallError, callForFile, queryOf } from '../api/call.ts';
import type { AuditEvent, AuditPage } from '../api/types.ts';
import { downloadFile } from '../kit/csv.ts';
import { FilterRange, FilterText, changed } from '../kit/fields.tsx';
import { Button, Copyable, Empty, Facts, Failure, PageHead, Skeleton, Time, textOf } from '../kit/parts.tsx';
import { clockTime } from '../kit/times.ts';
import { tell } from '../kit/toasts.tsx';
import { actorWords, spaced } from '../kit/words.ts';
import { useScene } from '../shell/tenant.tsx';

export function AuditLog() {
  const { tenant, portal, may } = useScene();
  const { tenantId } = tenant;
  const filter = useSearch({ from: '/t/$tenantId/audit' });
  const navigate = useNavigate();
  const set = (changes: { readonly [Name in keyof typeof filter]?: string | undefined }) =>
    void navigate({ to: '/t/$tenantId/audit', params: { tenantId }, search: changed(filter, changes), replace: true });
  const { data, error, refetch, hasNextPage, isFetchingNextPage, fetchNextPage } = useInfiniteQuery({
    queryKey: [tenantId, 'audit', filter],
    queryFn: ({ pageParam, signal }) =>
      portal<AuditPage>(
        'GET',
        `/audit-events${queryOf({ ...filter, limit: 100, cursor: pageParam })}`,
        undefined,
        signal,
      ),
    initialPageParam: '',
    getNextPageParam: (page) => page.nextCursor,
    enabled: may('audit:read'),
  });
  const exporting = useMutation({
    // What the filter wants, as far back as the log goes.
    mutationFn: () => callForFile('/v1/portal/audit-events/export', { tenantId, body: filter }),
    onSuccess(file) {
      downloadFile('sallyport-audit.jsonl', file);
      tell(auditTexts.auditLogExported, auditTexts.auditLogExportedText);
    },
    onError: (failed) =>
      tell(auditTexts.notExported, failed instanceof CallError ? failed.message : auditTexts.pageFault, 'bad'),
  });
  const events = useMemo(() => data?.pages.flatMap((page) => page.events) ?? [], [data]);
  const back = data?.pages.at(-1)?.searchedBackTo;
  const isFiltered = Object.keys(filter).length > 0;
  return (
    <div className="Page">
      <PageHead title={auditTexts.auditLog}>
        {may('audit:export') ? (
          <Button isBusy={exporting.isPending} onClick={() => exporting.mutate()}>
            <Download size={14} aria-hidden />
            {exporting.isPending ? auditTexts.exporting : auditTexts.export}
          </Button>
        ) : null}
      </PageHead>
      <div className="Filters" role="search" aria-label={commonTexts.filters}>
        <FilterText
          isWide
          label={auditTexts.typeFilter}
          value={filter.type}
          change={(type) => set({ type })}
          maxLength={100}
        />
        <FilterText
          label={auditTexts.actorFilter}
          value={filter.actorId}
          change={(actorId) => set({ actorId })}
          maxLength={256}
        />
        <FilterText
          label={auditTexts.userFilter}
          value={filter.userId}
          change={(userId) => set({ userId })}
          maxLength={256}
        />
        <FilterRange range={filter} change={(range) => set({ ...range })} />
        {isFiltered ? (
          <Button look="quiet" onClick={() => void navigate({ to: '/t/$tenantId/audit', params: { tenantId } })}>
            <X size={14} aria-hidden />
            {commonTexts.clear}
          </Button>
        ) : null}
      </div>
      {!may('audit:read') ? (
        <Empty icon={<ScrollText size={20} aria-hidden />} title={commonTexts.notForYou}>
          <p>{auditTexts.notForYouText}</p>
        </Empty>
      ) : error !== null && data === undefined ? (
        <Failure error={error} title={auditTexts.auditLogNotLoaded} retry={() => void refetch()} />
      ) : data === undefined ? (
        <Skeleton label={auditTexts.eventsLoading} lines={12} />
      ) : (
        <>
          {events.length === 0 ? (
            <Empty
              icon={<ScrollText size={20} aria-hidden />}
              title={isFiltered ? auditTexts.noEventFits : auditTexts.nothingChangedYet}
            >
              <p>{isFiltered ? auditTexts.noEventFitsText : auditTexts.nothingChangedText}</p>
            </Empty>
          ) : (
            <ul className="Events">
              {events.map((event) => (
                <EventLine key={event.eventId} event={event} />
              ))}
            </ul>
          )}
          {hasNextPage ? (
            <div className="TableEnd">
              {back === undefined ? null : <>{fill(auditTexts.searchedBackTo, { time: clockTime(back) })} </>}
              <Button isBusy={isFetchingNextPage} onClick={() => void fetchNextPage()}>
                {isFetchingNextPage
                  ? commonTexts.loading
                  : back === undefined
                    ? auditTexts.showEarlierOnes
                    : commonTexts.continue}
              </Button>
            </div>
          ) : null}
        </>
      )}
    </div>
  );
}

function EventLine({ event }: { readonly event: AuditEvent }) {
  const { tenantId } = useScene().tenant;
  const [isOpen, setOpen] = useState(false);
  const { actor } = event;
  const summary = Object.entries(event.data)
    .map(([name, value]) => `${name}: ${textOf(value)}`)
    .join(', ');
  return (
    <li>
      <button type="button" className="EventHead" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
        <ChevronRight size={14} className="Turn" aria-hidden />
        <Time at={event.at} />
        <strong className="Cut">{spaced(event.type)}</strong>
        <span className="Cut">{actor.name ?? actorWords(actor.kind)}</span>
        <span className="Faint Cut EventSummary">{summary}</span>
      </button>
      {isOpen ? (
        <div className="EventBody">
          <Facts
            of={[
              [auditTexts.type, <code key="type">{event.type}</code>],
              [auditTexts.by, `${actor.name ?? actorWords(actor.kind)} (${actor.kind} ${actor.id})`],
              ...(event.userId === undefined
                ? []
                : ([
                    [
                      auditTexts.user,
                      <Link key="user" to="/t/$tenantId/users/$userId" params={{ tenantId, userId: event.userId }}>
                        {event.userId}
                      </Link>,
                    ],
                  ] as const)),
              ...(event.requestId === undefined
                ? []
                : ([
                    [
                      auditTexts.request,
                      <Copyable key="request" value={event.requestId} label={auditTexts.copyRequestId} />,
                    ],
                  ] as const)),
            ]}
          />
          <pre>{JSON.stringify(event.data, null, 2)}</pre>
        </div>
      ) : null}
    </li>
  );
}
