import { z } from 'zod';
import { page, route } from '../route.ts';
import * as v from '../values.ts';
import { linkPage } from './still-page.ts';

// For people: a bad value gives a page that says so, not an error in JSON.
const optionalText = z
  .unknown()
  .optional()
  .transform((value) => (typeof value === 'string' ? value.slice(0, 64) : undefined));
const shown = z.object({
  tenant: optionalText.describe('The tenant whose page it is. Without it the page has no look of its own.'),
  locale: optionalText.describe(
    'Language of the page, a tag such as `en` or `fr-CA`. That of the browser if left out.',
  ),
});
const token = v.text(256).describe('What stood behind the `#` of the link, at most 256 characters.');
const exampleToken = 'tpv1X8mB2kQ9sJ4wLh6RzY0cNfEaUo3iDgKqVxTbM5e';
const exampleQuery = { tenant: 'ec3910e7-ab32-479e-b58b-36a122631d58', locale: 'en' };

export const showHelp = route({
  id: 'showHelp',
  method: 'GET',
  path: '/help',
  api: 'pages',
  title: 'Page that lets a user back in',
  description:
    'The page behind a link by which operators help a user in. The secret of the link is behind its `#`, so it reaches no server before the user presses the button. Opening the page uses nothing up.',
  group: 'pages',
  params: z.object({}),
  query: shown,
  body: z.object({}),
  reply: page('app', linkPage),
  example: { request: { query: exampleQuery } },
  isCounted: true,
  refusals: ['too_many_requests'],
  audit: null,
});

export const takeHelp = route({
  id: 'takeHelp',
  method: 'POST',
  path: '/help',
  api: 'pages',
  title: 'Let a user back in',
  description:
    'What the button of that page sends. It uses the link up and leads to a page on which the user can add an authenticator. If the answer is lost, the same page may send it again for as long as the token of an action lives, until an authenticator was added. The answer is a page; a link that is no longer good is answered by a page that says so.',
  group: 'pages',
  params: z.object({}),
  query: z.object({}),
  body: z.object({
    token,
    pageSecret: v
      .text(128)
      .min(32, 'pageSecret must have 32 characters or more.')
      .describe('A secret that the page has made and keeps: 32 to 128 characters.'),
  }),
  reply: page('app', linkPage),
  example: {
    request: { body: { token: exampleToken, pageSecret: 'bG9uZyBhbmQgcmFuZG9tIGFuZCBsb25nIGFuZCByYW5kb20' } },
  },
  isCounted: true,
  refusals: ['too_many_requests'],
  audit: 'help.used',
});

export const showHelpStop = route({
  id: 'showHelpStop',
  method: 'GET',
  path: '/help/stop',
  api: 'pages',
  title: 'Page to stop help nobody asked for',
  description:
    'The page behind “This wasn’t me” in the mail that tells a user of help. Opening it changes nothing, because mail scanners open links too.',
  group: 'pages',
  params: z.object({}),
  query: shown,
  body: z.object({}),
  reply: page('app', linkPage),
  example: { request: { query: exampleQuery } },
  isCounted: true,
  refusals: ['too_many_requests'],
  audit: null,
});

export const stopHelp = route({
  id: 'stopHelp',
  method: 'POST',
  path: '/help/stop',
  api: 'pages',
  title: 'Stop help nobody asked for',
  description:
    'What the button of that page sends. It ends the help, used or not, and all other help for the user that is open, and removes authenticators that were added with it and are still on hold. The answer is a page.',
  group: 'pages',
  params: z.object({}),
  query: z.object({}),
  body: z.object({ token }),
  reply: page('app', linkPage),
  example: { request: { body: { token: exampleToken } } },
  isCounted: true,
  refusals: ['too_many_requests'],
  audit: 'help.stopped',
});
