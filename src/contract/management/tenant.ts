import { z } from 'zod';
import { json } from '../route.ts';
import * as v from '../values.ts';
import { clearable, closed } from './closed.ts';
import { managementRoute, nothing } from './management-route.ts';
import { rememberDevices } from './remember-devices.ts';
import { displayName, tenantId, webhookUrl } from './values.ts';

// A month: longer is a mistake, not a challenge.
const tokenMinutesMax = 43_200;

// A month: a user who lost a device cannot wait longer.
const holdHoursMax = 720;

const aboutWebhooks = {
  url: 'Where to send the events: https, or http to what the operator of the server lists; at most 2,048 characters, without user name and password.',
  includeCredentialPublicKey: 'Whether the events of passkeys carry the public key. Absent: false.',
  authenticatorEvents:
    'Where to send an event whenever an authenticator is created, changed or removed. It is one of the event endpoints, which shows its health.',
  logEvents:
    'Where to send the log events of actions and challenges. It is one of the event endpoints, which shows its health.',
};
const authenticatorEventsWebhookConfig = closed({
  url: webhookUrl.describe(aboutWebhooks.url),
  includeCredentialPublicKey: z.boolean().optional().describe(aboutWebhooks.includeCredentialPublicKey),
}).describe(aboutWebhooks.authenticatorEvents);
const logEventsWebhookConfig = closed({ endpointUrl: webhookUrl.describe(aboutWebhooks.url) }).describe(
  aboutWebhooks.logEvents,
);

// As far as rules and the facts about travel look back: what is removed can no longer change a decision.
const lookBackDays = 90;
// Of what is only on its way.
const eventsDaysMax = 365;
// A hundred years.
const periodDaysMax = 36_500;

const period = (name: string, daysMin: number, why: string, meaning: string) =>
  z
    .int()
    .min(daysMin, `retention.${name} must be at least ${daysMin} ${daysMin === 1 ? 'day' : 'days'}: ${why}`)
    .max(periodDaysMax)
    .nullish()
    .describe(`${meaning}, in days: ${daysMin} to 36,500.`);

// Sallyport's own (decision 0032).
const retention = z
  .strictObject({
    actionsInDays: period(
      'actionsInDays',
      lookBackDays,
      'rules look back that far.',
      'How long actions are kept. What rules ask of all of a user’s past survives them',
    ),
    messagesInDays: period(
      'messagesInDays',
      1,
      'sending limits count a day.',
      'How long settled messages to users are kept; 30 unless set',
    ),
    addressesInDays: period(
      'addressesInDays',
      lookBackDays,
      'rules count by address that far back.',
      'How long actions keep addresses, user agents, cities and coordinates. Countries stay',
    ),
    auditEntriesInDays: period(
      'auditEntriesInDays',
      lookBackDays,
      'the audit log must outlast what it explains.',
      'How long entries of the audit log are kept. Their removal is an entry itself',
    ),
    eventsInDays: z
      .int()
      .min(1, 'retention.eventsInDays must be at least 1 day.')
      .max(eventsDaysMax, `retention.eventsInDays must be at most ${eventsDaysMax} days.`)
      .nullish()
      .describe(
        `How long events for other servers are kept, delivered or not, in days: 1 to ${eventsDaysMax}; 30 unless set.`,
      ),
  })
  .describe(
    'How long to keep what; `docs/retention.md` has every table. Replaced as a whole; a member that is null or absent removes nothing. What is removed cannot be brought back. Default: none.',
  );

const timeZone = z
  .string()
  .max(64)
  .refine((name) => {
    try {
      return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
    } catch {
      return false;
    }
  }, 'timeZone must be an IANA time zone such as Pacific/Auckland.')
  .describe(
    'IANA time zone for the facts `time.hour` and `time.dayOfWeek`, such as `Pacific/Auckland`; at most 64 characters. Default: `UTC`.',
  );

const flag = (meaning: string) => z.boolean().describe(meaning);

