import { z } from 'zod';
import { json, noContent } from '../route.ts';
import { nothing } from '../management/management-route.ts';
import { closed } from '../management/closed.ts';
import * as v from '../values.ts';
import { portalRoute } from './portal-route.ts';

const userParams = z.object({ userId: v.userId.describe('Your own id of the user.') });
const helpParams = z.object({ helpId: v.opaqueId.describe('Id of the help, which the lists tell.') });

const help = z
  .object({
    helpId: z.string().describe('Id of the help.'),
    userId: z.string().describe('Your own id of the user who is helped.'),
    state: z
      .enum(['WAITING', 'SENT', 'USED', 'REFUSED', 'STOPPED', 'EXPIRED'])
      .describe(
        '`WAITING` for a second person, `SENT` to the user, `USED` by the user, `REFUSED` by an operator, `STOPPED` by the user, who did not ask for it, or `EXPIRED`.',
      ),
    reason: z
      .string()
      .describe('Why it was asked for. Contacts in it are masked unless the operator may see contacts.'),
    email: z.string().describe('Where the link goes, masked unless the operator may see contacts.'),
    askedBy: z.string().describe('Email address of the operator who asked for it.'),
    isOwn: z.boolean().describe('Whether that is the operator who calls: they cannot approve it.'),
    askedAt: v.timestamp.describe('When it was asked for.'),
    approvedBy: z.string().optional().describe('Email address of the operator who approved it; absent until then.'),
    approvedAt: v.timestamp.optional().describe('When it was approved and sent; absent until then.'),
    expiresAt: v.timestamp.describe('Until when it can be approved; once it was, until when the link works.'),
    usedAt: v.timestamp.optional().describe('When the user used the link; absent until then.'),
    endedAt: v.timestamp.optional().describe('When it was refused, stopped or expired; absent otherwise.'),
    endedBy: z.string().optional().describe('Email address of the operator who refused it; absent otherwise.'),
  })
  .meta({ id: 'Help' });

const exampleUser = { userId: 'alice' };
const exampleParams = { helpId: '0198e2a4-6d3c-7b1f-9a25-4c8e7d6f1b0a' };
const exampleHelp = {
  ...exampleParams,
  ...exampleUser,
  state: 'WAITING',
  reason: 'Lost the phone. Ticket 4711.',
  email: 'a•••@example.com',
  askedBy: 'ada@bank.example',
  isOwn: false,
  askedAt: '2026-03-01T09:30:00.000Z',
  expiresAt: '2026-03-02T09:30:00.000Z',
};
const exampleSent = {
  ...exampleHelp,
  state: 'SENT',
  approvedBy: 'grace@bank.example',
  approvedAt: '2026-03-01T09:40:00.000Z',
  expiresAt: '2026-03-02T09:40:00.000Z',
};

export const getUserHelp = portalRoute({
  id: 'getUserHelp',
  method: 'GET',
  path: '/users/:userId/help',
  title: 'Get how a user can be helped in',
  description:
    'The contacts of a user to which a link can be sent that lets them add an authenticator, and what was asked for and sent before, newest first. A contact counts if the user verified it at least seven days ago and your backend has not changed it since. Without one, remove the authenticators that are lost; your backend then enrols the user again once it has verified them itself.',
  group: 'activity',
  params: userParams,
  body: nothing,
  reply: json(
    z.object({
      contacts: z
        .array(
          z.object({
            userAuthenticatorId: z.string().describe('Id of the authenticator whose contact it is.'),
            email: z.string().describe('Email address, masked unless the operator may see contacts.'),
            verifiedAt: v.timestamp.describe('Since when it is verified.'),
          }),
        )
        .describe('Where the link can be sent; empty if nowhere.'),
      helps: z.array(help).describe('What was asked for in the last 90 days, newest first, at most 100.'),
    }),
  ),
  example: {
    request: { params: exampleUser },
    reply: {
      contacts: [
        {
          userAuthenticatorId: '0198c1a0-11b2-7f00-8c3d-5b6a7988c9d1',
          email: 'a•••@example.com',
          verifiedAt: '2026-01-10T08:02:00.000Z',
        },
      ],
      helps: [exampleHelp],
    },
  },
  permission: 'users:help',
  refusals: ['not_found'],
  audit: null,
});

export const askHelp = portalRoute({
  id: 'askHelp',
  method: 'POST',
  path: '/users/:userId/help',
  title: 'Ask to help a user in',
  description:
    'Asks for a link to be sent to a user who has lost their authenticators. Nothing is sent until a second operator approves it, within 24 hours. One can be open at a time, and three can be asked for in a day: `too_many_requests` says when the next can. `conflict` says what stands against it.',
  group: 'activity',
  params: userParams,
  body: closed({
    userAuthenticatorId: v.opaqueId.describe('The contact, of those that getting the user’s help lists.'),
    reason: v
      .text(500)
      .min(1, 'reason must say why.')
      .describe('Why, for the one who approves and for auditors: 1 to 500 characters.'),
  }),
  reply: json(help),
  example: {
    request: {
      params: exampleUser,
      body: { userAuthenticatorId: '0198c1a0-11b2-7f00-8c3d-5b6a7988c9d1', reason: 'Lost the phone. Ticket 4711.' },
    },
    reply: { ...exampleHelp, isOwn: true },
  },
  permission: 'users:help',
  refusals: ['not_found', 'conflict', 'too_many_requests'],
  audit: 'help.asked',
});

export const listWaitingHelps = portalRoute({
  id: 'listWaitingHelps',
  method: 'GET',
  path: '/helps',
  title: 'List help that waits for approval',
  description: 'What operators have asked for and nobody has approved yet, oldest first, at most 100.',
  group: 'activity',
  params: z.object({}),
  body: nothing,
  reply: json(z.array(help)),
  example: { reply: [exampleHelp] },
  permission: 'users:help',
  refusals: [],
  audit: null,
});

export const approveHelp = portalRoute({
  id: 'approveHelp',
  method: 'POST',
  path: '/helps/:helpId/approve',
  title: 'Approve help and send the link',
  description:
    'Sends the link to the user, by a second person: whoever asked for it cannot approve it. The link works once, for 24 hours, and lets the user add authenticators and nothing else; what they add is on hold as after a recovery code. All their verified addresses are told, with a link by which they can stop it. Nobody is shown the link. `conflict` says what has changed since it was asked for; `delivery_failed` that nothing was sent, and it can be approved again.',
  group: 'activity',
  params: helpParams,
  body: nothing,
  reply: json(help),
  example: { request: { params: exampleParams }, reply: exampleSent },
  permission: 'users:help',
  isDangerous: true,
  refusals: ['not_found', 'conflict', 'delivery_failed', 'invalid_configuration'],
  audit: 'help.approved',
});

export const refuseHelp = portalRoute({
  id: 'refuseHelp',
  method: 'POST',
  path: '/helps/:helpId/refuse',
  title: 'Refuse help, or withdraw it',
  description:
    'Ends what waits for approval, or a link that was sent and not used. If it is over already, nothing changes: `conflict`.',
  group: 'activity',
  params: helpParams,
  body: nothing,
  reply: noContent,
  example: { request: { params: exampleParams } },
  permission: 'users:help',
  refusals: ['not_found', 'conflict'],
  audit: 'help.refused',
});
