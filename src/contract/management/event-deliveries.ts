import { z } from 'zod';
import { json } from '../route.ts';
import * as v from '../values.ts';
import { closed } from './closed.ts';
import { managementRoute, nothing } from './management-route.ts';

const states = ['waiting', 'delivered', 'dead'] as const;

const delivery = {
  deliveryId: z.string().describe('Id of the delivery.'),
  endpointId: z.string().describe('The endpoint that it goes to.'),
  eventId: z.string().describe('Id of the event, which its requests carry as `id`.'),
  type: z.string().describe('Type of the event.'),
  userId: z.string().optional().describe('The user that it concerns. Absent: none.'),
  state: z.enum(states).describe('`waiting` for its next attempt, `delivered`, or `dead`: not sent any more.'),
  deadBecause: z
    .enum(['refused', 'unanswered', 'expired', 'user_deleted'])
    .optional()
    .describe(
      'Why it is dead: the endpoint refused it, a replay or test got no answer, its period was over, or its user was deleted. Absent unless it is dead.',
    ),
  isReplay: z.boolean().describe('Whether an operator has sent the event again.'),
  createdAt: v.timestamp.describe('When it was recorded, in the transaction of the change.'),
  dueAt: v.timestamp.optional().describe('When it is tried next. Absent if it is not.'),
  attempts: z.int().describe('How often it was tried.'),
  lastTriedAt: v.timestamp.optional().describe('When it was last tried. Absent: never.'),
  lastStatus: z.int().optional().describe('The status of the last answer. Absent: there was none.'),
  settledAt: v.timestamp.optional().describe('When it was delivered or died. Absent while it waits.'),
};

export const attempt = z
  .object({
    attemptId: z.string().describe('Id of the attempt.'),
    endpointId: z.string().describe('The endpoint that was called.'),
    deliveryIds: z.array(z.string()).describe('The deliveries that the request carried.'),
    startedAt: v.timestamp.describe('When the request was sent.'),
    endedAt: v.timestamp.describe('When it was over.'),
    request: z
      .object({
        url: z.string().describe('Where it was sent.'),
        signature: z.string().describe('The value of its header `X-Signature-V2`.'),
        bodyBytes: z.int().describe('How long its body was.'),
        body: z
          .string()
          .optional()
          .describe('Its body, character for character. Absent in lists, and once an event of it is gone.'),
      })
      .describe('What was sent.'),
    response: z
      .object({
        status: z.int().describe('The status of the answer.'),
        body: z.string().describe('The beginning of its body, at most 4,096 bytes.'),
      })
      .optional()
      .describe('What was answered. Absent: nothing.'),
    failure: z.string().optional().describe('Why there was no answer. Absent if there was one.'),
  })
  .meta({ id: 'EventAttempt' });

const exampleDelivery = {
  deliveryId: '01995e20-11b2-7d0c-8a51-52b4c0a4de01',
  endpointId: '01995e1f-8f0a-7c3e-9d53-0d5b3c1f2a77',
  eventId: '01995e20-11b1-7a8e-b6a1-2f34f0cf6a10',
  type: 'authenticator.created',
  userId: 'usr_123',
  state: 'delivered' as const,
  isReplay: false,
  createdAt: '2026-01-15T10:00:01.000Z',
  attempts: 1,
  lastTriedAt: '2026-01-15T10:00:02.000Z',
  lastStatus: 200,
  settledAt: '2026-01-15T10:00:02.120Z',
};

export const exampleAttempt = {
  attemptId: '01995e20-15c4-7f77-9b0a-6f0c54f7a3d2',
  endpointId: exampleDelivery.endpointId,
  deliveryIds: [exampleDelivery.deliveryId],
  startedAt: '2026-01-15T10:00:02.000Z',
  endedAt: '2026-01-15T10:00:02.120Z',
  request: {
    url: 'https://bank.example/sallyport/events',
    signature: 't=1768471202,v2=jG7bIXHtFANggSxaeL9jI0CKC9jUrfDc1yv5uwtAh4Y',
    bodyBytes: 419,
  },
  response: { status: 200, body: 'ok' },
};

const instant = (name: string) =>
  z
    .string()
    .max(64)
    .regex(
      /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,9})?Z$/,
      `${name} must be a time such as 2025-02-20T01:51:56.070Z.`,
    )
    .transform((given, context) => {
      const timeMs = Date.parse(given);
      if (!Number.isNaN(timeMs)) return timeMs;
      context.addIssue({ code: 'custom', message: `${name} must be a time such as 2025-02-20T01:51:56.070Z.` });
      return z.NEVER;
    });

const filters = {
  endpointId: v.optional(v.opaqueId).describe('Only deliveries to this endpoint. To all if left out.'),
  eventId: v.optional(v.opaqueId).describe('Only deliveries of this event. Of all if left out.'),
  type: v.optional(v.text(64)).describe('Only events of this type. Of every type if left out.'),
  userId: v.optional(v.userId).describe('Only events of this user. Of all if left out.'),
  state: v.optional(z.enum(states)).describe('Only deliveries in this state. In every state if left out.'),
  from: v
    .optional(instant('from'))
    .describe('Only what was recorded at this time or later, ISO 8601 in UTC. From the beginning if left out.'),
  to: v
    .optional(instant('to'))
    .describe('Only what was recorded before this time, ISO 8601 in UTC. Up to now if left out.'),
};