const switches = {
  disableRecoveryCodes: flag('Whether users get no recovery codes and cannot use any. Default: false.'),
  hideSuccessScreenOnEnrollment: flag('Whether the pages skip the success screen after an enrolment. Default: false.'),
  skipRecoveryCodesOnProgrammaticEnrollment: flag(
    'Whether enrolling a user’s first authenticator through the server API makes no recovery codes. Default: false.',
  ),
  hideRecoveryCodesOnEnrollment: flag(
    'Whether the pages make and show no recovery codes after a user’s first enrolment. Default: false.',
  ),
  allowDisablingMfa: flag('Whether users may remove their last authenticator. Default: false.'),
  allowDeletingUserAuthenticators: flag(
    'Whether users may remove their own authenticators in the pages and through the client API. Default: true.',
  ),
  hideAuthsignalLogo: flag('Whether the pages leave out the name of the product. Default: false.'),
  redirectOnSessionExpiry: flag(
    'Whether a page whose token has expired goes back to the `redirectUrl` of the action. Default: false, which shows a message.',
  ),
  // Sallyport's own (rulings 17 and 20).
  inlineReEnrolment: flag(
    'Whether a user who removed their last authenticator may enrol a new one during a challenge, without a proof. Default: false.',
  ),
  allowPlainPushApproval: flag(
    'Whether users may approve a push without entering a number. Such an approval counts as `low`. Default: false.',
  ),
  // Sallyport's own (decision 0049).
  reviewsNeedTwoPeople: flag(
    'Whether approving a review in the portal takes two operators; one is enough to reject. Your backend decides alone. Default: false.',
  ),
  // Sallyport's own (decision 0053).
  rulesNeedTwoPeople: flag(
    'Whether rules and default outcomes of actions change only in the portal, where one operator asks and another publishes. This API then refuses to change them, for keys too. Only an operator who may change the team can then switch it off, or change `unenrolledUserState`, `newActionResult` or `timeZone`, with a fresh proof. Default: false.',
  ),
};

// Sallyport's own (decision 0049).
export const environment = z
  .enum(['PRODUCTION', 'STAGING', 'TEST', 'DEVELOPMENT'])
  .describe(
    'What the tenant is for, which the portal shows beside its name. Nothing else depends on it. Default: none.',
  );

/** Every setting that can be written. Responses leave out a setting that was never set. */
const settings = {
  ...switches,
  tokenDurationInMinutes: z
    .int()
    .min(1)
    .max(tokenMinutesMax)
    .describe(
      'Lifetime of the tokens of an action and of its challenge, in minutes: 1 to 43,200 (30 days). Default: 10.',
    ),
  authenticatorEventsWebhookConfig,
  logEventsWebhookConfig,
  // IPv6 as well: a whitelist of only IPv4 ranges would block every caller that arrives over IPv6.
  ipWhitelist: z
    .array(z.union([z.cidrv4(), z.cidrv6()], 'ipWhitelist must be ranges such as 203.0.113.0/24.'))
    .max(1000)
    .describe(
      'IPv4 and IPv6 ranges in CIDR notation that may call the server API, at most 1,000; others get 403. Empty or absent: every address may.',
    ),
  // Sallyport's own (ruling 31).
  newActionResult: v.outcome.describe(
    'Outcome for an action code that has no configuration yet. Default: `CHALLENGE`.',
  ),
  unenrolledUserState: z
    .enum(['CHALLENGE_REQUIRED', 'ALLOW'])
    .describe(
      'What the outcome CHALLENGE means for a user without authenticators: `CHALLENGE_REQUIRED` leads them through enrolment, `ALLOW` lets them pass. Default: `CHALLENGE_REQUIRED`.',
    ),
  allowedRedirectUrls: z
    .array(v.redirectUrl)
    .max(1000)
    .describe(
      'The only values of `redirectUrl` that tracking accepts, at most 1,000, compared exactly after URL parsing. Empty or absent: any acceptable URL.',
    ),
  // Sallyport's own (ruling 59): the domains that a track may name, in addition to `customDomain`.
  customDomains: z
    .array(v.customDomain)
    .max(100)
    .describe(
      'Hosts, each with an optional port, that tracking may name as `customDomain` for the address of the pages; at most 100. Default: none.',
    ),
  factorChangePolicy: z
    .enum(['strongest-proof', 'any-proof'])
    .describe(
      'Which proof lets users add, replace or remove authenticators: `strongest-proof` demands one as strong as their strongest authenticator, `any-proof` accepts any. Default: `strongest-proof`.',
    ),
  // Sallyport's own (ruling 41); 0 switches it off.
  recoveredFactorHoldHours: z
    .int()
    .min(0)
    .max(holdHoursMax)
    .describe(
      'How long an authenticator added in recovery counts no more than the proof it was added with, in hours: 0 to 720. 0 switches the hold off. Default: 24.',
    ),
  // Sallyport's own (decision 0037).
  rememberDevices: rememberDevices.describe(
    'Whether the pages offer users to remember their device after a challenge, for rules that read `device.isRemembered`. An action’s own takes precedence. Default: not offered.',
  ),
  environment,
  timeZone,
  retention,
};

