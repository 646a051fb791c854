import { commonTexts } from '#portal-texts/kit.ts';
import { usersTexts } from '#portal-texts/users.ts';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { Users } from 'lucide-react';
import { useCallback, useMemo, useRef } from 'react';
import { queryOf } from '../api/call.ts';
import type { UsersPage } from '../api/types.ts';
import { Nothing } from '../kit/action-cells.tsx';
import { DataTable, columnsOf } from '../kit/data-table.tsx';
import { FilterText } from '../kit/fields.tsx';
import { Empty, Failure, Kbd, PageHead, Skeleton, Tag } from '../kit/parts.tsx';
import { day } from '../kit/times.ts';
import { methodWords } from '../kit/words.ts';
import { useShortcuts } from '../shell/shortcuts.ts';
import { useScene } from '../shell/tenant.tsx';
import { WaitingHelps } from './help-in.tsx';

type ListedUser = UsersPage['users'][number];

const helper = columnsOf<ListedUser>();
const widths =
  'minmax(150px, 1.1fr) minmax(210px, 1.5fr) minmax(190px, 1.2fr) minmax(200px, 1.5fr) minmax(80px, 0.4fr)';
const columns = helper.columns([
  helper.accessor('userId', { header: usersTexts.user, cell: ({ row }) => <UserRow user={row.original} /> }),
  helper.accessor('email', {
    header: usersTexts.emailAddress,
    cell: ({ row: { original } }) => <Contact value={original.email} isVerified={original.emailVerified} />,
  }),
  helper.accessor('phoneNumber', {
    header: usersTexts.phoneNumber,
    cell: ({ row: { original } }) => <Contact value={original.phoneNumber} isVerified={original.phoneNumberVerified} />,
  }),
  helper.accessor('enrolledVerificationMethods', {
    header: usersTexts.authenticators,
    cell: ({ row: { original } }) =>
      original.enrolledVerificationMethods.length === 0 ? (
        <span className="Faint">{commonTexts.none}</span>
      ) : (
        <span className="Tags">
          {original.enrolledVerificationMethods.map((method) => (
            <Tag key={method}>{methodWords(method)}</Tag>
          ))}
        </span>
      ),
  }),
  helper.accessor('createdAt', {
    header: usersTexts.since,
    cell: ({ row }) => <span className="Faint">{day(row.original.createdAt)}</span>,
  }),
]);

function UserRow({ user: { userId, displayName } }: { readonly user: ListedUser }) {
  const { tenantId } = useScene().tenant;
  return (
    <Link to="/t/$tenantId/users/$userId" params={{ tenantId, userId }} className="RowLink Cut" preload={false}>
      <strong>{userId}</strong>
      {displayName === undefined ? null : <span className="Faint"> {displayName}</span>}
    </Link>
  );
}

function Contact({ value, isVerified }: { readonly value: string | undefined; readonly isVerified: boolean }) {
  if (value === undefined) return <Nothing />;
  return (
    <span className="Contact">
      <span className="Cut">{value}</span>
      {isVerified ? null : <Tag tone="wait">{usersTexts.unverified}</Tag>}
    </span>
  );
}

export function UsersScreen() {
  const { tenant, portal, may } = useScene();
  const { tenantId } = tenant;
  const { words } = useSearch({ from: '/t/$tenantId/users' });
  const navigate = useNavigate();
  const box = useRef<HTMLDivElement>(null);
  const { data, error, refetch, hasNextPage, isFetchingNextPage, fetchNextPage } = useInfiniteQuery({
    queryKey: [tenantId, 'users', words ?? ''],
    queryFn: ({ pageParam, signal }) =>
      portal<UsersPage>('GET', `/users${queryOf({ words, limit: 100, cursor: pageParam })}`, undefined, signal),
    initialPageParam: '',
    getNextPageParam: (page) => page.nextCursor,
  });
  const rows = useMemo(() => data?.pages.flatMap(({ users }) => users) ?? [], [data]);
  const nearEnd = useCallback(() => {
    if (hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }, [hasNextPage, isFetchingNextPage, fetchNextPage]);
  useShortcuts(usersTexts.users, [
    { keys: '/', words: usersTexts.goToSearch, run: () => box.current?.querySelector<HTMLElement>('.Field')?.focus() },
  ]);
  return (
    <div className="Page Page-full" ref={box}>
      <PageHead title={usersTexts.users}>
        {may('sessions:end-many') ? (
          <Link className="Button Button-plain" to="/t/$tenantId/end-sessions" params={{ tenantId }}>
            {usersTexts.endSessions}
          </Link>
        ) : null}
      </PageHead>
      {may('users:help') ? <WaitingHelps /> : null}
      <div className="Filters" role="search">
        <div className="SearchBox">
          <FilterText
            label={usersTexts.find}
            value={words}
            maxLength={320}
            change={(changed) =>
              void navigate({
                to: '/t/$tenantId/users',
                params: { tenantId },
                search: changed === undefined ? {} : { words: changed },
                replace: true,
              })
            }
          />
          <Kbd keys="/" />
        </div>
        <p className="Faint">{usersTexts.findNote}</p>
      </div>
      <div className="TableArea">
        {error !== null && data === undefined ? (
          <Failure error={error} title={usersTexts.usersNotLoaded} retry={() => void refetch()} />
        ) : data === undefined ? (
          <Skeleton label={usersTexts.usersLoading} lines={14} />
        ) : rows.length === 0 ? (
          <Empty
            icon={<Users size={20} aria-hidden />}
            title={words === undefined ? usersTexts.noUsers : usersTexts.nobodyFound}
          >
            <p>{words === undefined ? usersTexts.noUsersText : usersTexts.nobodyFoundText}</p>
          </Empty>
        ) : (
          <DataTable
            label={usersTexts.users}
            rows={rows}
            columns={columns}
            widths={widths}
            idOf={({ userId }) => userId}
            nearEnd={nearEnd}
            end={hasNextPage ? commonTexts.loading : undefined}
          />
        )}
      </div>
    </div>
  );
}
