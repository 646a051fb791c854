import { z } from 'zod';
import { route } from '../route.ts';

export const showDevInbox = route({
  id: 'showDevInbox',
  method: 'GET',
  path: '/dev/inbox',
  caller: 'public',
  summary: 'Messages that development mode would have sent. Not found in production mode or with a mail server.',
  params: z.object({}),
  query: z.object({}),
  body: z.object({}),
  reply: z.string(),
  page: 'html',
  refusals: ['not_found'],
  audit: null,
});

export const showDevMessage = route({
  id: 'showDevMessage',
  method: 'GET',
  path: '/dev/inbox/:number',
  caller: 'public',
  summary: 'One of those messages as HTML, in a sandbox.',
  params: z.object({ number: z.string() }),
  query: z.object({}),
  body: z.object({}),
  reply: z.string(),
  page: 'mail',
  refusals: ['not_found'],
  audit: null,
});
