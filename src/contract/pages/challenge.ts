import { z } from 'zod';
import { uiSession } from '../client/ui-session.ts';
import { route } from '../route.ts';
import { pageTemplate } from './page-template.ts';
import { strangerPage } from './still-page.ts';

/** What only the server has a use for. */
const aroundPage = {
  template: pageTemplate.optional(),
  /** Origins whose pages may frame it, beside this server's. */
  frameAncestors: z.array(z.string()),
};

/** What the page shows first. The same state draws it on the server and in the browser. */
export const challengePage = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('session'), session: uiSession, ...aroundPage }),
  z.object({
    /** The token is genuine but too old, or its action is gone. */
    kind: z.literal('expired'),
    locale: z.string(),
    texts: z.record(z.string(), z.string()),
    tenant: uiSession.shape.tenant,
    redirectUrl: z.string().optional(),
    redirectOnExpiry: z.boolean(),
    hideWatermark: z.boolean(),
    expectedOrigins: z.array(z.string()),
    expectsLocalhost: z.boolean(),
    ...aroundPage,
  }),
]);
export type ChallengePage = z.infer<typeof challengePage>;

const shownPage = z.object({
  page: z.discriminatedUnion('kind', [...challengePage.options, strangerPage]),
  mode: z.enum(['page', 'popup']),
});
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
