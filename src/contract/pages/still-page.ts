/** Pages that call no API: the server draws them completely, and a form sends the user's answer. */
import { z } from 'zod';
import type { ErrorCode } from '../errors.ts';
import { uiSession } from '../client/ui-session.ts';
import { pageTemplate } from './page-template.ts';

/** Behind a mailed link: asks for the click, or shows the result. */
export const linkPage = z.object({
  kind: z.literal('link'),
  locale: z.string(),
  texts: z.record(z.string(), z.string()),
  /** The tenant that the link names; a broken link names none. */
  tenant: uiSession.shape.tenant.optional(),
  template: pageTemplate.optional(),
  hideWatermark: z.boolean(),
  screen: z.discriminatedUnion('name', [
    z.object({
      name: z.literal('ask'),
      /** What is confirmed: name and value. */
      facts: z.array(z.tuple([z.string(), z.string()])),
      token: z.string(),
      pageNonce: z.string(),
    }),
    z.object({
      name: z.literal('done'),
      /** Where the tenant lets its users continue. */
      onward: z.string().optional(),
    }),
    z.object({ name: z.literal('denied') }),
    /** Asks for the click that uses a link up, or stops what it is for. Its script has the secret of the link. */
    z.object({ name: z.literal('help'), purpose: z.enum(['take', 'stop']) }),
    /** The link was used: its script goes on there. */
    z.object({ name: z.literal('help-taken'), onward: z.string() }),
    z.object({ name: z.literal('help-stopped') }),
    z.object({ name: z.literal('over') }),
  ]),
});
export type LinkPage = z.infer<typeof linkPage>;

/**
 * For a token without a known tenant, or with a tenant whose app does not frame the page (ruling 50). The window that
 * opened it learns that it can be closed, and nothing that is not public.
 */
export const strangerPage = z.object({
  kind: z.literal('stranger'),
  locale: z.string(),
  texts: z.record(z.string(), z.string()),
  /** The code that an API caller would get for the token. */
  errorCode: z.enum(['invalid_token', 'expired_token', 'forbidden']),
  statusCode: z.int(),
  /** Whether there was no token at all, as after a reload: the browser may have kept one. */
  isMissing: z.boolean(),
});
export type StrangerPage = z.infer<typeof strangerPage>;

/**
 * For a browser that was refused a page, or for which none could be drawn. It belongs to no tenant: there may be no
 * database.
 */
export interface FailurePage {
  readonly kind: 'failure';
  readonly locale: string;
  readonly texts: Readonly<Record<string, string>>;
  readonly reason: 'busy' | 'missing' | 'unexpected';
  /** The code that an API caller would get. */
  readonly errorCode: ErrorCode;
  readonly statusCode: number;
  /** Whether a retry is harmless; it may help, unless nothing was found. */
  readonly canRetry: boolean;
  /** The id of the failure in the server's log. */
  readonly reference?: string;
}

export type StillPage = LinkPage | StrangerPage | FailurePage;
