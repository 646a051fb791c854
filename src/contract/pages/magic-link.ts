import { z } from 'zod';
import { route } from '../route.ts';
import * as v from '../values.ts';
import { linkPage } from './still-page.ts';

const path = '/magic-link';
/** Of the link whose page was shown. */
const pressed = z.object({ token: v.text(256), pageNonce: v.text(128) });

export const showMagicLink = route({
  id: 'showMagicLink',
  method: 'GET',
  path,
  caller: 'public',
  summary: 'The page behind a link that was mailed. It asks, and changes nothing.',
  params: z.object({}),
  query: z.object({ token: v.optional(v.text(256)) }),
  body: z.object({}),
  reply: linkPage,
  page: 'app',
  isCounted: true,
  refusals: ['too_many_requests'],
  audit: null,
});

export const confirmMagicLink = route({
  id: 'confirmMagicLink',
  method: 'POST',
  path,
  caller: 'public',
  summary: 'What the button of that page sends: it uses the link up and proves the address to whoever asked for it.',
  params: z.object({}),
  query: z.object({}),
  body: pressed,
  reply: linkPage,
  page: 'app',
  isCounted: true,
  refusals: ['too_many_requests'],
  audit: 'challenge.verified',
});

export const denyMagicLink = route({
  id: 'denyMagicLink',
  method: 'POST',
  path: `${path}/deny`,
  caller: 'public',
  summary: 'What “No, it wasn’t me” of that page sends: it ends the link, and declines what it was asked for.',
  params: z.object({}),
  query: z.object({}),
  body: pressed,
  reply: linkPage,
  page: 'app',
  isCounted: true,
  refusals: ['too_many_requests'],
  audit: 'challenge.denied',
});
