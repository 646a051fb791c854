import { z } from 'zod';
import { uiSession } from '../client/ui-session.ts';
import { page, route } from '../route.ts';
import { pageTemplate } from './page-template.ts';
import { strangerPage } from './still-page.ts';

/** What only the server uses. */
const aroundPage = {
  template: pageTemplate.optional(),
  /** Origins whose pages may frame it, in addition to this server's. */
  frameAncestors: z.array(z.string()),
};

/** What the page shows first. The server and the browser draw it from the same state. */
export const challengePage = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('session'), session: uiSession, ...aroundPage }),
  z.object({
    /** The token is genuine but has expired, or its action is gone. */
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

export const shownPage = z.object({
  page: z.discriminatedUnion('kind', [...challengePage.options, strangerPage]),
  mode: z.enum(['page', 'popup']),
});
export type ShownPage = z.infer<typeof shownPage>;

export const showChallenge = route({
  id: 'showChallenge',
  method: 'GET',
  path: '/challenge',
  api: 'pages',
  title: 'Challenge page',
  description:
    'The page behind `url` of a tracked action: it challenges the user, enrols them or shows their authenticators, and then sends them to your `redirectUrl`. Send the user there, or open it in a popup with the browser SDK. A token that is not good is answered by a page that says so, not by an error.',
  group: 'pages',
  params: z.object({}),
  // The response is shown to people, so a bad value gives an expired page, not an error in JSON.
  query: z.object({
    token: z
      .unknown()
      .optional()
      .transform((value) => (typeof value === 'string' ? value : undefined))
      .describe('The token of the action, as tracking returned it. Without it the page asks to start again.'),
    locale: z
      .unknown()
      .optional()
      .transform((value) => (typeof value === 'string' ? value : undefined))
      .describe(
        'Language of the page, a tag such as `en` or `fr-CA`. That of the action or the browser if left out, else English.',
      ),
    mode: z
      .unknown()
      .optional()
      .transform((value) => (value === 'popup' ? ('popup' as const) : ('page' as const)))
      .describe(
        '`popup` if the browser SDK opened the page in a popup: it then posts its result and closes. A whole page if left out.',
      ),
  }),
  body: z.object({}),
  reply: page('app', shownPage),
  example: {
    request: {
      query: { token: 'eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJhbGljZSJ9.c2lnbmF0dXJl', locale: 'en-NZ' },
    },
  },
  refusals: [],
  audit: null,
});
