import { z } from 'zod';
import { json } from '../route.ts';
import { closed } from '../management/closed.ts';
import { nothing } from '../management/management-route.ts';
import * as v from '../values.ts';
import { portalRoute } from './portal-route.ts';

/** Test messages of a tenant, and to one address or number: each limit holds. */
export const testMessageLimits = {
  ofTenant: [
    { messagesMax: 20, minutes: 60 },
    { messagesMax: 60, minutes: 24 * 60 },
  ],
  ofContact: [
    { messagesMax: 3, minutes: 10 },
    { messagesMax: 10, minutes: 24 * 60 },
  ],
} as const;

const method = z
  .enum(['SMS', 'WHATSAPP', 'EMAIL_OTP', 'EMAIL_MAGIC_LINK', 'PUSH'])
  .describe('A method that sends messages.');

export const getTestMessage = portalRoute({
  id: 'getTestMessage',
  method: 'GET',
  path: '/test-messages/:verificationMethod',
  title: 'Say what a test message would do',
  description: 'Who would be asked to send a test message of the method, and what its stored configuration lacks.',
  group: 'portal-configuration',
  params: z.object({ verificationMethod: method }),
  body: nothing,
  reply: json(
    z.object({
      sentTo: z
        .enum(['email', 'phoneNumber', 'nobody'])
        .describe(
          'What a test needs. `nobody`: push messages go to phones that users enrol, so only the provider is asked.',
        ),
      providers: z
        .array(z.string())
        .describe('The providers that are asked, in turn; `SERVER` for the mail or the inbox of this server.'),
      missing: z.string().optional().describe('What is missing, and what to change. Absent: nothing.'),
    }),
  ),
  example: {
    request: { params: { verificationMethod: 'SMS' } },
    reply: { sentTo: 'phoneNumber', providers: ['TWILIO'] },
  },
  permission: 'configuration:read',
  refusals: [],
  audit: null,
});

const limitWords = `A tenant can send ${testMessageLimits.ofTenant[0].messagesMax} in an hour and ${testMessageLimits.ofTenant[1].messagesMax} in a day, and one address or number gets ${testMessageLimits.ofContact[0].messagesMax} in ${testMessageLimits.ofContact[0].minutes} minutes and ${testMessageLimits.ofContact[1].messagesMax} in a day, whether a provider took them or not: \`too_many_requests\`.`;

export const sendTestMessage = portalRoute({
  id: 'sendTestMessage',
  method: 'POST',
  path: '/test-messages',
  title: 'Send a test message',
  description: `Sends a message as users get it, by the stored configuration and the provider that it names, with a code or link that opens nothing, and answers what the provider said. Texts go only where the method’s own go. For PUSH the provider is asked about a phone that does not exist. ${limitWords}`,
  group: 'portal-configuration',
  params: z.object({}),
  body: closed({
    verificationMethod: method,
    email: v.email.nullish().describe('Address that gets it. For methods of mail alone.'),
    phoneNumber: v.sendablePhoneNumber
      .nullish()
      .describe('Number that gets it, in E.164 form. For methods of texts alone.'),
  }),
  reply: json(
    z.object({
      outcome: z
        .enum(['taken', 'accepted', 'refused', 'unknown'])
        .describe(
          '`taken`: a provider has taken it. `accepted`: the push service knows the credentials; nothing was sent. `refused`: nothing was sent. `unknown`: no answer came, it may arrive.',
        ),
      provider: z.string().optional().describe('Who took it; `SERVER` for the mail or the inbox of this server.'),
      messageId: z.string().optional().describe('What the provider calls it. Absent: it gives none.'),
      heard: z
        .array(z.string())
        .describe('What each provider said that did not take it, in words, with its own code if it gave one.'),
      description: z.string().describe('What it means, and what to do.'),
    }),
  ),
  example: {
    request: { body: { verificationMethod: 'SMS', phoneNumber: '+6427123456' } },
    reply: {
      outcome: 'refused',
      heard: ['TWILIO answered 401 with the code 20003.'],
      description: 'Nothing was sent: the provider does not accept the credentials. Enter them again and save.',
    },
  },
  permission: 'messages:test',
  refusals: ['invalid_configuration'],
  audit: 'test_message.sent',
});
