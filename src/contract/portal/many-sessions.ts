import { z } from 'zod';
import { json } from '../route.ts';
import { closed } from '../management/closed.ts';
import * as v from '../values.ts';
import { portalRoute } from './portal-route.ts';

/** Sessions that one call ends at most. */
export const endedSessionsMax = 10_000;
const usersMax = 500;

const filter = {
  userIds: z
    .array(v.userId)
    .min(1)
    .max(usersMax)
    .optional()
    .describe(`Only sessions of these users, 1 to ${usersMax}. Absent: of all users.`),
  clientId: v.text(256).optional().describe('Only sessions of this app client. Absent: of all.'),
};
const createdBefore = v
  .instant('createdBefore must be an ISO 8601 date and time.')
  .describe('Only sessions that began before; at most the present time.');

export const previewEndSessions = portalRoute({
  id: 'previewEndSessions',
  method: 'POST',
  path: '/user-sessions/preview',
  title: 'Count sessions of users to end',
  description: `Counts the sessions that a filter finds, and ends none. More than ${endedSessionsMax} cannot be ended at once: ask for fewer users, or for an earlier time. At most 100,000 sessions are looked through; if those were not all, \`isCutShort\` is true.`,
  group: 'activity',
  params: z.object({}),
  body: closed({ ...filter, createdBefore: createdBefore.optional() }),
  reply: json(
    z.object({
      sessions: z.number().describe(`How many there are; ${endedSessionsMax + 1} means more than ${endedSessionsMax}.`),
      users: z.number().describe('How many users they belong to.'),
      createdBefore: v.timestamp.describe('Before which they began: send it with the call that ends them.'),
      isCutShort: z.boolean().describe('Whether there may be more that were not looked at. Then none can be ended.'),
    }),
  ),
  example: {
    request: { body: { userIds: ['alice', 'bob'] } },
    reply: { sessions: 5, users: 2, createdBefore: '2026-03-01T09:30:00.000Z', isCutShort: false },
  },
  permission: 'sessions:end-many',
  refusals: [],
  audit: null,
});

export const endSessions = portalRoute({
  id: 'endSessions',
  method: 'POST',
  path: '/user-sessions/end',
  title: 'End sessions of users',
  description:
    'Ends the sessions that a preview has counted. It is given the same filter, the time of the preview and its count; what began later is left alone, so the sessions can only have become fewer. If there are more than were counted, none ends: `conflict`. Access tokens that are out stay good until they expire, for whoever verifies them offline.',
  group: 'activity',
  params: z.object({}),
  body: closed({
    ...filter,
    createdBefore,
    sessions: z.int().min(1).max(endedSessionsMax).describe('How many the preview counted.'),
  }),
  reply: json(z.object({ sessions: z.number().describe('How many were ended: those that had not ended meanwhile.') })),
  example: {
    request: { body: { userIds: ['alice', 'bob'], createdBefore: '2026-03-01T09:30:00.000Z', sessions: 5 } },
    reply: { sessions: 5 },
  },
  permission: 'sessions:end-many',
  isDangerous: true,
  refusals: ['conflict'],
  audit: 'sessions.ended',
});
