/** What each role may do, at the level of the API: the matrix of the contract, and nothing beside it. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { routes } from '../../src/contract/index.ts';
import { permissions, permits, roleNames } from '../../src/contract/portal/roles.ts';
import type { Permission } from '../../src/contract/portal/roles.ts';
import { testApp } from '../../src/testkit/test-app.ts';
import type { TestApp } from '../../src/testkit/test-app.ts';
import { operator } from '../rig/portal.ts';
import type { Operator } from '../rig/portal.ts';

const ofOperators = routes.filter(({ credentials }) => (credentials as readonly string[]).includes('operatorSession'));

/** What every operator may do, whatever their roles: with their own session alone. */
const ownSession = [
  'beginOidcStepUp',
  'beginStepUp',
  'changeOperatorPassword',
  'confirmAppStepUp',
  'confirmOidcStepUp',
  'confirmStepUp',
  'deleteOperatorSession',
  'endOperatorSession',
  'getOperatorSession',
  'listOperatorSessions',
];

test('every route that operators may call names a permission, but for those about their own session', () => {
  expect(
    ofOperators
      .filter(({ permission }) => permission === null)
      .map(({ id }) => id)
      .toSorted(),
  ).toEqual(ownSession);
  expect(ofOperators.length).toBeGreaterThan(80);
  for (const { permission } of ofOperators)
    expect(permission === null || Object.hasOwn(permissions, permission ?? '')).toBe(true);
});

test('a role that this release does not know permits nothing, alone or beside another', () => {
  for (const permission of Object.keys(permissions) as Permission[]) {
    for (const held of [['ROOT'], ['toString'], ['__proto__'], ['admin'], []])
      expect(permits(held, permission)).toBe(false);
    expect(permits(['ROOT', 'VIEWER'], permission)).toBe(permits(['VIEWER'], permission));
  }
});

describe('with a session', () => {
  let app: TestApp;
  const people = new Map<string, Operator>();
  beforeAll(async () => {
    app = await testApp('postgres', { anonymousRateLimit: 100_000, managementRateLimit: 100_000 });
    for (const role of roleNames) people.set(role, await operator(app, `${role.toLowerCase()}@bank.example`, [role]));
  });
  afterAll(() => app.close());

  const ask = (who: Operator | undefined, { method, path }: { readonly method: string; readonly path: string }) =>
    // Of nothing that is there, and with a body that says nothing.
    who?.call(method, path.replaceAll(/:\w+/g, 'none'), method === 'GET' || method === 'DELETE' ? undefined : {});

  test.each(roleNames)('the role %s may call what the matrix permits it, and nothing else: 403', async (role) => {
    const wrong: string[] = [];
    for (const route of ofOperators) {
      const { permission } = route;
      if (permission === null) continue;
      const reply = await ask(people.get(role), route);
      const isPermitted = permits([role], permission as Permission);
      const isAnswered = reply?.status !== 401 && reply?.status !== 403;
      if (isAnswered !== isPermitted) wrong.push(`${route.id}: ${reply?.status}`);
      // Once the call has been admitted, nothing of it may fail for another reason than what it asks for.
      if (reply === undefined || reply.status >= 500) wrong.push(`${route.id}: ${reply?.status}`);
    }
    expect(wrong).toEqual([]);
  });

  test('no session of an operator opens the API of backends or of browsers', async () => {
    const admin = people.get('ADMIN');
    for (const route of routes.filter(({ api }) => api === 'server')) {
      if (route.credentials.length === 0) continue;
      expect((await ask(admin, route))?.status, route.id).toBe(401);
    }
  });
});
