import type { z } from 'zod';
import type { Route } from '../contract/route.ts';
import type { KeyHolder } from '../storage/published.ts';
import type { Caller, ClientCaller, OperatorCaller, TokenCaller } from './caller.ts';

/** A request that has been parsed by its route. */
export interface Request<R extends Route> {
  readonly params: z.output<R['params']>;
  readonly query: z.output<R['query']>;
  readonly body: z.output<R['body']>;
  /** The body as it was sent, with the headers that came once; only for routes whose body is raw. */
  readonly raw: RawBody | undefined;
  readonly requestId: string;
  /** The languages that the caller prefers, as their browser sends them. */
  readonly acceptLanguage: string | undefined;
  readonly sender: Sender;
  /** The signature of an app; only routes that are signed get it. */
  readonly signature: string | undefined;
  /** Absent on routes that declare none. */
  readonly cookies: Cookies | undefined;
}

interface RawBody {
  readonly bytes: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** Where a request comes from. None of it proves anything. */
interface Sender {
  readonly ipAddress: string;
  readonly userAgent: string | undefined;
  /** The page that sends it, if a browser says so. */
  readonly origin: string | undefined;
  /** The page that will show the response in a frame, if a browser says so. */
  readonly framedBy: string | undefined;
}

/** The cookies of a page that the tenant expects. For any other page, none are read and none are set. */
interface Cookies {
  get(name: string): string | undefined;
  set(name: string, value: string, lifetimeSeconds: number): void;
  remove(name: string): void;
}

/** A request of an identified caller of any kind. */
export interface KnownRequest<R extends Route> extends Request<R> {
  readonly caller: Caller;
}

/** A request of the holder of a key, or of an operator. */
export interface KeyRequest<R extends Route> extends KnownRequest<R> {
  readonly caller: KeyHolder | OperatorCaller;
}

/** A request of a client that names a tenant or holds a token. */
export interface ClientRequest<R extends Route> extends KnownRequest<R> {
  readonly caller: ClientCaller;
}

/** A request of the holder of a short-lived token. */
export interface TokenRequest<R extends Route> extends ClientRequest<R> {
  readonly caller: TokenCaller;
}

/** A request whose caller was not checked yet to be of the kind that its route takes. */
export interface ParsedRequest {
  readonly caller: Caller | undefined;
  readonly params: unknown;
  readonly query: unknown;
  readonly body: unknown;
  readonly requestId: string;
  readonly acceptLanguage: string | undefined;
  readonly sender: Sender;
  readonly signature: string | undefined;
  readonly cookies: Cookies | undefined;
}
