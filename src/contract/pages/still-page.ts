/** Pages that call no API: the server draws them whole, and what they ask is sent by a form. */
import { z } from 'zod';
import type { ErrorCode } from '../errors.ts';
import { uiSession } from '../client/ui-session.ts';
import { pageTemplate } from './page-template.ts';

/** Behind a mailed link: asks for the click, or says how it ended. */
export const linkPage = z.object({
  kind: z.literal('link'),
  locale: z.string(),
  texts: z.record(z.string(), z.string()),
  /** Of the tenant that the link names; a broken one names none. */
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
      /** Where the tenant lets its users go on from. */
      onward: z.string().optional(),
    }),
    z.object({ name: z.literal('denied') }),
    z.object({ name: z.literal('over') }),
  ]),
});
export type LinkPage = z.infer<typeof linkPage>;

/**
 * Where no tenant is named, or one whose app does not frame the page (ruling 50). Whoever has opened it is told that it can be
 * closed, and nothing that anybody may not know.
 */
export const strangerPage = z.object({
  kind: z.literal('stranger'),
  locale: z.string(),
  texts: z.record(z.string(), z.string()),
  /** What an API caller would be told of the token. */
  errorCode: z.enum(['invalid_token', 'expired_token', 'forbidden']),
  statusCode: z.int(),
  /** Whether there was no token at all, as after a reload: the browser may hold one. */
  isMissing: z.boolean(),
});
export type StrangerPage = z.infer<typeof strangerPage>;

/** For a browser that was refused a page, or for which none could be drawn. Of no tenant: there may be no database. */
export interface FailurePage {
  readonly kind: 'failure';
  readonly locale: string;
  readonly texts: Readonly<Record<string, string>>;
  readonly reason: 'busy' | 'missing' | 'unexpected';
  /** What an API caller is told in its place. */
  readonly errorCode: ErrorCode;
  readonly statusCode: number;
  /** Whether asking again is harmless; it may help, unless nothing is there. */
  readonly canRetry: boolean;
  /** What the server's log has it under. */
  readonly reference?: string;
}

export type StillPage = LinkPage | StrangerPage | FailurePage;
