import { routerTexts } from '#portal-texts/shell.ts';
import type { QueryClient } from '@tanstack/react-query';
import {
  Link,
  Outlet,
  createRootRouteWithContext,
  createRoute,
  createRouter,
  lazyRouteComponent,
} from '@tanstack/react-router';
import { gate } from './api/call.ts';
import { Empty } from './kit/parts.tsx';
import { stateNames } from './kit/words.ts';
import { Activity } from './screens/activity.tsx';
import { FirstTenant } from './shell/first-tenant.tsx';
import { Shell } from './shell/shell.tsx';
import { SignIn } from './shell/sign-in.tsx';

type Given = Readonly<Record<string, unknown>>;

/** The text members of a search, without those that are empty. */
function pick<Name extends string>(given: Given, names: readonly Name[]): Partial<Record<Name, string>> {
  const found = names.flatMap((name) => {
    const value = given[name];
    return typeof value === 'string' && value !== '' ? [[name, value] as const] : [];
  });
  return Object.fromEntries(found) as Partial<Record<Name, string>>;
}

const root = createRootRouteWithContext<{ queries: QueryClient }>()({
  component: Outlet,
  notFoundComponent: () => (
    <main className="Door">
      <Empty isWholePage title={routerTexts.noSuchPage}>
        <p>{routerTexts.noSuchPageText}</p>
        <Link to="/" className="Button Button-main">
          {routerTexts.goToPortal}
        </Link>
      </Empty>
    </main>
  ),
});
const first = createRoute({ getParentRoute: () => root, path: '/', component: FirstTenant });
const signIn = createRoute({
  getParentRoute: () => root,
  path: '/sign-in',
  validateSearch: (given: Given) => pick(given, ['next', 'why']),
  component: SignIn,
});
const invitation = createRoute({
  getParentRoute: () => root,
  path: '/invitation',
  component: lazyRouteComponent(() => import('./shell/invitation.tsx'), 'Invitation'),
});
const fromIssuer = createRoute({
  getParentRoute: () => root,
  path: '/oidc',
  component: lazyRouteComponent(() => import('./shell/from-issuer.tsx'), 'FromIssuer'),
});
const tenant = createRoute({ getParentRoute: () => root, path: '/t/$tenantId', component: Shell });
const home = createRoute({
  getParentRoute: () => tenant,
  path: '/',
  validateSearch: (given: Given) => pick(given, ['hours']),
  component: lazyRouteComponent(() => import('./screens/home.tsx'), 'HomeScreen'),
});
const activity = createRoute({
  getParentRoute: () => tenant,
  path: '/activity',
  validateSearch: (given: Given) => {
    const { state, ...rest } = pick(given, [
      'state',
      'code',
      'userId',
      'ipAddress',
      'deviceId',
      'method',
      'ruleId',
      'custom',
      'from',
      'to',
    ]);
    return { ...rest, ...(stateNames.some((name) => name === state) && state !== undefined ? { state } : {}) };
  },
  component: Activity,
});
const action = createRoute({
  getParentRoute: () => tenant,
  path: '/actions/$actionId',
  component: lazyRouteComponent(() => import('./screens/action.tsx'), 'ActionScreen'),
});
const reviews = createRoute({
  getParentRoute: () => tenant,
  path: '/reviews',
  validateSearch: (given: Given) => pick(given, ['code']),
  component: lazyRouteComponent(() => import('./screens/reviews.tsx'), 'Reviews'),
});
const users = createRoute({
  getParentRoute: () => tenant,
  path: '/users',
  validateSearch: (given: Given) => pick(given, ['words']),
  component: lazyRouteComponent(() => import('./screens/users.tsx'), 'UsersScreen'),
});
const user = createRoute({
  getParentRoute: () => tenant,
  path: '/users/$userId',
  component: lazyRouteComponent(() => import('./screens/user.tsx'), 'UserScreen'),
});
const ruleSets = createRoute({
  getParentRoute: () => tenant,
  path: '/rules',
  component: lazyRouteComponent(() => import('./screens/rules/rule-sets.tsx'), 'RuleSets'),
});
const ruleSet = createRoute({
  getParentRoute: () => tenant,
  path: '/rules/$actionCode',
  validateSearch: (given: Given) => pick(given, ['tab', 'rule', 'action']),
  component: lazyRouteComponent(() => import('./screens/rules/rule-set.tsx'), 'RuleSetScreen'),
});
const audit = createRoute({
  getParentRoute: () => tenant,
  path: '/audit',
  validateSearch: (given: Given) => pick(given, ['type', 'actorId', 'userId', 'from', 'to']),
  component: lazyRouteComponent(() => import('./screens/audit.tsx'), 'AuditLog'),
});
const health = createRoute({
  getParentRoute: () => tenant,
  path: '/health',
  component: lazyRouteComponent(() => import('./screens/health.tsx'), 'HealthScreen'),
});
const team = createRoute({
  getParentRoute: () => tenant,
  path: '/team',
  component: lazyRouteComponent(() => import('./screens/team.tsx'), 'Team'),
});
const sessions = createRoute({
  getParentRoute: () => tenant,
  path: '/sessions',
  component: lazyRouteComponent(() => import('./screens/sessions.tsx'), 'Sessions'),
});
const mail = createRoute({
  getParentRoute: () => tenant,
  path: '/mail',
  component: lazyRouteComponent(() => import('./screens/mail.tsx'), 'MailScreen'),
});
const tenants = createRoute({
  getParentRoute: () => tenant,
  path: '/tenants',
  component: lazyRouteComponent(() => import('./screens/tenants.tsx'), 'Tenants'),
});
const endSessions = createRoute({
  getParentRoute: () => tenant,
  path: '/end-sessions',
  component: lazyRouteComponent(() => import('./screens/end-sessions.tsx'), 'EndSessions'),
});
const settings = createRoute({
  getParentRoute: () => tenant,
  path: '/settings',
  component: lazyRouteComponent(() => import('./screens/settings/frame.tsx'), 'SettingsFrame'),
});
const settingsHome = createRoute({
  getParentRoute: () => settings,
  path: '/',
  component: lazyRouteComponent(() => import('./screens/settings/frame.tsx'), 'FirstSettings'),
});
const lists = createRoute({
  getParentRoute: () => settings,
  path: '/lists',
  component: lazyRouteComponent(() => import('./screens/settings/lists.tsx'), 'Lists'),
});
const list = createRoute({
  getParentRoute: () => settings,
  path: '/lists/$alias',
  component: lazyRouteComponent(() => import('./screens/settings/list.tsx'), 'ListScreen'),
});
const dataPoints = createRoute({
  getParentRoute: () => settings,
  path: '/data-points',
  component: lazyRouteComponent(() => import('./screens/settings/data-points.tsx'), 'DataPoints'),
});
const methods = createRoute({
  getParentRoute: () => settings,
  path: '/methods',
  component: lazyRouteComponent(() => import('./screens/settings/methods.tsx'), 'Methods'),
});
const method = createRoute({
  getParentRoute: () => settings,
  path: '/methods/$method',
  component: lazyRouteComponent(() => import('./screens/settings/method.tsx'), 'MethodScreen'),
});
const endpoints = createRoute({
  getParentRoute: () => settings,
  path: '/endpoints',
  component: lazyRouteComponent(() => import('./screens/settings/endpoints.tsx'), 'Endpoints'),
});
const endpoint = createRoute({
  getParentRoute: () => settings,
  path: '/endpoints/$endpointId',
  component: lazyRouteComponent(() => import('./screens/settings/endpoint.tsx'), 'EndpointScreen'),
});
const alerts = createRoute({
  getParentRoute: () => settings,
  path: '/alerts',
  component: lazyRouteComponent(() => import('./screens/settings/alerts.tsx'), 'Alerts'),
});
const tenantSettings = createRoute({
  getParentRoute: () => settings,
  path: '/tenant',
  component: lazyRouteComponent(() => import('./screens/settings/tenant-settings.tsx'), 'TenantSettings'),
});
const keys = createRoute({
  getParentRoute: () => settings,
  path: '/keys',
  component: lazyRouteComponent(() => import('./screens/settings/keys.tsx'), 'Keys'),
});
const messages = createRoute({
  getParentRoute: () => settings,
  path: '/messages',
  validateSearch: (given: Given) => pick(given, ['locale', 'words', 'only']),
  component: lazyRouteComponent(() => import('./screens/settings/messages.tsx'), 'Messages'),
});
const testAction = createRoute({
  getParentRoute: () => settings,
  path: '/test-action',
  validateSearch: (given: Given) => pick(given, ['code']),
  component: lazyRouteComponent(() => import('./screens/settings/test-action.tsx'), 'TestActionScreen'),
});
const branding = createRoute({
  getParentRoute: () => settings,
  path: '/branding',
  component: lazyRouteComponent(() => import('./screens/settings/branding.tsx'), 'Branding'),
});
const routeTree = root.addChildren([
  first,
  signIn,
  invitation,
  fromIssuer,
  tenant.addChildren([
    home,
    activity,
    action,
    reviews,
    users,
    user,
    ruleSets,
    ruleSet,
    audit,
    health,
    team,
    sessions,
    mail,
    tenants,
    endSessions,
    settings.addChildren([
      settingsHome,
      lists,
      list,
      dataPoints,
      methods,
      method,
      endpoints,
      endpoint,
      alerts,
      messages,
      branding,
      keys,
      tenantSettings,
      testAction,
    ]),
  ]),
]);

export function createPortalRouter(queries: QueryClient) {
  const router = createRouter({
    routeTree,
    basepath: '/portal',
    context: { queries },
    defaultPreload: 'intent',
    // Plain queries, as people write them: every value is text.
    parseSearch: (query) => Object.fromEntries(new URLSearchParams(query)),
    stringifySearch(search) {
      const entries = Object.entries(search).filter(([, value]) => value !== undefined && value !== '');
      const query = new URLSearchParams(entries.map(([name, value]) => [name, String(value)])).toString();
      return query === '' ? '' : `?${query}`;
    },
  });
  gate.signedOut = () => {
    const { pathname, searchStr } = router.state.location;
    // The doors say themselves what went wrong.
    if (['/sign-in', '/invitation', '/oidc'].some((door) => pathname.startsWith(door))) return;
    queries.clear();
    const next = `${pathname}${searchStr}`;
    void router.navigate({ to: '/sign-in', search: next === '/' ? {} : { next, why: 'ended' }, replace: true });
  };
  return router;
}

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof createPortalRouter>;
  }
}
