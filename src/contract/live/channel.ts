import { z } from 'zod';
import { aboutPushRejection, accessToken, pushRejection } from '../client/values.ts';
import { live, route } from '../route.ts';
import * as v from '../values.ts';

const challengeId = z.string().describe('Id of the challenge, a UUID. A QR code shows it.');
const watched = { challengeType: z.literal('PUSH').describe('Kind of challenge.') };

/** What the server says. Official SDKs ignore types that they do not know. */
export const liveAnswer = z
  .discriminatedUnion('type', [
    z.object({
      type: z.literal('CHALLENGE_CREATED').describe('The challenge that was asked for.'),
      data: z
        .object({
          challengeId,
          challengeType: z.literal('QR_CODE').describe('Kind of challenge.'),
          expiresAt: v.timestamp.describe('When it expires, unless a phone has claimed and answered it.'),
          state: z.literal('unclaimed').describe('No phone has scanned it yet.'),
        })
        .describe('The challenge.'),
    }),
    z.object({
      type: z
        .literal('CHALLENGE_WATCHED')
        .describe('The push request is open, and watched from now on. Until then, poll.'),
      data: z.object({ ...watched, challengeId }).describe('The request.'),
    }),
    z.object({
      type: z.literal('STATE_CHANGE').describe('What happened to a challenge of this connection.'),
      data: z
        .object({
          challengeId,
          state: z
            .enum(['claimed', 'approved', 'rejected'])
            .describe(
              '`claimed`: a phone has scanned it and shows it. `approved`, `rejected`: its user has answered. `rejected` too if its action, phone or method has ended.',
            ),
          accessToken: accessToken.optional().describe('Token of the approved action. Absent unless it is approved.'),
          rejection: pushRejection.optional().describe(`${aboutPushRejection} Absent for QR codes.`),
        })
        .describe('The challenge and where it stands.'),
    }),
    z.object({
      type: z.literal('ERROR').describe('Why the connection is closed next.'),
      data: z
        .object({
          errorCode: z.string().describe('Code as in error responses.'),
          errorDescription: z.string().describe('What went wrong and what to change, for developers.'),
        })
        .describe('What was refused.'),
    }),
  ])
  .meta({ id: 'LiveAnswer', description: 'A message from the server over the live channel.' });
export type LiveAnswer = z.input<typeof liveAnswer>;

/** What a page says. */
export const liveRequest = z
  .discriminatedUnion('type', [
    z.object({
      type: z.literal('CREATE_CHALLENGE').describe('Asks for a challenge.'),
      data: z
        .object({
          challengeType: z.literal('QR_CODE').describe('Kind of challenge.'),
          actionCode: v.actionCode.describe('Code of the action; with a token, the one that was tracked.'),
          custom: v.custom
            .nullish()
            .describe('What the phone may be shown of it. Absent with a token: what was tracked counts.'),
        })
        .describe('What is asked for.'),
    }),
    z.object({
      type: z
        .literal('WATCH_CHALLENGE')
        .describe('Asks to be told how a push request ends. Official SDKs poll instead.'),
      data: z
        .object({
          ...watched,
          challengeId: v.text(64).describe('Id of a request for the token’s action, at most 64 characters.'),
        })
        .describe('What is watched, in place of what was watched before.'),
    }),
  ])
  .meta({ id: 'LiveRequest', description: 'A message to the server over the live channel.' });
export type LiveRequest = z.output<typeof liveRequest>;

export const openLiveChannel = route({
  id: 'openLiveChannel',
  method: 'GET',
  path: '/ws-v1-challenge',
  aliases: [{ method: 'GET', path: '/api-ws/ws-v1-challenge' }],
  api: 'live',
  credentials: ['actionToken', 'tenantId'],
  title: 'Wait over a live connection',
  description:
    'A WebSocket over which a page asks for QR codes and learns at once what a phone does with them, or how a push request ends. Offer the subprotocol `authsignal-ws`, and beside it `x.authsignal.token.<token>` or `x.authsignal.tenant.<tenant id>`. The page sends `LiveRequest` messages and gets `LiveAnswer` messages: one `CHALLENGE_CREATED` for each QR code that it asks for, or `CHALLENGE_WATCHED` for a push request that is open, then `STATE_CHANGE`. A new challenge replaces the one before it. Only a token can watch, and only what is for its action. What is refused is told by an `ERROR` message, and the connection is closed: with 4401 when the token has expired, with 1013 when the server has no room. Poll instead where no connection can be had.',
  group: 'qr-codes',
  params: z.object({}),
  query: z.object({}),
  body: z.object({}),
  reply: live('authsignal-ws', liveAnswer, liveRequest),
  example: {},
  refusals: ['forbidden'],
  audit: null,
});
