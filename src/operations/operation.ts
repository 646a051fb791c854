import type { z } from 'zod';
import type { ListPage } from '../contract/list-page.ts';
import type { Route } from '../contract/route.ts';
import type { InboxMailer } from '../delivery/email/inbox-mailer.ts';
import type { Mailer } from '../delivery/email/mailer.ts';
import type { TenantMailers } from '../delivery/email/tenant-mailers.ts';
import type { Outbound } from '../delivery/outbound.ts';
import type { Enrichment } from '../enrichment/enrichment.ts';
import type { Runtime } from '../runtime/runtime.ts';
import type { ActionToken } from '../runtime/tokens.ts';
import type { Caller, Published, Tenant } from '../storage/published.ts';
import type { Seal } from '../storage/seal.ts';
import type { Store } from '../storage/sql.ts';
import type { WarnOnceAMinute } from './warn-once-a-minute.ts';

/** What an operation works with. Everything outside it is in here. */
export interface Context {
  /** On behalf of the caller's tenant. */
  readonly db: Store;
  readonly runtime: Runtime;
  readonly published: Published;
  readonly seal: Seal;
  readonly enrichment: Enrichment;
  /** Delivers mail for tenants that bring no provider; undefined where none is configured. See `tenant-mailer.ts`. */
  readonly mailer: Mailer | undefined;
  readonly mailers: TenantMailers;
  /** Connects to places that tenants have chosen. */
  readonly outbound: Outbound;
  /** In development without a mail server: what would have been sent. */
  readonly inbox: InboxMailer | undefined;
  /** The origin under which this server is reached, without a trailing slash. */
  readonly publicUrl: string;
  /** Whether this is a developer's own machine, where every localhost may be a page of the tenant. */
  readonly isDevelopment: boolean;
  /** Tells the operator, in the log, of what went wrong outside this program. */
  readonly warn: (problem: Error) => void;
  readonly warnOnceAMinute: WarnOnceAMinute;
  readonly metrics: { decided(state: string): void };
  /** The same for a tenant that was found out later than by who calls: by the token of a page. */
  forTenant(tenantId: string): Context;
}

/** A request that has been parsed by its route. */
export interface Request<R extends Route> {
  readonly params: z.output<R['params']>;
  readonly query: z.output<R['query']>;
  readonly body: z.output<R['body']>;
  readonly requestId: string;
  /** Which languages the caller wishes for, as their browser says it. */
  readonly acceptLanguage: string | undefined;
  readonly sender: Sender;
  /** Absent on routes that declare none. */
  readonly cookies: Cookies | undefined;
}

/** Where a request comes from. Nothing of it proves anything. */
interface Sender {
  readonly ipAddress: string;
  readonly userAgent: string | undefined;
  /** The page that sends it, where a browser says so. */
  readonly origin: string | undefined;
  /** The page that is going to show the answer in a frame, where a browser says so. */
  readonly framedBy: string | undefined;
}

/** The cookies of a page that the tenant expects; of any other page there are none, and none are set. */
interface Cookies {
  get(name: string): string | undefined;
  set(name: string, value: string, lifetimeSeconds: number): void;
  remove(name: string): void;
}

/** A request of the holder of a key. */
export interface KeyRequest<R extends Route> extends Request<R> {
  readonly caller: Caller;
}

/** Whoever calls from a browser or a phone: they name a tenant, or hold the token of an action. */
export interface ClientCaller {
  readonly kind: 'client';
  readonly tenant: Tenant;
  readonly token: ActionToken | undefined;
}

export interface TokenCaller extends ClientCaller {
  readonly token: ActionToken;
}

/** A request of whoever names a tenant, or holds a token. */
export interface ClientRequest<R extends Route> extends Request<R> {
  readonly caller: ClientCaller;
}

/** A request of the holder of a short-lived token. */
export interface TokenRequest<R extends Route> extends Request<R> {
  readonly caller: TokenCaller;
}

interface ParsedRequest {
  readonly caller: Caller | ClientCaller | undefined;
  readonly params: unknown;
  readonly query: unknown;
  readonly body: unknown;
  readonly requestId: string;
  readonly acceptLanguage: string | undefined;
  readonly sender: Sender;
  readonly cookies: Cookies | undefined;
}

export interface Operation {
  readonly route: Route;
  run(context: Context, request: ParsedRequest): Promise<unknown>;
}

/** The answer that a route declares; a list may also come item by item, or in parts. */
type Answer<R extends Route> =
  z.input<R['reply']> | AsyncIterable<ItemOf<z.input<R['reply']>>> | ListPage<ItemOf<z.input<R['reply']>>>;
type ItemOf<List> = List extends readonly (infer Item)[] ? Item : never;

/** An operation that only the holder of a key may call. */
export function operation<R extends Route>(
  route: R,
  run: (context: Context, request: KeyRequest<R>) => Promise<Answer<R>>,
): Operation {
  return {
    route,
    run(context, request) {
      const { caller } = request;
      // The pipeline has refused whoever has no key; an operation that is wired wrongly must not run as nobody.
      if (caller === undefined || caller.kind === 'client') throw new Error(`${route.id} was called without a key.`);
      return run(context, request as KeyRequest<R>);
    },
  };
}

/** An operation of the client API that needs no token. */
export function clientOperation<R extends Route>(
  route: R,
  run: (context: Context, request: ClientRequest<R>) => Promise<z.input<R['reply']>>,
): Operation {
  return {
    route,
    run(context, request) {
      if (request.caller?.kind !== 'client') throw new Error(`${route.id} was called without a tenant.`);
      return run(context, request as ClientRequest<R>);
    },
  };
}

/** An operation of the client API that only the holder of a short-lived token may call. */
export function tokenOperation<R extends Route>(
  route: R,
  run: (context: Context, request: TokenRequest<R>) => Promise<z.input<R['reply']>>,
): Operation {
  return clientOperation(route, async (context, { caller, ...request }) => {
    const { kind, tenant, token } = caller;
    if (token === undefined) throw new Error(`${route.id} was called without a token.`);
    return run(context, { ...request, caller: { kind, tenant, token } });
  });
}

/** An operation that anybody may call. */
export function publicOperation<R extends Route>(
  route: R,
  run: (context: Context, request: Request<R>) => Promise<z.input<R['reply']>>,
): Operation {
  return {
    route,
    run: (context, request) => run(context, request as Request<R>),
  };
}
