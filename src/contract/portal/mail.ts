import { z } from 'zod';
import { mailTopics } from '../../core/notices/mail-topics.ts';
import type { MailTopic } from '../../core/notices/mail-topics.ts';
import { json } from '../route.ts';
import { closed } from '../management/closed.ts';
import { nothing } from '../management/management-route.ts';
import { portalRoute } from './portal-route.ts';
import type { Permission } from './roles.ts';

/** What a role must permit to be told of it. */
export const mailPermissions: Readonly<Record<MailTopic, Permission>> = {
  reviews: 'activity:read',
  endpoints: 'configuration:read',
  alerts: 'configuration:read',
  rules: 'configuration:change',
};

const topics = z
  .array(z.enum(mailTopics))
  .max(mailTopics.length)
  .describe(
    'What the operator is told of by mail in this tenant: `reviews` that wait, at most once an hour; `endpoints` that are paused; `alerts` that are raised, and are over; `rules` that wait for a second person, and what became of those that one asked for.',
  );
const choice = z.object({ topics }).meta({ id: 'OperatorMailChoice' });

export const getOperatorMail = portalRoute({
  id: 'getOperatorMail',
  method: 'GET',
  path: '/mail',
  title: 'Get what one is told of by mail',
  description: 'What the operator has chosen to be told of in this tenant; at first nothing.',
  group: 'team',
  params: z.object({}),
  body: nothing,
  reply: json(choice),
  example: { reply: { topics: ['reviews'] } },
  permission: 'activity:read',
  refusals: [],
  audit: null,
});

export const updateOperatorMail = portalRoute({
  id: 'updateOperatorMail',
  method: 'PATCH',
  path: '/mail',
  title: 'Choose what one is told of by mail',
  description:
    'Replaces what the operator is told of in this tenant. Mails name no user. Whoever loses the role or leaves the team gets none any more. Addresses that an alert or an endpoint names are told in any case, once.',
  group: 'team',
  params: z.object({}),
  body: closed({ topics }),
  reply: json(choice),
  example: { request: { body: { topics: ['reviews', 'alerts'] } }, reply: { topics: ['reviews', 'alerts'] } },
  permission: 'activity:read',
  refusals: [],
  audit: 'operator.mail_chosen',
});
