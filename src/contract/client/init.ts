import { z } from 'zod';
import { json, route } from '../route.ts';
import * as v from '../values.ts';
import { exampleToken } from './examples.ts';
import { nothing } from './values.ts';

export const initClient = route({
  id: 'initClient',
  method: 'POST',
  path: '/v1/client/init',
  api: 'client',
  credentials: ['actionToken'],
  title: 'Start a challenge in your own page',
  description:
    'Begins a challenge that your own page shows: returns the methods that the user can pass it with, which of them to show first, and masked contacts. Nothing is sent yet.',
  group: 'start',
  params: z.object({}),
  query: z.object({}),
  body: nothing,
  reply: json(
    z.object({
      challengeOptions: z
        .object({
          token: z.string().describe('Token to use from now on. It expires when the one that was sent does.'),
          defaultVerificationMethod: v.verificationMethod
            .optional()
            .describe('Method to begin with. Absent: the user can use none.'),
          verificationMethods: z
            .array(v.verificationMethod)
            .optional()
            .describe('Methods that the user can pass the challenge with, strongest first. Absent: none.'),
          user: z
            .object({
              email: z.string().optional().describe('Masked email address of the user. Absent: not known.'),
              phoneNumber: z.string().optional().describe('Masked phone number of the user. Absent: not known.'),
            })
            .describe('What to show of the user.'),
        })
        .describe('What a challenge begins with.'),
    }),
  ),
  example: {
    reply: {
      challengeOptions: {
        token: exampleToken,
        defaultVerificationMethod: 'PASSKEY',
        verificationMethods: ['PASSKEY', 'EMAIL_OTP'],
        user: { email: 'a•••@example.com', phoneNumber: '•••456' },
      },
    },
  },
  refusals: ['forbidden'],
  audit: null,
});
