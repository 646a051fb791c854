import { confirmMagicLink, denyMagicLink, showMagicLink } from './page-contract.ts';
import { z } from 'zod';
import { json, route } from '../../contract/route.ts';
import * as v from '../../contract/values.ts';
import { exampleChallengeId, exampleMessage, exampleToken } from '../../contract/client/examples.ts';
import {
  accessToken,
  challengeReply,
  enrolmentRefusals,
  enrolReply,
  sentMember,
  unlessOpen,
} from '../../contract/client/values.ts';

const sendingRefusals = [...enrolmentRefusals, 'delivery_failed'] as const;

export const startEmailMagicLinkEnrolment = route({
  id: 'startEmailMagicLinkEnrolment',
  method: 'POST',
  path: '/v1/client/user-authenticators/email-magic-link',
  api: 'client',
  credentials: ['actionToken'],
  title: 'Enrol an address by a link',
  description:
    'Sends a link to an address that the user wants to enrol. It is enrolled once someone opens the link and presses the button on its page. Poll “Check whether the link was confirmed” meanwhile. A user who has authenticators already needs a token with the scope `add:authenticators`, or `update:authenticators` to replace an address.',
  group: 'email-links',
  params: z.object({}),
  query: z.object({}),
  body: z.object({ email: v.email.describe('Address to enrol, at most 320 characters.'), unlessOpen }),
  reply: json(enrolReply.extend({ ...challengeReply.shape, ...sentMember })),
  example: {
    request: { body: { email: 'alice@example.com', unlessOpen: true } },
    reply: {
      userAuthenticatorId: exampleMessage.userAuthenticatorId,
      userId: 'alice',
      challengeId: exampleChallengeId,
      sent: exampleMessage,
    },
  },
  refusals: sendingRefusals,
  audit: 'enrolment.started',
});

export const startEmailMagicLinkChallenge = route({
  id: 'startEmailMagicLinkChallenge',
  method: 'POST',
  path: '/v1/client/challenge/email-magic-link',
  api: 'client',
  credentials: ['actionToken'],
  title: 'Send a link by email',
  description:
    'Sends a link to the user’s enrolled address, or to the one that is being enrolled if there is none. The address never comes from the request. Each link works once and for 10 minutes; a newer link replaces it.',
  group: 'email-links',
  params: z.object({}),
  query: z.object({}),
  body: z.object({
    userAuthenticatorId: v
      .optional(v.text(64))
      .describe(
        'Authenticator whose address gets the link, at most 64 characters. Absent: the user’s own of this method.',
      ),
    unlessOpen,
  }),
  reply: json(challengeReply.extend(sentMember)),
  example: {
    request: { body: { unlessOpen: true } },
    reply: { challengeId: exampleChallengeId, sent: exampleMessage },
  },
  refusals: sendingRefusals,
  audit: 'challenge.started',
});

export const finalizeEmailMagicLink = route({
  id: 'finalizeEmailMagicLink',
  method: 'POST',
  path: '/v1/client/verify/email-magic-link/finalize',
  api: 'client',
  credentials: ['actionToken'],
  title: 'Check whether the link was confirmed',
  description:
    'Tells whether the link for the token’s action has been confirmed. Poll it, for example each second, until `isVerified` is true. It can be asked again after that, until the token expires.',
  group: 'email-links',
  params: z.object({}),
  query: z.object({}),
  body: z.object({
    challengeId: v
      .optional(v.text(64))
      .describe('Challenge to ask about, at most 64 characters. Absent: the last link of the action.'),
  }),
  reply: json(
    z.object({
      isVerified: z.boolean().describe('Whether the link has been confirmed.'),
      accessToken: accessToken.optional(),
    }),
  ),
  example: {
    request: { body: { challengeId: exampleChallengeId } },
    reply: { isVerified: true, accessToken: exampleToken },
  },
  refusals: ['forbidden'],
  audit: null,
});

export const routes = [
  startEmailMagicLinkEnrolment,
  startEmailMagicLinkChallenge,
  finalizeEmailMagicLink,
  showMagicLink,
  confirmMagicLink,
  denyMagicLink,
];