export const listEventDeliveries = managementRoute({
  id: 'listEventDeliveries',
  method: 'GET',
  path: '/event-deliveries',
  title: 'List deliveries of events',
  description:
    'Returns deliveries, newest first. If there are more than `limit`, the response has a `Link` header with `rel="next"`: call the address it gives to go on.',
  group: 'events',
  params: z.object({}),
  query: closed({
    ...filters,
    limit: v.optional(v.limit(500)).describe('How many deliveries at most: 1 to 500. 50 if left out.'),
    cursor: v
      .optional(v.opaqueId)
      .describe('Where to go on, as given in the `Link` header of the previous response. From the newest if left out.'),
  }),
  body: nothing,
  reply: json(z.array(z.object(delivery))),
  example: { request: { query: { state: 'dead' } }, reply: [exampleDelivery] },
  refusals: [],
  audit: null,
});

const deliveryParams = z.object({ deliveryId: v.opaqueId.describe('Id of the delivery.') });

export const getEventDelivery = managementRoute({
  id: 'getEventDelivery',
  method: 'GET',
  path: '/event-deliveries/:deliveryId',
  title: 'Get a delivery of an event',
  description: 'Reads one delivery with its event and its latest attempts.',
  group: 'events',
  params: deliveryParams,
  body: nothing,
  reply: json(
    z.object({
      ...delivery,
      payload: z
        .string()
        .optional()
        .describe('The envelope of the event, as text. Absent once its period is over, or its user was deleted.'),
      latestAttempts: z.array(attempt).describe('At most 50 attempts, latest first.'),
    }),
  ),
  example: {
    request: { params: { deliveryId: exampleDelivery.deliveryId } },
    reply: { ...exampleDelivery, latestAttempts: [exampleAttempt] },
  },
  refusals: ['not_found'],
  audit: null,
});

export const getEventAttempt = managementRoute({
  id: 'getEventAttempt',
  method: 'GET',
  path: '/event-attempts/:attemptId',
  title: 'Get one attempt whole',
  description: 'Reads one request to an endpoint with its body, and what was answered.',
  group: 'events',
  params: z.object({ attemptId: v.opaqueId.describe('Id of the attempt.') }),
  body: nothing,
  reply: json(attempt),
  example: { request: { params: { attemptId: exampleAttempt.attemptId } }, reply: exampleAttempt },
  refusals: ['not_found'],
  audit: null,
});

export const replayEventDelivery = managementRoute({
  id: 'replayEventDelivery',
  method: 'POST',
  path: '/event-deliveries/:deliveryId/replay',
  title: 'Send an event again',
  description:
    'Sends the stored envelope once more, with its own id, signed with today’s keys: a new delivery, tried once, also while the endpoint is paused. It changes nothing of the endpoint’s health. If the event is gone it is `gone`.',
  group: 'events',
  params: deliveryParams,
  body: nothing,
  reply: json(z.object({ deliveryId: z.string().describe('Id of the new delivery.') })),
  example: {
    request: { params: { deliveryId: exampleDelivery.deliveryId } },
    reply: { deliveryId: '01995e21-0000-7d0c-8a51-52b4c0a4de01' },
  },
  refusals: ['not_found', 'gone'],
  audit: 'event_delivery.replayed',
});

export const replayEventDeliveries = managementRoute({
  id: 'replayEventDeliveries',
  method: 'POST',
  path: '/event-deliveries/replay',
  title: 'Send a range of events again',
  description:
    'Sends again, oldest first, what was recorded for an endpoint in a time, up to 1,000 events in a call; the response says where to go on. Each is sent once, as by sending one again. Events that are gone are left out, and so are replays.',
  group: 'events',
  params: z.object({}),
  body: closed({
    endpointId: v.opaqueId.describe('The endpoint that is told again.'),
    from: instant('from').describe('What was recorded at this time or later, ISO 8601 in UTC.'),
    to: instant('to').describe('And before this time, ISO 8601 in UTC.'),
    state: z.enum(states).nullish().describe('Only deliveries in this state. Absent: in every state.'),
    type: v.text(64).nullish().describe('Only events of this type. Absent: of every type.'),
    cursor: v.opaqueId.nullish().describe('`nextCursor` of the previous response. Absent: from the oldest.'),
  }),
  reply: json(
    z.object({
      replayedCount: z.int().describe('How many are sent again.'),
      nextCursor: z.string().optional().describe('Where to go on. Absent: there are no more.'),
    }),
  ),
  example: {
    request: {
      body: { endpointId: exampleDelivery.endpointId, from: '2026-01-09T18:00:00Z', to: '2026-01-12T09:00:00Z' },
    },
    reply: { replayedCount: 212 },
  },
  refusals: ['not_found'],
  audit: 'event_delivery.range_replayed',
});
