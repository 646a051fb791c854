import { z } from 'zod';
import { route } from '../route.ts';
import * as v from '../values.ts';
import { nothing } from './values.ts';

export const initClient = route({
  id: 'initClient',
  method: 'POST',
  path: '/v1/client/init',
  caller: 'token',
  summary: "What a challenge in the app's own page begins with: the methods that the user can prove the action with.",
  params: z.object({}),
  query: z.object({}),
  body: nothing,
  reply: z.object({
    challengeOptions: z.object({
      token: z.string(),
      defaultVerificationMethod: v.verificationMethod.optional(),
      verificationMethods: z.array(v.verificationMethod).optional(),
      user: z.object({ email: z.string().optional(), phoneNumber: z.string().optional() }),
    }),
  }),
  refusals: ['forbidden'],
  audit: null,
});
