import { shellTexts } from '#portal-texts/shell.ts';
import { fill } from '../kit/fill.ts';
import { Link, Outlet, useNavigate, useParams, useRouterState } from '@tanstack/react-router';
import { useQuery } from '@tanstack/react-query';
import { ChevronsUpDown, Menu as MenuIcon, Search } from 'lucide-react';
import { Suspense, lazy, useEffect, useRef, useState } from 'react';
import type { ReviewsPage, Session } from '../api/types.ts';
import { isAttended } from '../kit/attended.ts';
import { Empty, Failure, IconButton, Kbd, Skeleton } from '../kit/parts.tsx';
import { store } from '../kit/stored.ts';
import { countWords } from '../kit/words.ts';
import { Mark } from './mark.tsx';
import { places } from './places.ts';
import { listenForShortcuts, useShortcuts } from './shortcuts.ts';
import { SceneProvider, useNewScene, useScene } from './tenant.tsx';
import { useSession } from './use-session.ts';

// Menus and dialogs come when the page stands, so that it does not wait for them.
const loadMenus = () => import('./menus.tsx');
const Palette = lazy(() => import('./palette.tsx').then(({ Palette: found }) => ({ default: found })));
const ShortcutList = lazy(() => import('./shortcut-list.tsx').then((found) => ({ default: found.ShortcutList })));

const waitingEveryMs = 20_000;
const menusAfterMs = 1_500;

/** The frame of every page of a tenant. */
export function Shell() {
  const { tenantId } = useParams({ from: '/t/$tenantId' });
  const { data: session, error, refetch } = useSession();
  if (session === undefined) {
    return (
      <div className="Frame">
        <div className="Side" />
        <main className="Main">
          {error === null ? (
            <Skeleton label={shellTexts.portalLoading} />
          ) : (
            <Failure isWholePage error={error} title={shellTexts.portalNotLoaded} retry={() => void refetch()} />
          )}
        </main>
      </div>
    );
  }
  return <TenantFrame key={tenantId} session={session} tenantId={tenantId} />;
}

function TenantFrame({ session, tenantId }: { readonly session: Session; readonly tenantId: string }) {
  const tenant = session.tenants.find((one) => one.tenantId === tenantId);
  const scene = useNewScene(session, tenant ?? { tenantId, name: '', roles: [], permissions: [] });
  useEffect(() => {
    if (tenant !== undefined) store('tenant', tenantId);
  }, [tenant, tenantId]);
  if (tenant === undefined) {
    return (
      <main className="Door">
        <Empty isWholePage title={shellTexts.notInTeam}>
          <p>{fill(shellTexts.notInTeamText, { email: session.email })}</p>
          <Link to="/" className="Button Button-main">
            {shellTexts.goToTenants}
          </Link>
        </Empty>
      </main>
    );
  }
  return (
    <SceneProvider value={scene}>
      <Frame />
    </SceneProvider>
  );
}

/** The place that a path within the tenant belongs to. An action is a part of Activity. */
function placeOf(path: string): (typeof places)[number]['to'] | undefined {
  const first = path.split('/')[1] ?? '';
  const name = first === 'actions' ? 'activity' : first;
  return places.find(({ to }) => to === (name === '' ? '/t/$tenantId' : `/t/$tenantId/${name}`))?.to;
}

type Overlay = 'palette' | 'shortcuts' | undefined;

