import { z } from 'zod';
import { eventTypes } from '../../core/events/event-types.ts';
import { json } from '../route.ts';
import * as v from '../values.ts';
import { clearable, closed } from './closed.ts';
import { attempt, exampleAttempt } from './event-deliveries.ts';
import { managementRoute, nothing } from './management-route.ts';
import { displayName, success, webhookUrl } from './values.ts';

const contactsMax = 5;

const about = {
  url: 'Where events are sent: https, or http to what the operator of the server lists; at most 2,048 characters, without user name and password.',
  eventTypes: `What it is told, 1 to ${eventTypes.length} types. It gets what happens from then on.`,
  description: 'What it is for, 1 to 256 characters without control characters. Absent: none.',
  includeCredentialPublicKey: 'Whether `authenticator.created` of a passkey carries the public key. Default: false.',
  notifyEmails: `Mail addresses of those who are told when it is paused, at most ${contactsMax}. Default: none.`,
  state: '`active`, or `paused`: nothing is sent but replays, and its events wait.',
};

const members = {
  url: webhookUrl.describe(about.url),
  eventTypes: z.array(z.enum(eventTypes)).min(1).max(eventTypes.length).describe(about.eventTypes),
  description: displayName.describe(about.description),
  includeCredentialPublicKey: z.boolean().describe(about.includeCredentialPublicKey),
  notifyEmails: z.array(v.email).max(contactsMax).describe(about.notifyEmails),
};

const time = (meaning: string) => v.timestamp.optional().describe(meaning);

const endpoint = z
  .object({
    endpointId: z.string().describe('Id of the endpoint.'),
    setting: z
      .enum(['authenticatorEventsWebhookConfig', 'logEventsWebhookConfig'])
      .optional()
      .describe('The setting of the tenant that it stands for, which alone changes its URL and types. Absent: none.'),
    url: z.string().describe(about.url),
    eventTypes: z.array(z.string()).describe(about.eventTypes),
    description: z.string().optional().describe(about.description),
    includeCredentialPublicKey: z.boolean().describe(about.includeCredentialPublicKey),
    notifyEmails: z.array(z.string()).describe(about.notifyEmails),
    state: z.enum(['active', 'paused']).describe(about.state),
    pausedBecause: z
      .enum(['operator', 'failing', 'gone'])
      .optional()
      .describe(
        'Why it is paused: by an operator, after five days in which it accepted nothing, or because it answered 410. Absent while it is active.',
      ),
    pausedAt: time('When it was paused. Absent while it is active.'),
    failingSince: time('Since when it has accepted nothing. Absent while it works.'),
    lastDeliveredAt: time('When it last accepted something, to the minute. Absent: never.'),
    lastFailedAt: time('When it last did not. Absent: never.'),
    lastFailure: z.string().optional().describe('What was wrong then. Absent: nothing so far.'),
    createdAt: v.timestamp.describe('When it was created.'),
    updatedAt: v.timestamp.describe('When it last changed.'),
  })
  .meta({ id: 'EventEndpoint' });

const exampleEndpoint = {
  endpointId: '01995e1f-8f0a-7c3e-9d53-0d5b3c1f2a77',
  url: 'https://bank.example/sallyport/events',
  eventTypes: ['authenticator.created', 'authenticator.deleted'],
  includeCredentialPublicKey: false,
  notifyEmails: ['on-call@bank.example'],
  state: 'active' as const,
  createdAt: '2026-01-15T10:00:00.000Z',
  updatedAt: '2026-01-15T10:00:00.000Z',
};

const endpointParams = z.object({ endpointId: v.opaqueId.describe('Id of the endpoint.') });
const exampleParams = { params: { endpointId: exampleEndpoint.endpointId } };
const answered = [
  ...['tenantId', 'endpointId', 'setting', 'pausedBecause', 'pausedAt', 'failingSince', 'lastDeliveredAt'],
  ...['lastFailedAt', 'lastFailure', 'createdAt', 'updatedAt'],
];

