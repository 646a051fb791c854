import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { apiOfPath, apis, credentials, isApiPath } from './apis.ts';
import { routes } from './index.ts';
import { json, noContent, route } from './route.ts';

describe('an API', () => {
  test('has all paths of its routes under its own prefix, including aliases', () => {
    for (const { id, api, path, aliases = [] } of routes) {
      for (const each of [path, ...aliases.map((alias) => alias.path)]) expect(apiOfPath(each), id).toBe(apis[api]);
    }
  });

  test('has callers of one kind beside operators, whichever of its credentials they use', () => {
    for (const [name, api] of Object.entries(apis)) {
      const callers = api.credentials.map((credential) => credentials[credential].caller);
      const kinds = new Set(name === 'management' ? callers.filter((kind) => kind !== 'operator') : callers);
      expect(kinds.size, name).toBe(api.credentials.length === 0 ? 0 : 1);
    }
  });

  test('requires credentials at every route, unless the route says that it takes none', () => {
    for (const { id, api, credentials: accepted } of routes) {
      expect(apis[api].credentials, id).toEqual(expect.arrayContaining([...accepted]));
    }
    const open = routes.filter(({ api, credentials: accepted }) => api !== 'pages' && accepted.length === 0);
    expect(open.map(({ id }) => id)).toEqual([
      'getJwks',
      'getOpenidConfiguration',
      'getSignInWays',
      'beginSignIn',
      'redeemInvitation',
      'createOperatorSession',
      'beginAppSetUp',
      'redeemInvitationByPassword',
      'createPasswordSession',
      'beginOidcSignIn',
      'createOidcSession',
    ]);
  });
});

test('a path without a route belongs to the API with the longest prefix', () => {
  const named = Object.fromEntries(Object.entries(apis).map(([name, api]) => [api.prefix, name]));
  const apiAt = (path: string) => named[apiOfPath(path).prefix];
  expect(['/v1', '/v1/', '/v1/nothing', '/v1/clien'].map(apiAt)).toEqual(Array(4).fill('server'));
  expect(['/v1/client', '/v1/client/nothing?x'].map(apiAt)).toEqual(['client', 'client']);
  expect(apiAt('/v1/management/nothing')).toBe('management');
  expect(['/', '/livez', '//v1/client/nothing', '*'].map(apiAt)).toEqual(Array(4).fill('pages'));
  expect(['/v1', '/v1?x', '//v1/x', '/v1/client/x'].map(isApiPath)).toEqual(Array(4).fill(true));
  expect(['/', '/v1x', '/challenge', '/dev/v1'].map(isApiPath)).toEqual(Array(4).fill(false));
});

describe('a route', () => {
  const nothing = z.object({});
  const members = {
    id: 'doNothing',
    method: 'POST',
    path: '/v1/nothing',
    title: 'Do nothing',
    description: 'Nothing.',
    group: 'actions',
    example: {},
    params: nothing,
    query: nothing,
    body: nothing,
    reply: noContent,
    refusals: [],
    audit: null,
  } as const;

  test('takes the credentials of its API, and names them if there are several', () => {
    expect(route({ ...members, api: 'server' }).credentials).toEqual(['serverKey']);
    expect(route({ ...members, api: 'client', credentials: ['tenantId'] }).credentials).toEqual(['tenantId']);
    // @ts-expect-error: callers of the client API show one of two.
    route({ ...members, api: 'client' });
    // @ts-expect-error: a server key is not shown to the client API.
    route({ ...members, api: 'client', credentials: ['serverKey'] });
    // @ts-expect-error: nobody calls the server API without a key.
    route({ ...members, api: 'server', credentials: [] });
  });

  test('answers JSON as it is parsed, or character by character, and may let caches keep it', () => {
    expect(json(nothing)).toEqual({ kind: 'json', schema: nothing });
    expect(json(nothing, { isExact: true, isCacheable: true })).toMatchObject({ isExact: true, isCacheable: true });
  });
});
