import type { z } from 'zod';
import { apis } from '../apis.ts';
import { route } from '../route.ts';
import type { Reply, Route, RouteMembers } from '../route.ts';
import { isDangerousFor, permissionOf } from '../portal/roles.ts';
import { closed } from './closed.ts';

/** The body or the query of a call that takes none. */
export const nothing = closed({});

/**
 * A route of the management API; its prefix is added to `path`. Underscores are accepted for hyphens, because the
 * published reference of this API writes some paths with them.
 */
export function managementRoute<
  Params extends z.ZodType,
  Body extends z.ZodType,
  Answer extends Reply,
  Query extends z.ZodType = typeof nothing,
>(
  definition: Omit<RouteMembers<Params, Query, Body, Answer>, 'query' | 'aliases' | 'permission' | 'isDangerous'> & {
    readonly query?: Query;
  },
): Route<Params, Query, Body, Answer, 'managementKey' | 'operatorSession'> {
  const path = `${apis.management.prefix}${definition.path}`;
  const underscored = path.replaceAll('-', '_');
  return route({
    ...definition,
    path,
    ...(underscored === path ? {} : { aliases: [{ method: definition.method, path: underscored }] }),
    api: 'management',
    credentials: ['managementKey', 'operatorSession'],
    permission: permissionOf(definition.id, definition.group, definition.method),
    ...(isDangerousFor(definition.id) ? { isDangerous: true as const } : {}),
    query: (definition.query ?? nothing) as Query,
  });
}