const aboutName =
  'Name that users see on the pages and in mail, 1 to 256 characters without control characters. The theme has the same name.';

const tenant = z
  .object({
    tenantId,
    name: z.string().describe(aboutName),
    customDomain: z.string().optional().describe('Host of the pages, read-only. Absent: that of this server.'),
    ...z.object(settings).partial().shape,
    authenticatorEventsWebhookConfig: z
      .object({
        url: z.string().describe(aboutWebhooks.url),
        includeCredentialPublicKey: z.boolean().optional().describe(aboutWebhooks.includeCredentialPublicKey),
      })
      .optional()
      .describe(aboutWebhooks.authenticatorEvents),
    logEventsWebhookConfig: z
      .object({ endpointUrl: z.string().describe(aboutWebhooks.url) })
      .optional()
      .describe(aboutWebhooks.logEvents),
  })
  .meta({ id: 'Tenant' });

const exampleTenant = {
  tenantId: 'ec3910e7-ab32-479e-b58b-36a122631d58',
  name: 'Example Bank',
  tokenDurationInMinutes: 15,
  hideSuccessScreenOnEnrollment: true,
  ipWhitelist: ['203.0.113.0/24', '2001:db8:20::/48'],
  allowedRedirectUrls: ['https://app.example.com/after-login'],
  timeZone: 'Pacific/Auckland',
};

export const getTenant = managementRoute({
  id: 'getTenant',
  method: 'GET',
  path: '/tenant',
  title: 'Get the tenant’s settings',
  description:
    'Reads the settings of the tenant that the management key belongs to. A setting that was never set is left out, and its default applies.',
  group: 'tenant',
  params: z.object({}),
  body: nothing,
  reply: json(tenant),
  example: { reply: exampleTenant },
  refusals: [],
  audit: null,
});

export const updateTenant = managementRoute({
  id: 'updateTenant',
  method: 'PATCH',
  path: '/tenant',
  title: 'Change the tenant’s settings',
  description:
    'Changes the settings that you send and keeps all others. Null removes a setting, so that its default applies again. Arrays and webhook objects are replaced whole.',
  group: 'tenant',
  params: z.object({}),
  body: closed(
    {
      name: displayName.optional().describe(aboutName),
      ...clearable(settings),
    },
    ['tenantId', 'customDomain'],
  ),
  reply: json(tenant),
  example: {
    request: { body: { tokenDurationInMinutes: 15, allowedRedirectUrls: ['https://app.example.com/after-login'] } },
    reply: exampleTenant,
  },
  refusals: ['invalid_configuration', 'step_up_required'],
  audit: 'tenant.updated',
});
