import { z } from 'zod';
import { pageFlags } from '../../methods/manifests.ts';
import type { PageFlagName } from '../../methods/manifests.ts';
import { getTheme } from '../management/theme.ts';
import { json, route } from '../route.ts';
import * as v from '../values.ts';
import { exampleAddress, exampleMessage } from './examples.ts';
import { nothing, ownAuthenticator, sentMessage } from './values.ts';

/** Settings of methods that their pages depend on. */
const flags = Object.fromEntries(pageFlags.map(({ name, meaning }) => [name, z.boolean().describe(meaning)])) as Record<
  PageFlagName,
  z.ZodBoolean
>;

/** A method that can prove the action now. */
const challengeMethod = z.object({
  verificationMethod: v.verificationMethod.describe('The method.'),
  identifier: z
    .string()
    .optional()
    .describe('Masked address or number that its messages go to. Absent: it sends none.'),
  isHidden: z
    .boolean()
    .describe('Whether to leave the method out of lists. It may still be the method that a challenge begins with.'),
  retryAt: v.timestamp.optional().describe('When the next try counts, after too many wrong codes. Absent: now.'),
  codeLength: z
    .int()
    .optional()
    .describe('Digits of its codes, where the user’s own authenticator decides. Absent: see `options`.'),
});

/** How a page asks for a phone number. */
const numberEntry = z.object({
  verificationMethod: v.verificationMethod.describe('Method that the number is for.'),
  countryCodes: z
    .array(z.string())
    .optional()
    .describe('Countries that messages may go to, as ISO 3166-1 alpha-2 codes. Absent: all of `callingCodes`.'),
  countryCode: z
    .string()
    .optional()
    .describe('Country to begin with: the tenant’s, else that of the user’s address or language. Absent: not known.'),
  consent: z
    .object({
      version: z.string().describe('Version of the text, to send back with the number.'),
      link: z.string().describe('Where the text leads.'),
    })
    .optional()
    .describe('What users agree to by continuing; the text is `sms-phone-entry.consent`. Absent: nothing.'),
});

/** A method that the token may enrol now. */
const enrolmentMethod = z.object({ verificationMethod: v.verificationMethod.describe('The method.') });

const listedAuthenticator = ownAuthenticator.extend({
  isEditable: z.boolean().describe('Whether the user may rename or replace it.'),
  isRemovable: z.boolean().describe('Whether the user may remove it, given the scope.'),
  isCancellable: z
    .boolean()
    .describe('Whether the token may remove it whatever its scopes, because it is waiting to replace another.'),
  isLastOf: z
    .enum(['authenticators', 'passkeys'])
    .optional()
    .describe('What it is the last of, and therefore cannot be removed until there is another. Absent: neither.'),
});

/** Everything that the pre-built pages need, in one call. */
export const uiSession = z
  .object({
    tenant: z
      .object({
        tenantId: z.string().describe('Id of the tenant.'),
        name: z.string().describe('Name that users see.'),
        // The server puts the template around the page before it sends it.
        theme: getTheme.reply.schema.describe('How the pages look, without the page template.'),
      })
      .describe('The tenant, as its pages show it.'),
    locale: z.string().describe('Language of the texts, one of those that the pages have.'),
    texts: z
      .record(z.string(), z.string())
      .describe('Every text of the pages in that language by its id, with the tenant’s own in place of the defaults.'),
    action: z
      .object({
        actionCode: z.string().describe('Code of the action.'),
        state: v.userActionState.describe('State of the action.'),
        message: z
          .string()
          .optional()
          .describe('The tenant’s message about what is being confirmed, as plain text. Absent: none.'),
        label: z.string().describe('The code of the action as words, to show where there is no message.'),
        redirectUrl: z.string().optional().describe('Where to go at the end. Absent: stay on the page.'),
        redirectToSettings: z.boolean().describe('Whether to show the user’s settings after the challenge.'),
      })
      .describe('The action of the token.'),
    expiresAt: v.timestamp.describe('When the token expires.'),
    // Scopes that count, not those that the token names (ruling 17).
    scopes: z.array(z.string()).describe('Scopes of the token that count now.'),
    isEnrolled: z.boolean().describe('Whether the user has a verified authenticator.'),
    defaultMethod: v.verificationMethod
      .optional()
      .describe('Method that a challenge begins with. Absent: the user has none that can be used.'),
    challengeMethods: z
      .array(challengeMethod)
      .describe('Methods that the user can pass the challenge with now, strongest first.'),
    enrolmentMethods: z
      .array(enrolmentMethod)
      .describe('Methods that the token permits to set up now, strongest first.'),
    authenticators: z.array(listedAuthenticator).describe('The user’s verified authenticators.'),
    sent: z
      .array(
        sentMessage.extend({
          verificationMethod: v.verificationMethod.describe('Method of the message.'),
          isEnrolment: z.boolean().describe('Whether answering it enrols the address or number.'),
        }),
      )
      .describe(
        'Messages of this action to the user’s present address or number that can still be answered for a minute.',
      ),
    enrolmentEmail: z
      .string()
      .optional()
      .describe('Address that the backend gave, for a user who may enrol it without typing it. Absent: none.'),
    enrolmentPhoneNumber: z
      .string()
      .optional()
      .describe(
        'Number in E.164 form that the backend gave, for a user who may enrol it without typing it. Absent: none.',
      ),
    numberEntries: z
      .array(numberEntry)
      .describe('How to ask for the number of each method by phone that the token may enrol or replace now.'),
    callingCodes: z
      .record(z.string(), z.string())
      .optional()
      .describe(
        'Code that the numbers of each country begin with, by its ISO 3166-1 alpha-2 code. Absent where no number can be enrolled.',
      ),
    recoveryCodes: z
      .object({
        canRegenerate: z.boolean().describe('Whether the token permits to make a new set now.'),
        isShownOnEnrolment: z.boolean().describe('Whether to make and show a set after the first enrolment.'),
        left: z.int().optional().describe('How many codes are unused. Absent: the user has no set.'),
        lastUsedAt: v.timestamp.optional().describe('When a code was last used. Absent: never.'),
      })
      .describe('The user’s recovery codes.'),
    passkeyPrompt: z
      .object({
        isDue: z.boolean().describe('Whether to offer a passkey after a proof.'),
        intervalDays: z.int().describe('Days until it is offered again after “not now”; 0 offers it each time.'),
      })
      .describe('Whether and how often to offer a passkey.'),
    rememberDevice: z
      .object({ days: z.int().describe('For how many days.') })
      .optional()
      .describe('Set if the user may have the device remembered once they have confirmed. Absent: it is not offered.'),
    options: z
      .object({
        codeLength: z.int().describe('Digits of the codes that are sent by email.'),
        ...flags,
        hideSuccessOnEnrolment: z.boolean().describe('Whether to skip the success screen after an enrolment.'),
        hideWatermark: z.boolean().describe('Whether to leave out the name of the product.'),
        redirectOnExpiry: z.boolean().describe('Whether to go back to `redirectUrl` when the token has expired.'),
      })
      .describe('Settings of the tenant for the pages.'),
    expectedOrigins: z
      .array(z.string())
      .describe(
        'Origins of pages that the token may be posted to. `https://*.host` stands for every host with one more label.',
      ),
    expectsLocalhost: z.boolean().describe('Whether every `http://localhost` is expected as well, as in development.'),
  })
  .meta({ id: 'UiSession' });
