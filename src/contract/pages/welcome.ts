import { z } from 'zod';
import { page, route } from '../route.ts';

const nothing = z.object({});

export const showWelcome = route({
  id: 'showWelcome',
  method: 'GET',
  path: '/',
  api: 'pages',
  title: 'Welcome page',
  description:
    'Where a developer starts: a demo challenge, the inbox and this reference. Not found in production mode.',
  group: 'development',
  params: nothing,
  query: nothing,
  body: nothing,
  reply: page('html', z.string()),
  example: {},
  refusals: ['not_found'],
  audit: null,
});

export const tryChallenge = route({
  id: 'tryChallenge',
  method: 'POST',
  path: '/dev/challenge',
  api: 'pages',
  title: 'Try a challenge',
  description:
    'What the button on the welcome page sends: it tracks an action of a demo user and leads to its challenge page. Not found in production mode.',
  group: 'development',
  params: nothing,
  query: nothing,
  body: nothing,
  reply: page('html', z.string()),
  example: {},
  isCounted: true,
  refusals: ['not_found', 'too_many_requests'],
  audit: null,
});
