import { z } from 'zod';
import { measures } from '../../core/alerts/measure.ts';
import { json } from '../route.ts';
import * as v from '../values.ts';
import { closed } from './closed.ts';
import { managementRoute, nothing } from './management-route.ts';
import { displayName, success } from './values.ts';

const about = {
  id: 'Id of the alert, a UUID that Sallyport chose.',
  name: 'Name of the alert, which its mails begin with: 1 to 256 characters without control characters.',
  isActive: 'Whether anything is watched. Switching an alert off ends it without a message. Absent on creation: true.',
  kinds:
    'Counts only some kinds: of decisions the states, of refusals the error codes, of failed proofs and lockouts the methods, of sends the results `taken`, `refused`, `failed` and `unknown`, of refused texts the reasons that the guide on pumping lists. Absent: all.',
  threshold: 'How many within the window raise the alert, 1 to 1,000,000.',
  windowMinutes:
    'Length of the window that ends now, 1 to 1,440 minutes. The minute that has begun is counted beside the whole ones. Without effect for `waitingDeliveries`, which are those that wait now.',
  quietMinutes:
    'For how long the threshold must not be reached until the alert is over, 1 to 1,440 minutes. Before that it is not raised again, so that one incident makes two messages. Absent on creation: 15.',
  recipients: 'E-mail addresses that are told when the alert is raised and when it is over, 1 to 20.',
};

const alertParams = z.object({ id: v.opaqueId.describe(about.id) });

const minutes = z.number().int().min(1).max(1_440);
const name = displayName.describe(about.name);
const measure = z
  .enum(measures)
  .describe(
    'What is counted: `decisions` (tracked actions, by state), `refusals` (refused requests, by error code), `failedProofs` (by method), `sends` (mails and texts, by result), `refusedTexts` (texts that pumping protection refuses, or would if it did not only monitor, by reason), `lockouts` (by method), or `waitingDeliveries` (what is not delivered yet). It never changes.',
  );
const kinds = z.array(v.text(64)).min(1).max(20).describe(about.kinds);
const threshold = z.number().int().min(1).max(1_000_000).describe(about.threshold);
const windowMinutes = minutes.describe(about.windowMinutes);
const quietMinutes = minutes.describe(about.quietMinutes);
const recipients = z.array(v.email).min(1).max(20).describe(about.recipients);
const isActive = z.boolean().describe(about.isActive);

const alert = z
  .object({
    id: z.string().describe(about.id),
    name: z.string().describe(about.name),
    isActive,
    measure,
    kinds: z.array(z.string()).optional().describe(about.kinds),
    threshold,
    windowMinutes,
    quietMinutes,
    recipients: z.array(z.string()).describe(about.recipients),
    isRaised: z.boolean().describe('Whether the alert is raised now.'),
    raisedAt: v.timestamp.optional().describe('Since when it is raised. Absent: it is not.'),
  })
  .meta({ id: 'Alert' });

const answered = ['tenantId', 'id', 'isRaised', 'raisedAt'];

const exampleParams = { id: '0198e2a4-6d3c-7b1f-9a25-4c8e7d6f1b03' };
const exampleBody = {
  name: 'Many blocked payments',
  measure: 'decisions',
  kinds: ['BLOCK'],
  threshold: 100,
  windowMinutes: 10,
  quietMinutes: 30,
  recipients: ['oncall@example.com'],
} as const;
const exampleAlert = { ...exampleParams, ...exampleBody, isActive: true, isRaised: false };

export const listAlerts = managementRoute({
  id: 'listAlerts',
  method: 'GET',
  path: '/alerts',
  title: 'List alerts',
  description: 'Returns all alerts, ordered by name, with whether each is raised now.',
  group: 'alerts',
  params: z.object({}),
  body: nothing,
  reply: json(z.array(alert)),
  example: { reply: [exampleAlert] },
  refusals: [],
  audit: null,
});

export const createAlert = managementRoute({
  id: 'createAlert',
  method: 'POST',
  path: '/alerts',
  title: 'Create an alert',
  description:
    'Watches one number. Within a minute of the threshold being reached, the alert is raised: there is an audit event `alert.raised`, and each recipient gets one mail. When the threshold has not been reached for `quietMinutes`, it is over: `alert.ended`, and another mail. A tenant can have 50 alerts.',
  group: 'alerts',
  params: z.object({}),
  body: closed(
    {
      name,
      measure,
      kinds: kinds.nullish(),
      threshold,
      windowMinutes,
      quietMinutes: quietMinutes.nullish(),
      recipients,
      isActive: isActive.nullish(),
    },
    answered,
  ),
  reply: json(alert),
  example: { request: { body: exampleBody }, reply: exampleAlert },
  refusals: [],
  audit: 'alert.created',
});

export const getAlert = managementRoute({
  id: 'getAlert',
  method: 'GET',
  path: '/alerts/:id',
  title: 'Get an alert',
  description: 'Reads one alert, with whether it is raised now.',
  group: 'alerts',
  params: alertParams,
  body: nothing,
  reply: json(alert),
  example: { request: { params: exampleParams }, reply: exampleAlert },
  refusals: ['not_found'],
  audit: null,
});

export const updateAlert = managementRoute({
  id: 'updateAlert',
  method: 'PATCH',
  path: '/alerts/:id',
  title: 'Change an alert',
  description:
    'Changes the members that you send and keeps all others; null for `kinds` counts all again. A raised alert stays raised until the new threshold has not been reached for the quiet time. What is measured cannot change: create another alert.',
  group: 'alerts',
  params: alertParams,
  body: closed(
    {
      name: name.optional(),
      measure: measure.optional(),
      kinds: kinds.nullish(),
      threshold: threshold.optional(),
      windowMinutes: windowMinutes.optional(),
      quietMinutes: quietMinutes.optional(),
      recipients: recipients.optional(),
      isActive: isActive.optional(),
    },
    answered,
  ),
  reply: json(alert),
  example: {
    request: { params: exampleParams, body: { threshold: 200 } },
    reply: { ...exampleAlert, threshold: 200 },
  },
  refusals: ['not_found'],
  audit: 'alert.updated',
});

export const deleteAlert = managementRoute({
  id: 'deleteAlert',
  method: 'DELETE',
  path: '/alerts/:id',
  title: 'Delete an alert',
  description: 'Removes an alert. If it is raised, nobody is told that it is over.',
  group: 'alerts',
  params: alertParams,
  body: nothing,
  reply: json(success),
  example: { request: { params: exampleParams }, reply: { success: true } },
  refusals: ['not_found'],
  audit: 'alert.deleted',
});