function Frame() {
  const { tenant, may } = useScene();
  const { tenantId } = tenant;
  const navigate = useNavigate();
  const main = useRef<HTMLElement>(null);
  const [overlay, setOverlay] = useState<Overlay>();
  const [isNavOpen, setNavOpen] = useState(false);
  const [menus, setMenus] = useState<Awaited<ReturnType<typeof loadMenus>>>();
  // Which menu was clicked before it had come: it opens when it does.
  const [clicked, setClicked] = useState<'tenant' | 'account'>();
  const standIn = useRef<string>(undefined);
  const path = useRouterState({ select: ({ location }) => location.pathname });
  const mine = places.filter(({ needs }) => may(needs));
  const place = mine.find(({ to }) => to === placeOf(path.slice(`/t/${tenantId}`.length)));

  useEffect(listenForShortcuts, []);
  useEffect(() => {
    const timer = setTimeout(() => void fetchMenus(), menusAfterMs);
    return () => clearTimeout(timer);
  }, []);
  useEffect(() => {
    // The button that had the focus is another one now.
    if (menus !== undefined && standIn.current !== undefined)
      document.querySelector<HTMLElement>(`.Side .${standIn.current}`)?.focus();
  }, [menus]);
  useEffect(() => {
    document.title = fill(shellTexts.pageTitle, { page: place?.words ?? shellTexts.portal, tenant: tenant.name });
    setNavOpen(false);
  }, [path, place?.words, tenant.name]);
  useEffect(() => {
    function press(event: KeyboardEvent): void {
      if (event.key.toLowerCase() !== 'k' || !(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey)
        return;
      event.preventDefault();
      setOverlay('palette');
    }
    addEventListener('keydown', press);
    return () => removeEventListener('keydown', press);
  }, []);
  useShortcuts(shellTexts.anywhere, [
    { keys: '?', words: shellTexts.listTheShortcuts, run: () => setOverlay('shortcuts') },
    ...mine.map(({ to, key, words }) => ({
      keys: key,
      words: fill(shellTexts.goToPage, { page: words }),
      run: () => void navigate({ to, params: { tenantId } }),
    })),
  ]);

  async function fetchMenus(): Promise<void> {
    const come = await loadMenus();
    const names = ['TenantButton', 'AccountButton'];
    standIn.current = names.find((name) => document.activeElement?.classList.contains(name));
    setMenus(come);
  }
  const openOnceThere = (menu: 'tenant' | 'account') => {
    setClicked(menu);
    void fetchMenus();
  };

  return (
    <div className="Frame" data-nav={isNavOpen}>
      <a className="Skip" href="#main" onClick={(event) => (event.preventDefault(), main.current?.focus())}>
        {shellTexts.skipToContent}
      </a>
      <header className="TopBar">
        <IconButton label={shellTexts.navigation} aria-expanded={isNavOpen} onClick={() => setNavOpen(!isNavOpen)}>
          <MenuIcon size={16} aria-hidden />
        </IconButton>
        <Mark size={20} />
        <span className="TopName">{tenant.name}</span>
      </header>
      <div className="Side">
        <div className="SideTop">
          {menus === undefined ? (
            <TenantName click={() => openOnceThere('tenant')} />
          ) : (
            <menus.TenantMenu isOpen={clicked === 'tenant'} />
          )}
        </div>
        <button type="button" className="FindButton" onClick={() => setOverlay('palette')}>
          <Search size={14} aria-hidden />
          {shellTexts.findAnything}
          <Kbd keys={navigator.userAgent.includes('Mac') ? '⌘ K' : 'Ctrl K'} />
        </button>
        <nav aria-label={shellTexts.pages}>
          {mine.map(({ to, words, key, icon: Icon }) => (
            <Link
              key={to}
              to={to}
              params={{ tenantId }}
              className="NavLink"
              activeOptions={{ exact: true, includeSearch: false }}
              activeProps={{}}
              aria-current={place?.to === to ? 'page' : undefined}
            >
              <Icon size={16} aria-hidden />
              {words}
              {to === '/t/$tenantId/reviews' ? <Waiting /> : <Kbd keys={key} />}
            </Link>
          ))}
        </nav>
        <div className="SideEnd">
          <button type="button" className="NavLink" onClick={() => setOverlay('shortcuts')}>
            <span className="NavSign" aria-hidden>
              ?
            </span>
            {shellTexts.shortcuts}
          </button>
          {menus === undefined ? (
            <AccountName click={() => openOnceThere('account')} />
          ) : (
            <menus.AccountMenu isOpen={clicked === 'account'} />
          )}
        </div>
      </div>
      <main className="Main" id="main" ref={main} tabIndex={-1}>
        {mine.length === 0 ? (
          <Empty isWholePage title={shellTexts.noRoleWorks}>
            <p>{fill(shellTexts.noRoleWorksText, { name: tenant.name })}</p>
          </Empty>
        ) : (
          <Suspense fallback={<Skeleton label={shellTexts.pageLoading} />}>
            <Outlet />
          </Suspense>
        )}
      </main>
      <Suspense fallback={null}>
        {overlay === 'palette' ? (
          <Palette close={() => setOverlay(undefined)} showShortcuts={() => setOverlay('shortcuts')} />
        ) : null}
        {overlay === 'shortcuts' ? <ShortcutList close={() => setOverlay(undefined)} /> : null}
      </Suspense>
    </div>
  );
}

/** How many reviews wait. */
function Waiting() {
  const { tenant, portal } = useScene();
  const { data } = useQuery({
    queryKey: [tenant.tenantId, 'waiting'],
    queryFn: ({ signal }) => portal<ReviewsPage>('GET', '/reviews?limit=1', undefined, signal),
    refetchInterval: () => (isAttended() ? waitingEveryMs : false),
    select: ({ waiting }) => waiting,
  });
  return data === undefined || data === 0 ? null : (
    <span className="NavCount">
      {countWords(data)}
      <span className="Hidden"> {shellTexts.reviewsWaiting}</span>
    </span>
  );
}

// What stands in the places of the menus until those have come.
function TenantName({ click }: { readonly click: () => void }) {
  const { tenant } = useScene();
  return (
    <button type="button" className="TenantButton" aria-haspopup="menu" onClick={click}>
      <Mark size={22} />
      <span>{tenant.name}</span>
      <ChevronsUpDown size={14} aria-hidden />
    </button>
  );
}

function AccountName({ click }: { readonly click: () => void }) {
  const { session } = useScene();
  return (
    <button type="button" className="NavLink AccountButton" aria-haspopup="menu" onClick={click}>
      <span className="Avatar" aria-hidden>
        {Array.from(session.name)[0] ?? '?'}
      </span>
      <span className="AccountName">{session.name}</span>
      <ChevronsUpDown size={14} aria-hidden />
    </button>
  );
}