export type UiSession = z.infer<typeof uiSession>;

export const getUiSession = route({
  id: 'getUiSession',
  method: 'GET',
  path: '/v1/client/ui/session',
  api: 'client',
  credentials: ['actionToken'],
  title: 'Get everything that pages need',
  description:
    'Returns what the built-in pages show: the tenant’s look and texts, the action and its state, what the user can prove and set up now, and their authenticators. Use it to build pages of your own. It also answers when the action is blocked or has failed.',
  group: 'start',
  params: z.object({}),
  query: z.object({
    locale: v
      .optional(v.text(64))
      .describe(
        'Language that the user prefers, such as `de`, at most 64 characters. A locale of the action wins. Absent: what the browser asks for.',
      ),
  }),
  body: nothing,
  reply: json(uiSession),
  example: {
    request: { query: { locale: 'en' } },
    reply: {
      tenant: {
        tenantId: 'ec3910e7-ab32-479e-b58b-36a122631d58',
        name: 'Example Bank',
        theme: { name: 'Example Bank', primaryColor: '#121282', darkMode: {} },
      },
      locale: 'en',
      texts: { 'email-code-entry.heading': 'Check your e-mail', 'email-code-entry.primaryCta': 'Confirm' },
      action: {
        actionCode: 'withdraw-funds',
        state: 'CHALLENGE_REQUIRED',
        message: 'You are sending 2500 to Bob.',
        label: 'Withdraw funds',
        redirectUrl: 'https://app.example.com/after-login',
        redirectToSettings: false,
      },
      expiresAt: '2026-03-01T09:40:00.000Z',
      scopes: ['read:authenticators'],
      isEnrolled: true,
      defaultMethod: 'PASSKEY',
      challengeMethods: [
        { verificationMethod: 'PASSKEY', isHidden: false },
        { verificationMethod: 'EMAIL_OTP', identifier: 'a•••@example.com', isHidden: false },
      ],
      enrolmentMethods: [],
      numberEntries: [],
      authenticators: [{ ...exampleAddress, isEditable: true, isRemovable: true, isCancellable: false }],
      sent: [{ ...exampleMessage, codeLength: 6, verificationMethod: 'EMAIL_OTP', isEnrolment: false }],
      recoveryCodes: {
        canRegenerate: false,
        isShownOnEnrolment: true,
        left: 9,
        lastUsedAt: '2026-02-27T17:45:00.000Z',
      },
      passkeyPrompt: { isDue: false, intervalDays: 30 },
      rememberDevice: { days: 30 },
      options: {
        codeLength: 6,
        ...Object.fromEntries(pageFlags.map(({ name }) => [name, false])),
        hideSuccessOnEnrolment: false,
        hideWatermark: false,
        redirectOnExpiry: false,
      },
      expectedOrigins: ['https://app.example.com'],
      expectsLocalhost: false,
    },
  },
  refusals: [],
  audit: null,
});