export const listEventEndpoints = managementRoute({
  id: 'listEventEndpoints',
  method: 'GET',
  path: '/event-endpoints',
  title: 'List event endpoints',
  description: 'Returns all endpoints of the tenant, oldest first, with their health.',
  group: 'events',
  params: z.object({}),
  body: nothing,
  reply: json(z.array(endpoint)),
  example: { reply: [exampleEndpoint] },
  refusals: [],
  audit: null,
});

export const createEventEndpoint = managementRoute({
  id: 'createEventEndpoint',
  method: 'POST',
  path: '/event-endpoints',
  title: 'Create an event endpoint',
  description:
    'Adds a URL that is told of events of the types that you choose, from now on. Send it a test event to see whether it works.',
  group: 'events',
  params: z.object({}),
  body: closed({ ...clearable(members), url: members.url, eventTypes: members.eventTypes }, answered),
  reply: json(endpoint),
  example: {
    request: {
      body: {
        url: exampleEndpoint.url,
        eventTypes: exampleEndpoint.eventTypes,
        notifyEmails: exampleEndpoint.notifyEmails,
      },
    },
    reply: exampleEndpoint,
  },
  refusals: ['invalid_configuration'],
  audit: 'event_endpoint.created',
});

export const getEventEndpoint = managementRoute({
  id: 'getEventEndpoint',
  method: 'GET',
  path: '/event-endpoints/:endpointId',
  title: 'Get an event endpoint',
  description: 'Reads one endpoint of the tenant, with its health.',
  group: 'events',
  params: endpointParams,
  body: nothing,
  reply: json(endpoint),
  example: { request: exampleParams, reply: exampleEndpoint },
  refusals: ['not_found'],
  audit: null,
});

export const updateEventEndpoint = managementRoute({
  id: 'updateEventEndpoint',
  method: 'PATCH',
  path: '/event-endpoints/:endpointId',
  title: 'Change or resume an event endpoint',
  description:
    'Changes the members that you send and keeps all others; null returns a member to its default. `{"state": "active"}` resumes an endpoint: all that waits for it follows, oldest first, about 100 events a second. One that stands for a setting of the tenant takes its URL and types from there alone.',
  group: 'events',
  params: endpointParams,
  body: closed(
    {
      ...clearable(members),
      url: members.url.optional(),
      eventTypes: members.eventTypes.optional(),
      state: z.enum(['active', 'paused']).optional().describe(about.state),
    },
    answered,
  ),
  reply: json(endpoint),
  example: { request: { ...exampleParams, body: { state: 'active' } }, reply: exampleEndpoint },
  refusals: ['not_found', 'invalid_configuration'],
  audit: 'event_endpoint.updated',
});

export const deleteEventEndpoint = managementRoute({
  id: 'deleteEventEndpoint',
  method: 'DELETE',
  path: '/event-endpoints/:endpointId',
  title: 'Delete an event endpoint',
  description:
    'Removes an endpoint with its deliveries: what waits for it is not sent. One that stands for a setting of the tenant is removed by clearing that setting.',
  group: 'events',
  params: endpointParams,
  body: nothing,
  reply: json(success),
  example: { request: exampleParams, reply: { success: true } },
  refusals: ['not_found', 'invalid_configuration'],
  audit: 'event_endpoint.deleted',
});

export const testEventEndpoint = managementRoute({
  id: 'testEventEndpoint',
  method: 'POST',
  path: '/event-endpoints/:endpointId/test',
  title: 'Send a test event',
  description:
    'Sends an event of type `endpoint.test` now, once, and returns what the endpoint answered, within about ten seconds. An endpoint that accepts it counts as working again: what waits for it follows, unless an operator has paused it.',
  group: 'events',
  params: endpointParams,
  body: nothing,
  reply: json(attempt),
  example: { request: exampleParams, reply: exampleAttempt },
  refusals: ['not_found'],
  audit: 'event_endpoint.tested',
});
