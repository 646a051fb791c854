import type { z } from 'zod';
import { credentialOf } from '../calls/caller.ts';
import type { CallerOf } from '../calls/caller.ts';
import type { Context } from '../calls/context.ts';
import type { ParsedRequest, Request } from '../calls/request.ts';
import type { ListPage } from '../contract/list-page.ts';
import type { Converse } from '../contract/conversation.ts';
import type { JsonReply, LiveReply, PageReply, Reply, Route } from '../contract/route.ts';

export interface Operation {
  readonly route: Route;
  run(context: Context, request: ParsedRequest): Promise<unknown>;
}

/** The response that a route declares; a list may also be given item by item, or as a page; a conversation begins later. */
type Answer<How extends Reply> =
  How extends JsonReply<infer Schema>
    ? z.input<Schema> | AsyncIterable<ItemOf<z.input<Schema>>> | ListPage<ItemOf<z.input<Schema>>>
    : How extends PageReply<infer Schema>
      ? z.input<Schema>
      : How extends LiveReply<infer Said, infer Heard>
        ? Converse<z.input<Said>, z.output<Heard>>
        : z.input<z.ZodVoid>;
type ItemOf<List> = List extends readonly (infer Item)[] ? Item : never;

/** Implements a route. The type of the caller follows from the credentials that the route takes. */
export function operation<R extends Route>(
  route: R,
  run: (context: Context, request: Request<R> & { readonly caller: CallerOf<R> }) => Promise<Answer<R['reply']>>,
): Operation {
  return {
    route,
    run(context, request) {
      const { caller } = request;
      const accepted: Route['credentials'] = route.credentials;
      // The pipeline has refused all other callers. If it is wired wrongly, the operation must not run without its
      // caller.
      if (accepted.length > 0 && (caller === undefined || !accepted.includes(credentialOf(caller)))) {
        throw new Error(`${route.id} was called without any of: ${accepted.join(', ')}.`);
      }
      return run(context, request as Request<R> & { readonly caller: CallerOf<R> });
    },
  };
}
