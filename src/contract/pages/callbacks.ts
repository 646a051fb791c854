import { z } from 'zod';
import { noContent, route } from '../route.ts';

/** What providers call. Each has a form of its own, and most sign the bytes: the body arrives unread. */
export const receiveCallback = route({
  id: 'receiveCallback',
  method: 'POST',
  path: '/callbacks/:token',
  api: 'pages',
  title: 'Callback of a message provider',
  description:
    'Where the providers of texts and mail tell what became of messages: delivered or not, bounced, reported as spam, or answered with STOP. Give your provider the `callbackUrl` that the configuration of the method shows; some are told by each message. The provider’s own signature is checked where it signs, and a call that comes again changes nothing.',
  group: 'providers',
  params: z.object({ token: z.string().max(512).describe('From the `callbackUrl` of the configuration.') }),
  query: z.object({}),
  body: z.object({}),
  isRaw: true,
  isLarge: true,
  reply: noContent,
  example: { request: { params: { token: 'b1f0c2ab-6d4e-4c57-9c35-2f0f4f3f9d11.SMS.first.3q2-7w' } } },
  refusals: ['not_found', 'forbidden'],
  audit: null,
});
