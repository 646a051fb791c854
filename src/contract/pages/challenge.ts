import { z } from 'zod';
import { uiSession } from '../client/ui-session.ts';
import { route } from '../route.ts';
import { pageTemplate } from './page-template.ts';

/** What the page shows first. The same state draws it on the server and in the browser. */
export const challengePage = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('session'), session: uiSession, template: pageTemplate.optional() }),
  z.object({
    /** The token is missing, broken or too old, or its action is gone. */
    kind: z.literal('expired'),
    /** Whether there was no token at all, as after a reload: the browser may hold one. */
    isMissing: z.boolean(),
    locale: z.string(),
    texts: z.record(z.string(), z.string()),
    /** Of the tenant whose genuine token is too old; else unknown. */
    tenant: uiSession.shape.tenant.optional(),
    template: pageTemplate.optional(),
    redirectUrl: z.string().optional(),
    redirectOnExpiry: z.boolean(),
    hideWatermark: z.boolean(),
    expectedOrigins: z.array(z.string()),
    expectsLocalhost: z.boolean(),
  }),
]);
export type ChallengePage = z.infer<typeof challengePage>;

const shownPage = z.object({ page: challengePage, mode: z.enum(['page', 'popup']) });
export type ShownPage = z.infer<typeof shownPage>;

export const showChallenge = route({
  id: 'showChallenge',
  method: 'GET',
  path: '/challenge',
  caller: 'public',
  summary: 'The page behind `url` of a tracked action.',
  params: z.object({}),
  // What is not understood is shown as an expired page, not refused as bad JSON: people see it.
  query: z.object({
    token: z
      .unknown()
      .optional()
      .transform((value) => (typeof value === 'string' ? value : undefined)),
    locale: z
      .unknown()
      .optional()
      .transform((value) => (typeof value === 'string' ? value : undefined)),
    mode: z
      .unknown()
      .optional()
      .transform((value) => (value === 'popup' ? ('popup' as const) : ('page' as const))),
  }),
  body: z.object({}),
  reply: shownPage,
  page: 'app',
  refusals: [],
  audit: null,
});
