import type { z } from 'zod';
import { route } from '../route.ts';
import type { Route } from '../route.ts';
import { closed } from './closed.ts';

/** The body of a call that takes none, and the query of every call. */
export const nothing = closed({});

/**
 * A route under /v1/management; `path` goes on from there. Underscores do for hyphens, because the published reference
 * of this API writes some paths with them.
 */
export function managementRoute<Params extends z.ZodType, Body extends z.ZodType, Reply extends z.ZodType>(
  definition: Omit<Route<Params, typeof nothing, Body, Reply>, 'caller' | 'query' | 'aliases'>,
): Route<Params, typeof nothing, Body, Reply> {
  const path = `/v1/management${definition.path}`;
  const underscored = path.replaceAll('-', '_');
  return route({
    ...definition,
    path,
    ...(underscored === path ? {} : { aliases: [{ method: definition.method, path: underscored }] }),
    caller: 'management',
    query: nothing,
  });
}
