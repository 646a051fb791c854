import { z } from 'zod';
import { route } from '../route.ts';
import * as v from '../values.ts';

export const showChallenge = route({
  id: 'showChallenge',
  method: 'GET',
  path: '/challenge',
  caller: 'public',
  summary: 'The page behind `url` of a tracked action.',
  params: z.object({}),
  query: z.object({ token: v.optional(v.text(8192)) }),
  body: z.object({}),
  reply: z.string(),
  page: true,
  refusals: [],
  audit: null,
});
