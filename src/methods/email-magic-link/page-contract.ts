import { z } from 'zod';
import { page, route } from '../../contract/route.ts';
import * as v from '../../contract/values.ts';
import { linkPage } from '../../contract/pages/still-page.ts';

const path = '/magic-link';
/** What a button on the page of a link sends. */
const pressed = z.object({
  token: v.text(256).describe('The token of the link, at most 256 characters.'),
  pageNonce: v
    .text(128)
    .describe('What the page of that link carries, at most 128 characters: only a press on the page has it.'),
});
const exampleToken = 'tpv1X8mB2kQ9sJ4wLh6RzY0cNfEaUo3iDgKqVxTbM5e';
const examplePress = { token: exampleToken, pageNonce: 'bG9uZyBhbmQgcmFuZG9t' };

export const showMagicLink = route({
  id: 'showMagicLink',
  method: 'GET',
  path,
  api: 'pages',
  title: 'Page of a mailed link',
  description:
    'The page behind a link that was mailed. It says what is confirmed and asks the user to press a button. Opening it changes nothing, because mail scanners open links too.',
  group: 'pages',
  params: z.object({}),
  query: z.object({
    token: v
      .optional(v.text(256))
      .describe(
        'The token of the link, at most 256 characters. Without it the page says that the link is no longer good.',
      ),
  }),
  body: z.object({}),
  reply: page('app', linkPage),
  example: { request: { query: { token: exampleToken } } },
  isCounted: true,
  refusals: ['too_many_requests'],
  audit: null,
});

export const confirmMagicLink = route({
  id: 'confirmMagicLink',
  method: 'POST',
  path,
  api: 'pages',
  title: 'Confirm a mailed link',
  description:
    'What the button of that page sends. It uses the link up and verifies the address for the action that asked for it, on whatever device that is. The answer is a page; a link that is no longer good is answered by a page that says so.',
  group: 'pages',
  params: z.object({}),
  query: z.object({}),
  body: pressed,
  reply: page('app', linkPage),
  example: { request: { body: examplePress } },
  isCounted: true,
  refusals: ['too_many_requests'],
  audit: 'challenge.verified',
});

export const denyMagicLink = route({
  id: 'denyMagicLink',
  method: 'POST',
  path: `${path}/deny`,
  api: 'pages',
  title: 'Decline a mailed link',
  description:
    'What “No, it wasn’t me” on that page sends. It ends the link and declines the action that asked for it. The answer is a page.',
  group: 'pages',
  params: z.object({}),
  query: z.object({}),
  body: pressed,
  reply: page('app', linkPage),
  example: { request: { body: examplePress } },
  isCounted: true,
  refusals: ['too_many_requests'],
  audit: 'challenge.denied',
});
