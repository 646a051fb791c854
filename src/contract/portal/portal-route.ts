import type { z } from 'zod';
import { apis } from '../apis.ts';
import { nothing } from '../management/management-route.ts';
import { route } from '../route.ts';
import type { Reply, Route, RouteMembers } from '../route.ts';

type Members<Params extends z.ZodType, Query extends z.ZodType, Body extends z.ZodType, Answer extends Reply> = Omit<
  RouteMembers<Params, Query, Body, Answer>,
  'query' | 'aliases'
> & { readonly query?: Query };

/** A route for operators who are signed in; the prefix of the portal's API is added to `path`. */
export function portalRoute<
  Params extends z.ZodType,
  Body extends z.ZodType,
  Answer extends Reply,
  Query extends z.ZodType = typeof nothing,
>(
  definition: Members<Params, Query, Body, Answer> & Required<Pick<RouteMembers, 'permission'>>,
): Route<Params, Query, Body, Answer, 'operatorSession'> {
  return route({
    ...definition,
    path: `${apis.portal.prefix}${definition.path}`,
    api: 'portal',
    query: (definition.query ?? nothing) as Query,
  });
}

/** A route by which operators come in: nobody is known yet, so calls are counted by address. */
export function doorRoute<Params extends z.ZodType, Body extends z.ZodType, Answer extends Reply>(
  definition: Members<Params, typeof nothing, Body, Answer>,
): Route<Params, typeof nothing, Body, Answer, never> {
  return route({
    ...definition,
    path: `${apis.portal.prefix}${definition.path}`,
    api: 'portal',
    credentials: [],
    isCounted: true,
    query: nothing,
  });
}
