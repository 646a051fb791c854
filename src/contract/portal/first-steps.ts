import { z } from 'zod';
import { json } from '../route.ts';
import { nothing } from '../management/management-route.ts';
import { portalRoute } from './portal-route.ts';

export const getFirstSteps = portalRoute({
  id: 'getFirstSteps',
  method: 'GET',
  path: '/first-steps',
  title: 'Say which first steps were made',
  description: 'How far a new tenant is, as it is stored: nothing is ticked that did not happen.',
  group: 'activity',
  params: z.object({}),
  body: nothing,
  reply: json(
    z.object({
      hasServerKey: z.boolean().describe('Whether it has a server key that works.'),
      hasAction: z.boolean().describe('Whether an action was tracked.'),
      hasProof: z.boolean().describe('Whether a challenge was passed.'),
      hasRule: z.boolean().describe('Whether a rule decides.'),
    }),
  ),
  example: { reply: { hasServerKey: true, hasAction: true, hasProof: false, hasRule: false } },
  permission: 'activity:read',
  refusals: [],
  audit: null,
});
