import { z } from 'zod';
import { route } from '../route.ts';

const nothing = z.object({});

export const showWelcome = route({
  id: 'showWelcome',
  method: 'GET',
  path: '/',
  caller: 'public',
  summary: 'Where a developer begins. Not found in production mode.',
  params: nothing,
  query: nothing,
  body: nothing,
  reply: z.string(),
  page: 'html',
  refusals: ['not_found'],
  audit: null,
});

export const tryChallenge = route({
  id: 'tryChallenge',
  method: 'POST',
  path: '/dev/challenge',
  caller: 'public',
  summary: 'Tracks an action of a demo user and leads to its page. Not found in production mode.',
  params: nothing,
  query: nothing,
  body: nothing,
  reply: z.string(),
  page: 'html',
  isCounted: true,
  refusals: ['not_found', 'too_many_requests'],
  audit: null,
});
