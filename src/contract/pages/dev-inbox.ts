import { z } from 'zod';
import { page, route } from '../route.ts';

export const showDevInbox = route({
  id: 'showDevInbox',
  method: 'GET',
  path: '/dev/inbox',
  api: 'pages',
  title: 'Inbox of development mode',
  description:
    'A page with the emails that would have been sent, newest first, so that you can try codes and links without a mail server. Not found in production mode, and if a mail server is configured.',
  group: 'development',
  params: z.object({}),
  query: z.object({}),
  body: z.object({}),
  reply: page('html', z.string()),
  example: {},
  refusals: ['not_found'],
  audit: null,
});

export const showDevMessage = route({
  id: 'showDevMessage',
  method: 'GET',
  path: '/dev/inbox/:number',
  api: 'pages',
  title: 'Message in the inbox',
  description:
    'One email of the inbox as HTML, in a sandbox: a tenant’s own words may be in it. Not found in production mode, and if a mail server is configured.',
  group: 'development',
  params: z.object({ number: z.string().describe('Number of the message, counted from the start of the server.') }),
  query: z.object({}),
  body: z.object({}),
  reply: page('mail', z.string()),
  example: { request: { params: { number: '1' } } },
  refusals: ['not_found'],
  audit: null,
});
